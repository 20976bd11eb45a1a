"""What the environment says to the gateway (`REELWRIGHT_GATEWAY_...`). Whoever starts the service loads one."""

from typing import Literal

from pydantic import Field, SecretStr

from reelwright_chassis.settings import Settings, prefix

MAX_AUDIO_BYTES = 100_000_000


class GatewaySettings(Settings):
    """Times are in seconds."""

    model_config = prefix("GATEWAY")

    identity: Literal["keys", "none"] = Field(
        default="keys",
        description="keys: requests carry an API key. none: everybody is the one local user; on this machine alone.",
    )
    public_url: str = Field(
        default="",
        pattern=r"^(https?://[^/?#]+)?$",
        description="How users reach the API, as https://api.example.com. Unset: as each request says.",
    )
    trusted_proxies: str = Field(
        default="127.0.0.1",
        description="Whose X-Forwarded headers are believed: addresses or networks, with commas between, or *.",
    )
    secret: SecretStr = Field(
        default=SecretStr(""),
        description="Signs links to media and tickets; the same for all replicas, 32 characters or more.",
    )
    max_audio_bytes: int = Field(default=MAX_AUDIO_BYTES, gt=0, description="The largest recording that is taken.")
    max_body_bytes: int = Field(default=1_000_000, gt=0, description="The largest body of any other request.")
    upload_idle_s: float = Field(default=30.0, gt=0, description="An upload that stands still for so long is given up.")
    media_link_s: float = Field(default=3_600.0, ge=60, description="How long a link to a video is good for, at least.")
    key_cache_s: float = Field(
        default=5.0, ge=0, description="How long a key's answer is remembered: a revoked one works no longer than that."
    )
    heartbeat_s: float = Field(
        default=15.0, gt=0, description="A stream of events says at least so often that it lives."
    )
    stream_lifetime_s: float = Field(
        default=900.0, gt=0, description="A stream of events ends after about so long; clients connect anew."
    )
    stream_send_s: float = Field(
        default=20.0, gt=0, description="A listener that takes nothing for so long is disconnected."
    )
