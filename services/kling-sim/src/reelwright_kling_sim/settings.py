"""Every knob of the simulator, read once from the environment by whoever starts it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

DEMO_API_KEY = "api-key-kling-simulated"
DEMO_ACCESS_KEY = "simulated-access-key"
DEMO_SECRET_KEY = "simulated-secret-key-of-at-least-32-bytes"  # noqa: S105 - it opens nothing but a simulator
DAY_S = 86_400.0


class SimSettings(BaseSettings):
    """The simulator's settings; the defaults are those of a laptop: instant, unlimited, private.

    What the vendor documents nowhere is a knob here, so that a client can be shown to bear either behaviour.
    """

    model_config = SettingsConfigDict(env_prefix="REELWRIGHT_SIM_", frozen=True, extra="forbid")

    state_dir: Path = Field(default=Path("kling-sim"), description="Folder of the ledger and of the media.")
    host: str = "127.0.0.1"
    port: int = Field(default=8090, ge=0, le=65_535, description="0 takes a free one and prints it.")
    public_url: str | None = Field(default=None, description="Base of media URLs; default: as the caller reached us.")

    api_keys: tuple[str, ...] = (DEMO_API_KEY,)
    access_keys: dict[str, str] = Field(
        default={DEMO_ACCESS_KEY: DEMO_SECRET_KEY}, description="AccessKey to SecretKey, for the legacy JWT."
    )
    forbidden_models: frozenset[str] = Field(default=frozenset(), description="Models that answer 403/1103.")

    latency: Literal["instant", "seeded"] = "instant"
    latency_scale: float = Field(default=1.0, ge=0, description="Factor on the seeded latencies.")
    seed: int = Field(default=0, description="Seed of latencies, of pictures and of callback accidents.")

    video_units: Decimal = Field(default=Decimal(10_000_000), ge=0, description="Units of the video pack; 0: no pack.")
    image_units: Decimal = Field(default=Decimal(10_000_000), ge=0, description="Units of the image pack; 0: no pack.")
    video_slots: int = Field(default=20, ge=1, description="Tasks of the video family at once; a video takes one.")
    image_slots: int = Field(default=9, ge=1, description="Pictures of the image family at once; a task takes n.")

    duplicates: Literal["refuse", "accept"] = Field(
        default="refuse", description="What happens to a create whose external_task_id is known."
    )
    duplicate_scope: Literal["account", "product"] = Field(
        default="account", description="Within what an external_task_id is unique."
    )
    reuse_after_failure: bool = Field(
        default=False, description="Whether the external_task_id of a failed task may be used again."
    )
    visible_after_s: float = Field(default=0.0, ge=0, description="How late look-ups and lists see a new task.")

    error_rate: float = Field(default=0.0, ge=0, le=1, description="Share of creates refused with 500/5000.")
    lost_reply_rate: float = Field(
        default=0.0, ge=0, le=1, description="Share of creates that are accepted but answered with 504/5002."
    )
    failure_rate: float = Field(default=0.0, ge=0, le=1, description="Share of tasks that fail.")

    drawing: Literal["looks", "flat"] = Field(
        default="looks", description="looks: real pictures, in a subprocess. flat: a gradient, in milliseconds."
    )
    max_height: int = Field(default=1920, ge=64, description="Pictures are drawn no higher than this, in pixels.")
    mark: str | None = Field(default=None, description='A word burnt into each picture ("SIMULATED" for staging).')
    media_url_ttl_s: float = Field(default=30 * DAY_S, gt=0, description="How long a media URL is valid.")
    media_retention_s: float = Field(default=30 * DAY_S, gt=0, description="When the media are deleted.")
    expired_media_status: int = Field(default=403, description="Answer to an expired media URL.")

    webhook_secrets: tuple[str, ...] = Field(
        default=(), description="whsec_ secrets that sign callbacks; two during a rotation; none: unsigned."
    )
    sign_legacy_callbacks: bool = False
    callback_delay_s: float = Field(default=0.0, ge=0)
    callback_drop_rate: float = Field(default=0.0, ge=0, le=1)
    callback_duplicate_rate: float = Field(default=0.0, ge=0, le=1)
    callback_reorder: bool = Field(default=False, description="Send `processing` after the terminal status.")
    callback_timeout_s: float = Field(default=5.0, gt=0)
