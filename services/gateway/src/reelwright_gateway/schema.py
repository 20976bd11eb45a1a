"""What all models of the API share."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

ProjectId = Annotated[str, Field(description="A project's id.", examples=["01JD9ZQ1S7M4V0F5X8C2K3N6PB"])]
Stage = Literal["fetch", "transcription", "plan", "asset", "render"]
State = Literal[
    "created", "uploaded", "transcribing", "transcribed", "planning", "planned", "generating", "ready_for_compilation",
    "compiling", "completed", "failed", "canceled", "deleted",
]  # fmt: skip
WaitingOn = Literal["nothing", "user", "worker", "provider", "provider_slot", "budget", "pause", "retry"]
Review = Literal["none", "transcript", "scenes", "both"]
Rung = Literal["planned", "rewritten_prompt", "other_model", "still", "card"]
Aspect = Literal["9:16", "16:9", "1:1"]


def _dated(moment: Any) -> Any:
    """RFC 3339 alone: a number would be taken for seconds since 1970."""
    if isinstance(moment, datetime) or (isinstance(moment, str) and _DATED.match(moment)):
        return moment
    raise ValueError("it is a date and a time with its zone, as 2026-11-26T17:00:00Z")


_DATED = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]", re.ASCII)
Moment = Annotated[AwareDatetime, BeforeValidator(_dated)]

T = TypeVar("T")


class Model(BaseModel):
    """Of an answer: it may grow, and clients ignore what they do not know."""

    model_config = ConfigDict(frozen=True)


class Body(BaseModel):
    """Of a request: a field that is not known is refused, for it is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Note(Model):
    """Something worth knowing about a result."""

    code: str = Field(description="From the registry of reason codes where one fits.", examples=["quiet_sound"])
    message: str = Field(description="For people.", examples=["The sound stays quieter than the platforms' -14 LUFS."])


class Link(Model):
    """A stored file. The link needs no token, seeks (Range), and is good until `expires_at`; then read it again."""

    url: str = Field(
        description="Put it into <video> or <img> as it is.",
        examples=["https://api.example.com/media/eyJhbGciOi.../short.mp4"],
    )
    download_url: str = Field(
        description="The same, for browsers to save instead of show.",
        examples=["https://api.example.com/media/eyJhbGciOi.../short.mp4?download=true"],
    )
    expires_at: Moment = Field(description="Until when the link works.", examples=["2026-11-26T18:00:00Z"])
    content_type: str = Field(description="IANA media type.", examples=["video/mp4"])
    size_bytes: int = Field(description="The file's size.", examples=[12_400_000])
    sha256: str = Field(description="Of the bytes, in hex.", examples=["9f86d081884c7d659a2feaa0c55ad015"])
