"""The planner's settings, read once by whoever starts it."""

from typing import Literal

from pydantic import Field, SecretStr

from reelwright_chassis.errors import SettingsError
from reelwright_chassis.pictures import LONGEST_CLIP_S, SHORTEST_CLIP_S
from reelwright_chassis.settings import Settings, prefix
from reelwright_planner.budget import ClipTerms


class PlannerSettings(Settings):
    """`provider` says who plans; the extractive planner is the fallback in any case."""

    model_config = prefix("PLANNER")

    provider: Literal["extractive", "openai"] = Field(
        description="Who plans: openai, or extractive: the talk alone decides, as it does where openai gives nothing."
    )
    concurrency: int = Field(default=8, ge=1, le=64, description="How many plans are made at once.")
    clip_resolution: Literal["720p", "1080p"] = Field(
        default="720p", description="What clips are bought in, for estimates."
    )
    clip_longest_s: int = Field(
        default=LONGEST_CLIP_S,
        ge=SHORTEST_CLIP_S,
        le=15,
        description="The most seconds of one bought clip, for estimates.",
    )
    api_key: SecretStr = Field(
        default=SecretStr(""), validation_alias="OPENAI_API_KEY", description="OpenAI's key, for provider openai."
    )
    base_url: str = Field(
        default="", validation_alias="OPENAI_BASE_URL", description="Any server that speaks OpenAI's API."
    )
    model: str = Field(default="gpt-5.4-mini", description="The language model's name.")
    timeout_s: float = Field(default=60.0, gt=0, description="How long one answer of the language model may take.")
    max_output_tokens: int = Field(default=6000, ge=500, description="How long an answer of the language model may be.")

    @property
    def clip_terms(self) -> ClipTerms:
        return ClipTerms(self.clip_resolution, self.clip_longest_s)

    def check_key(self) -> None:
        """Raises `SettingsError` when the provider needs a key and there is none."""
        if self.provider == "openai" and not self.api_key.get_secret_value():
            raise SettingsError("REELWRIGHT_PLANNER_PROVIDER=openai needs OPENAI_API_KEY to be set.")
