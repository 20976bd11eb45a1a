"""What is POSTed to webhooks. The director writes it; here it is described."""

from typing import Literal

from pydantic import Field

from reelwright_gateway.schema import Model, Moment, ProjectId, Stage, State, WaitingOn
from reelwright_gateway.webhooks.models import EventType


class EventFailure(Model):
    """Why a project failed."""

    stage: Stage = Field(description="Which stage could not be done.", examples=["transcription"])
    code: str = Field(description="The reason code; docs/errors.md lists them all.", examples=["audio_silent"])
    message: str = Field(description="For people.", examples=["Nobody speaks in this recording."])
    remedy: str = Field(description="What to do.", examples=["Send a recording with speech."])
    retryable: bool = Field(description="Whether a retry may help.", examples=[False])


class EventProject(Model):
    """The project as it was then: nothing that somebody said, wrote or prompted, but for your own names and labels."""

    id: ProjectId
    user_id: str = Field(description="Whose it is.", examples=["7c9e6679"])
    version: int = Field(description="Its version then.", examples=[17])
    state: State = Field(description="Its state.", examples=["completed"])
    waiting_on: WaitingOn = Field(description="What it waits for.", examples=["nothing"])
    client_reference: str | None = Field(description="Your own name for it.", examples=["order-4711"])
    labels: dict[str, str] = Field(description="Your own labels.", examples=[{"shop": "berlin"}])
    created_at: Moment = Field(description="When it was made.", examples=["2026-11-26T16:58:00Z"])
    updated_at: Moment = Field(description="When it was changed last.", examples=["2026-11-26T17:00:00Z"])
    assets_ready: int = Field(description="Scenes that have their picture.", examples=[4])
    assets_total: int = Field(description="Scenes.", examples=[4])
    cost_usd: float = Field(description="What was spent so far.", examples=[0.84])
    quality: Literal["full", "degraded"] | None = Field(description="Of a completed project.", examples=["full"])
    warnings: list[str] = Field(description="Codes of what to know about the results.", examples=[[]])
    failure: EventFailure | None = Field(description="Why it failed, if it did.", examples=[None])


class EventAsset(Model):
    """A scene that got less than was planned for it."""

    id: str = Field(description="The asset.", examples=["asset-9f86d081"])
    scene_id: str = Field(description="The scene.", examples=["scene-3"])
    rung: str = Field(description="What it got instead.", examples=["still"])


class ProjectData(Model):
    """`sequence` grows with each change of the project: what has a lower one than you saw is older."""

    sequence: int = Field(description="The project's version.", examples=[17])
    project: EventProject


class FallbackData(ProjectData):
    assets: list[EventAsset] = Field(description="Which scenes.")


class TestData(Model):
    webhook_id: str = Field(description="The webhook that is tested.", examples=["01JD9ZQ1S7M4V0F5X8C2K3N6PB"])


class _Event(Model):
    timestamp: Moment = Field(description="When it happened.", examples=["2026-11-26T17:00:00Z"])


class ProjectEvent(_Event):
    """A milestone of a project."""

    type: EventType
    data: ProjectData


class FallbackEvent(_Event):
    """Scenes got less than was planned for them."""

    type: Literal["asset.fallback"] = Field(description="What happened.", examples=["asset.fallback"])
    data: FallbackData


class TestEvent(_Event):
    """You asked for it."""

    type: Literal["webhook.test"] = Field(description="What happened.", examples=["webhook.test"])
    data: TestData
