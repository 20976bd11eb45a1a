"""What the environment says to the gateway (`REELWRIGHT_GATEWAY_...`). Whoever starts the service loads one."""

from typing import Annotated, Literal

from limits import parse
from pydantic import AfterValidator, Field, SecretStr

from reelwright_chassis.serving.addresses import ListenAddress
from reelwright_chassis.settings import Settings, prefix

MAX_AUDIO_BYTES = 100_000_000


def _checked_rate(rate: str) -> str:
    parse(rate)  # raises ValueError
    return rate


Rate = Annotated[str, AfterValidator(_checked_rate)]
"""As the library `limits` writes them: 600/minute, 60 per hour."""


class GatewaySettings(Settings):
    """Times are in seconds."""

    model_config = prefix("GATEWAY")

    address: ListenAddress = Field(
        default="127.0.0.1:8080", description="Where the API is served. In a container: 0.0.0.0:8080."
    )
    identity: Literal["required", "none"] = Field(
        default="required",
        description="required: requests carry an API key, or a token of the OIDC issuer if one is named. none: "
        "everybody is the one local user; on this machine alone.",
    )
    oidc_issuer: str = Field(
        default="",
        pattern=r"^(https?://\S+)?$",
        description="Whose tokens (JWT) are taken, as its `iss` says. Unset: none.",
    )
    oidc_audience: str = Field(
        default="",
        description="For whom the tokens must be (`aud`; Cognito's `client_id`); several with commas between.",
    )
    oidc_jwks_url: str = Field(
        default="",
        pattern=r"^(https?://\S+)?$",
        description="Where the issuer's keys are. Unset: as its /.well-known/openid-configuration says.",
    )
    oidc_jwks_age_s: float = Field(
        default=300.0, gt=0, description="How old the issuer's keys may be before they are read again."
    )
    oidc_leeway_s: float = Field(default=30.0, ge=0, description="How far the issuer's clock may be off.")
    oidc_user_claim: str = Field(default="sub", description="The claim that names the user.")
    oidc_tenant_claim: str = Field(
        default="tenant_id", description="The claim that names the tenant, as custom:tenant_id with Cognito."
    )
    oidc_tenant: str = Field(default="", description="The tenant of tokens that name none. Unset: these are refused.")
    oidc_admin_group: str = Field(
        default="admin", description="The group (`groups`, `cognito:groups`) whose members see all of their tenant."
    )
    preview_address: str = Field(
        default="",
        validation_alias="REELWRIGHT_PREVIEW_ADDRESS",
        description="The gRPC address of the preview service, as dns:///preview:50051, for single frames. Unset: "
        "those are refused, and all else works.",
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
    cors_origins: str = Field(
        default="",
        description="Origins whose pages may call the API, as https://app.example.com; several with commas, or *.",
    )
    rate_read: Rate = Field(default="600/minute", description="How often a user may read.")
    rate_write: Rate = Field(default="120/minute", description="How often a user may change something.")
    rate_create: Rate = Field(default="60/hour", description="How often a user may make a project.")
    rate_stream: Rate = Field(default="120/minute", description="How often a user may open a stream of events.")
    rate_valkey_url: SecretStr = Field(
        default=SecretStr(""),
        description="Where replicas count together, as valkey://HOST:6379/0. Unset: each replica counts for itself.",
    )
    consent_terms: dict[str, str] = Field(
        default_factory=dict,
        description="Which version of the terms a tenant's users must have agreed to before they make a project, as "
        'JSON: {"acme": "2026-11"}; * stands for every other tenant. Unset: none.',
    )
    max_audio_bytes: int = Field(default=MAX_AUDIO_BYTES, gt=0, description="The largest recording that is taken.")
    max_picture_bytes: int = Field(
        default=100_000_000, gt=0, description="The largest picture or clip of a user's own that is taken."
    )
    max_body_bytes: int = Field(default=1_000_000, gt=0, description="The largest body of any other request.")
    upload_part_bytes: int = Field(
        default=8 << 20,
        gt=0,
        description="How large the parts of an upload in parts are that come through the gateway; those that an object "
        "store takes itself are of its own size.",
    )
    upload_idle_s: float = Field(default=30.0, gt=0, description="An upload that stands still for so long is given up.")
    fetch_s: float = Field(
        default=300.0, gt=0, le=800, description="How long it may take to fetch a recording from an address."
    )
    fetches_at_once: int = Field(default=4, gt=0, description="How many recordings one replica fetches at once.")
    fetch_loopback: bool = Field(
        default=False,
        description="Whether recordings may be fetched from this machine too, and there without TLS: to try it out.",
    )
    media_link_s: float = Field(
        default=3_600.0,
        ge=60,
        description="How long a link to a video, or for a part of an upload, is good for, at least.",
    )
    key_cache_s: float = Field(
        default=5.0, ge=0, description="How long a key's answer is remembered: a revoked one works no longer than that."
    )
    leave_s: float = Field(
        default=5.0,
        ge=0,
        le=30,
        description="How long a replica that is told to end still answers, while load balancers learn that it goes.",
    )
    video_height_px: int = Field(
        default=1920,
        ge=480,
        le=1920,
        multiple_of=32,
        description="How high the videos of new projects are, at 9:16: the platforms want 1920; less is for trials.",
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


def listed(text: str) -> list[str]:
    """What is written with commas between."""
    return [part.strip() for part in text.split(",") if part.strip()]
