"""What the user wants of this run: the options, with the files that they name read."""

import hashlib
from dataclasses import dataclass

from reelwright.events.v1.requests_pb2 import GivenText
from reelwright_standalone.options import MakeOptions
from reelwright_standalone.planfile import PlanFile, read_plan
from reelwright_standalone.providers import Providers
from reelwright_standalone.transcriptfile import read_script

UNPRICED_USD = 1000.0
"""The budget where pictures cost nothing."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """The options with their files read."""

    options: MakeOptions
    script: GivenText | None
    plan: PlanFile | None

    @property
    def script_hash(self) -> str:
        return hashlib.sha256(self.script.text.encode()).hexdigest() if self.script is not None else ""

    @property
    def caption_style(self) -> str:
        """The option before the plan file; "" for what the project has."""
        return self.options.caption_style or (self.plan.caption_style if self.plan is not None else "")

    @property
    def looks(self) -> set[str]:
        """Those that are asked for by name, in the option or in the plan file."""
        planned = {scene.look for scene in self.plan.plan.scenes} if self.plan is not None else set()
        return {self.options.look, *planned} - {"", "auto"}

    def budget_usd(self, providers: Providers) -> float:
        """What the pictures may cost. The simulator's cost nothing, so that no budget keeps it from a clip."""
        return self.options.budget_usd if providers.pictures == "kling" else UNPRICED_USD


def read_wishes(options: MakeOptions) -> Wishes:
    """Raises `InputError` for a script or plan that cannot be used."""
    return Wishes(
        options=options,
        script=read_script(options.script) if options.script is not None else None,
        plan=read_plan(options.plan) if options.plan is not None else None,
    )
