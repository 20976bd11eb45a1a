"""The options of `reelwright make`, checked before anything is started."""

from dataclasses import dataclass
from pathlib import Path

from reelwright_standalone.errors import InputError

SHORTEST_S = 30.0
LONGEST_S = 60.0
MAX_SCRIPT_BYTES = 200_000
"""What the director lets in: a script of 200 KB."""


@dataclass(frozen=True, slots=True)
class MakeOptions:
    """What the user asked for. None and "" mean: not said, so the default or what the project had before."""

    duration_s: float | None = None
    script: Path | None = None
    plan: Path | None = None
    plan_only: bool = False
    language: str = ""
    caption_style: str = ""
    look: str = ""
    direction: str = ""
    title: str = ""
    budget_usd: float = 2.0
    offline: bool = False
    yes: bool = False
    force: bool = False

    def checked(self) -> "MakeOptions":
        """These options, or an `InputError` that names the option and the remedy."""
        _check_range(self.duration_s, self.budget_usd)
        for option, path in (("--script", self.script), ("--plan", self.plan)):
            if path is not None:
                _check_file(option, path)
        return self


def _check_range(duration_s: float | None, budget_usd: float) -> None:
    if duration_s is not None and not SHORTEST_S <= duration_s <= LONGEST_S:
        raise InputError(f"--duration is {duration_s:g}, but a short is {SHORTEST_S:g} to {LONGEST_S:g} seconds long.")
    if not 0 <= budget_usd < float("inf"):
        raise InputError(f"--budget is {budget_usd:g}; give the most that a video may cost in US dollars, 0 or more.")


def _check_file(option: str, path: Path) -> None:
    if not path.is_file():
        raise InputError(f"{option} {str(path)!r} is not a file; check the path.")
    if path.stat().st_size > MAX_SCRIPT_BYTES:
        raise InputError(f"{option} {str(path)!r} is larger than {MAX_SCRIPT_BYTES // 1000} KB; shorten it.")
