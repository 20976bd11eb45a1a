"""What whoever runs the service can choose. Read once."""

from typing import Literal

from pydantic import Field, SecretStr

from reelwright_chassis.errors import SettingsError
from reelwright_chassis.settings import Settings, prefix
from reelwright_transcription.engines.whisper_local import LocalModel


class OpenAiSettings(Settings):
    """The paid recogniser. Key and address have the vendor's own names."""

    model_config = prefix("TRANSCRIPTION_OPENAI")

    api_key: SecretStr = Field(
        default=SecretStr(""), validation_alias="OPENAI_API_KEY", description="OpenAI's key, for engine openai."
    )
    base_url: str = Field(
        default="", validation_alias="OPENAI_BASE_URL", description="Any server that speaks OpenAI's API."
    )
    model: str = Field(
        default="whisper-1",
        description="The recogniser. whisper-1 tells word times and ends on 2027-02-26; others give the text, and the "
        "times are found here.",
    )
    successor: str = Field(
        default="gpt-transcribe",
        description="Asked instead once the vendor says that the model does not exist any more. The model's own name: "
        "nobody is.",
    )
    timeout_s: float = Field(default=180.0, gt=0, description="How long one answer may take.")


class TranscriptionSettings(Settings):
    """Environment: `REELWRIGHT_TRANSCRIPTION_<NAME>`."""

    model_config = prefix("TRANSCRIPTION")

    engine: Literal["local", "openai"] = Field(
        description="Who recognises words: local (faster-whisper on this machine) or openai. A given text is matched "
        "by the local one in any case."
    )
    model: str = Field(
        default="",
        description='A faster-whisper model by name ("small", "large-v3") or folder. Unset: the packaged English one.',
    )
    device: Literal["cpu", "cuda", "auto"] = Field(default="cpu", description="Where it computes: cpu, cuda or auto.")
    compute_type: str = Field(default="int8", description="How it computes, in faster-whisper's words.")
    threads: int = Field(
        default=0, ge=0, description="Threads of one recognition. 0: as many as there are cores, up to four."
    )
    concurrency: int = Field(default=1, ge=1, description="Recordings at the same time, each in a process of its own.")
    max_duration_s: float = Field(default=600.0, gt=0, description="The longest recording that is taken.")
    openai: OpenAiSettings = Field(default_factory=OpenAiSettings.load)

    @property
    def local_model(self) -> LocalModel:
        return LocalModel(self.model, self.device, self.compute_type, self.threads)

    def check_key(self) -> None:
        """Raises `SettingsError` when the engine needs a key and there is none."""
        if self.engine == "openai" and not self.openai.api_key.get_secret_value():
            raise SettingsError("REELWRIGHT_TRANSCRIPTION_ENGINE=openai needs OPENAI_API_KEY to be set.")
