"""Who makes what, and what that costs: the embedded form's choice of providers, said before anything is spent.

Only here are providers chosen by which keys are there; a service in a cluster names its own.
"""

from dataclasses import dataclass
from typing import Literal

from reelwright_standalone.errors import InputError
from reelwright_standalone.settings import StandaloneSettings

OPENAI_TRANSCRIPTION_USD_PER_MIN = 0.006
"""whisper-1, which alone tells word times; OpenAI's price list, November 2026."""
OPENAI_PLAN_USD = 0.02
"""A generous bound for one plan of a ten-minute talk with a small model."""


@dataclass(frozen=True, slots=True)
class Providers:
    pictures: Literal["kling", "sim"]
    words: Literal["openai", "local"]
    plan: Literal["openai", "extractive"]

    @property
    def paid(self) -> bool:
        return self.pictures == "kling" or "openai" in (self.words, self.plan)

    @property
    def label(self) -> str:
        """Part of a job's name: other providers make another video."""
        return f"{self.pictures}/{self.words}/{self.plan}"


def choose_providers(settings: StandaloneSettings, *, offline: bool) -> Providers:
    if offline:
        return Providers("sim", "local", "extractive")
    openai = settings.openai_api_key is not None
    return Providers(
        pictures="kling" if settings.kling_api_key is not None else "sim",
        words="openai" if openai else "local",
        plan="openai" if openai else "extractive",
    )


def announcement(providers: Providers, *, minutes: float, budget_usd: float, script_given: bool) -> list[str]:
    """One line per provider with an account: what goes there, and what it is estimated to cost."""
    lines = []
    if "openai" in (providers.words, providers.plan):
        sent = "the recording's text" if script_given else "the recording and its text"
        estimate = OPENAI_PLAN_USD + (0 if script_given else minutes * OPENAI_TRANSCRIPTION_USD_PER_MIN)
        lines.append(f"OpenAI gets {sent} and is estimated to cost ${estimate:.2f}.")
    if providers.pictures == "kling":
        lines.append(f"Kling gets a description of each scene and may cost up to ${budget_usd:.2f} (--budget).")
    return lines


def require_consent(*, paid: bool, yes: bool, agreed_before: bool, interactive: bool) -> bool:
    """Whether the user must be asked now. Raises `InputError` when nobody is there to ask."""
    if not paid or yes or agreed_before:
        return False
    if not interactive:
        raise InputError(
            "This would use paid accounts and nobody is here to ask; add --yes to agree, or --offline to use none."
        )
    return True
