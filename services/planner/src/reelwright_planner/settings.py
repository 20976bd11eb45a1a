"""The planner's settings, read once by whoever starts it."""

from typing import Literal, Self

from pydantic import AliasChoices, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from reelwright_planner.budget import ClipTerms


class LlmSettings(BaseSettings):
    """The language model. The key has the vendor's own name; any server that speaks its API serves as `base_url`."""

    model_config = SettingsConfigDict(env_prefix="REELWRIGHT_PLANNER_LLM_", frozen=True, populate_by_name=True)

    api_key: SecretStr = Field(default=SecretStr(""), validation_alias=AliasChoices("api_key", "OPENAI_API_KEY"))
    base_url: str = Field(default="", validation_alias=AliasChoices("base_url", "OPENAI_BASE_URL"))
    model: str = "gpt-5.4-mini"
    timeout_s: float = Field(default=60.0, gt=0)
    max_output_tokens: int = Field(default=6000, ge=500)


class PlannerSettings(BaseSettings):
    """`provider` says who plans; the extractive planner is the fallback in any case."""

    model_config = SettingsConfigDict(env_prefix="REELWRIGHT_PLANNER_", frozen=True)

    provider: Literal["extractive", "openai"] = "extractive"
    concurrency: int = Field(default=8, ge=1, le=64)
    clip_resolution: Literal["720p", "1080p"] = "720p"
    clip_longest_s: int = Field(default=8, ge=3, le=15)
    llm: LlmSettings = Field(default_factory=LlmSettings)

    @property
    def clip_terms(self) -> ClipTerms:
        return ClipTerms(self.clip_resolution, self.clip_longest_s)

    @model_validator(mode="after")
    def _has_key(self) -> Self:
        if self.provider == "openai" and not self.llm.api_key.get_secret_value():
            raise ValueError("REELWRIGHT_PLANNER_PROVIDER=openai needs OPENAI_API_KEY to be set")
        return self
