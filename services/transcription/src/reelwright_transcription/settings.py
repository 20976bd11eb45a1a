"""What whoever runs the service can choose. Read once."""

from typing import Literal, Self

from pydantic import AliasChoices, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from reelwright_transcription.engines.whisper_local import LocalModel


class OpenAiSettings(BaseSettings):
    """The paid recogniser. Key and address have the vendor's own names."""

    model_config = SettingsConfigDict(
        env_prefix="REELWRIGHT_TRANSCRIPTION_OPENAI_", env_ignore_empty=True, frozen=True, populate_by_name=True
    )

    api_key: SecretStr = Field(default=SecretStr(""), validation_alias=AliasChoices("api_key", "OPENAI_API_KEY"))
    base_url: str = Field(default="", validation_alias=AliasChoices("base_url", "OPENAI_BASE_URL"))
    model: str = "whisper-1"
    """whisper-1 tells word times and ends on 2027-02-26; others give the text, and the times are found here."""
    successor: str = "gpt-transcribe"
    """Asked instead once the vendor says that `model` does not exist any more. Empty: nobody is."""
    timeout_s: float = Field(default=180.0, gt=0)


class TranscriptionSettings(BaseSettings):
    """Environment: `REELWRIGHT_TRANSCRIPTION_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="REELWRIGHT_TRANSCRIPTION_", env_ignore_empty=True, frozen=True)

    engine: Literal["local", "openai"] = "local"
    """Who recognises words. A given text is matched by the local one in any case."""
    model: str = ""
    """A faster-whisper model by name ("small", "large-v3") or folder. Empty: the packaged English one."""
    device: Literal["cpu", "cuda", "auto"] = "cpu"
    compute_type: str = "int8"
    threads: int = Field(default=0, ge=0)
    """Of one recognition. 0: as many as there are cores, up to four."""
    concurrency: int = Field(default=1, ge=1)
    """Recordings at the same time, each in a process of its own."""
    max_duration_s: float = Field(default=600.0, gt=0)
    openai: OpenAiSettings = Field(default_factory=OpenAiSettings)

    @property
    def local_model(self) -> LocalModel:
        return LocalModel(self.model, self.device, self.compute_type, self.threads)

    @model_validator(mode="after")
    def _has_key(self) -> Self:
        if self.engine == "openai" and not self.openai.api_key.get_secret_value():
            raise ValueError("REELWRIGHT_TRANSCRIPTION_ENGINE=openai needs OPENAI_API_KEY to be set")
        return self
