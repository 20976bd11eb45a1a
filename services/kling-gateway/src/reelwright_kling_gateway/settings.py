"""The settings of this service, read once by whoever starts it."""

from collections.abc import Collection
from typing import Literal, Self

from pydantic import AliasChoices, Field, SecretStr, model_validator

from reelwright_chassis.errors import SettingsError
from reelwright_chassis.pictures import LONGEST_CLIP_S, SHORTEST_CLIP_S
from reelwright_chassis.settings import Settings, prefix
from reelwright_kling_gateway.client.legacy import IMAGE_MODELS, IMAGE_RESOLUTIONS
from reelwright_kling_gateway.client.new import CLIP_MODELS
from reelwright_kling_gateway.orders import Models

_PREFIX = "REELWRIGHT_KLING_"
_HOSTS = {"kling": "https://api-singapore.klingai.com", "sim": "http://127.0.0.1:8090"}


def _vendor(name: str) -> AliasChoices:
    """A setting that also goes by the vendor's own variable."""
    return AliasChoices(f"{_PREFIX}{name}", f"KLING_{name}")


class KlingSettings(Settings):
    """`REELWRIGHT_KLING_*`; the keys also by the vendor's own names. The provider is named, never guessed.

    Default models, with reasons. Clips: `kling-3.0`. Of the two models with every length from 3 to 15 s it costs 0.6
    units per second against the turbo's 0.8, because it can be told to make no sound (a short has the speaker's voice),
    and only it takes `multi_shot: false`, so that no cut falls into a scene. `kling-2.5-turbo` is the other model:
    another generation fails for other reasons, and it costs half. Pictures: `kling-v3`, then `kling-v2-1` at half.
    """

    model_config = prefix("KLING")

    provider: Literal["kling", "sim"] = Field(description="kling: the vendor, for money. sim: the simulator.")
    base_url: str = Field(
        default="",
        description="The vendor's host (https://api-beijing.klingai.com for keys made in China), or the simulator's. "
        "Unset: the vendor's outside China, or a simulator on this machine.",
    )
    api_key: SecretStr = Field(default=SecretStr(""), validation_alias=_vendor("API_KEY"), description="API key.")
    access_key: SecretStr = Field(
        default=SecretStr(""),
        validation_alias=_vendor("ACCESS_KEY"),
        description="With the secret key: pictures are paid through this pair.",
    )
    secret_key: SecretStr = Field(
        default=SecretStr(""), validation_alias=_vendor("SECRET_KEY"), description="The other half."
    )
    simulator_key: SecretStr = Field(
        default=SecretStr("api-key-kling-simulated"),
        description="What a simulator takes as an API key. The vendor's keys are never sent to one.",
    )
    account: str = Field(default="default", description="Names the account behind the key; its slots are shared.")

    clip_model: str = Field(default="kling-3.0", description="Text-to-video model.")
    other_clip_model: str = Field(default="kling-2.5-turbo", description="The one after a failure.")
    clip_resolution: str = Field(default="720p", description="720p or 1080p.")
    clip_longest_s: int = Field(
        default=LONGEST_CLIP_S,
        ge=SHORTEST_CLIP_S,
        le=15,
        description="The most seconds of one clip; a longer scene plays it slower, then mirrored.",
    )
    still_model: str = Field(default="kling-v3", description="Text-to-image model.")
    other_still_model: str = Field(default="kling-v2-1", description="The one after a failure.")
    still_resolution: str = Field(default="2k", description="1k or 2k; 2k costs the same and bears a zoom.")

    video_slots: int = Field(default=5, ge=1, description="Concurrent clips of the account (5 in the trial pack).")
    image_slots: int = Field(default=9, ge=1, description="Concurrent pictures of the account.")
    concurrency: int = Field(default=16, ge=1, description="Requests at once in this process.")
    poll_s: float = Field(default=3.0, gt=0, description="Shortest time between two polls.")
    poll_longest_s: float = Field(default=10.0, gt=0, description="Longest time between two polls.")
    unsure_s: float = Field(
        default=60.0, ge=0, description="How long a POST without an answer is looked for before it is repeated."
    )
    priced: bool | None = Field(
        default=None,
        description="Whether estimates and charges count as money. Unset: yes for kling, no for sim.",
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        _one_of("CLIP_MODEL", self.clip_model, CLIP_MODELS)
        _one_of("OTHER_CLIP_MODEL", self.other_clip_model, CLIP_MODELS)
        _one_of("STILL_MODEL", self.still_model, IMAGE_MODELS)
        _one_of("OTHER_STILL_MODEL", self.other_still_model, IMAGE_MODELS)
        _one_of("STILL_RESOLUTION", self.still_resolution, IMAGE_RESOLUTIONS)
        both = CLIP_MODELS[self.clip_model].resolutions & CLIP_MODELS[self.other_clip_model].resolutions
        _one_of("CLIP_RESOLUTION", self.clip_resolution, both)
        return self

    @property
    def simulated(self) -> bool:
        return self.provider == "sim"

    @property
    def host(self) -> str:
        return self.base_url or _HOSTS[self.provider]

    @property
    def counts_money(self) -> bool:
        return not self.simulated if self.priced is None else self.priced

    @property
    def models(self) -> Models:
        return Models(
            clip=self.clip_model,
            other_clip=self.other_clip_model,
            still=self.still_model,
            other_still=self.other_still_model,
            clip_resolution=self.clip_resolution,
            still_resolution=self.still_resolution,
            clip_longest_s=self.clip_longest_s,
        )

    @property
    def key(self) -> str:
        """The API key. Raises `SettingsError` when the vendor is to be used and none is set."""
        if key := (self.simulator_key if self.simulated else self.api_key).get_secret_value():
            return key
        raise SettingsError(
            "KLING_API_KEY is not set: make a key at https://kling.ai/dev/api-key (the AccessKey pair alone cannot "
            f"make clips), or set {_PREFIX}PROVIDER=sim."
        )

    @property
    def key_pair(self) -> tuple[str, str] | None:
        """AccessKey and SecretKey for pictures by the vendor. Raises `SettingsError` for half a pair."""
        if self.simulated:
            return None
        access, secret = self.access_key.get_secret_value(), self.secret_key.get_secret_value()
        if bool(access) != bool(secret):
            raise SettingsError("Set both KLING_ACCESS_KEY and KLING_SECRET_KEY, or neither.")
        return (access, secret) if access else None


def _one_of(name: str, value: str, known: Collection[str]) -> None:
    if value not in known:
        raise SettingsError(f"{_PREFIX}{name} is {value!r}; it must be one of {', '.join(sorted(known))}.")
