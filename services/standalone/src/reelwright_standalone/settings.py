"""What the environment says to the embedded form."""

from pathlib import Path

import platformdirs
from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from reelwright_chassis.settings import Settings
from reelwright_standalone.profiles import PROFILES, Profile, ProfileName


class StandaloneSettings(Settings):
    """`REELWRIGHT_HOME`, `REELWRIGHT_PROFILE`, and the vendors' keys under the vendors' own names; read by `load()`."""

    model_config = SettingsConfigDict(env_prefix="REELWRIGHT_", env_ignore_empty=True)

    home: Path = Field(default_factory=lambda: platformdirs.user_data_path("reelwright", appauthor=False))
    profile: ProfileName = "standard"
    whisper_model: str = ""
    kling_api_key: SecretStr | None = Field(default=None, validation_alias="KLING_API_KEY")
    openai_api_key: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")

    @property
    def log_file(self) -> Path:
        return self.home / "reelwright.log"

    @property
    def scale(self) -> Profile:
        return PROFILES[self.profile]
