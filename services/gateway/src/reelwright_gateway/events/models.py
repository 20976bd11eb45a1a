"""What streams of events carry."""

from pydantic import Field

from reelwright_gateway.schema import Model, Moment, ProjectId


class ProjectChange(Model):
    """Event `change`: a project moved on. Its id is the version; one lower than what was seen is never sent."""

    project_id: ProjectId
    version: int = Field(description="The project's version now.", examples=[17])
    state: str = Field(description="The project's state now.", examples=["generating"])
    waiting_on: str = Field(description="What it waits for.", examples=["provider"])
    at: Moment = Field(description="When it changed.", examples=["2026-11-26T17:00:00Z"])
    reason_code: str | None = Field(description="Why it failed, if it did.", examples=["audio_silent"])
    assets_ready: int = Field(description="Scenes that have their picture.", examples=[3])
    assets_total: int = Field(description="Scenes.", examples=[7])
    cost_usd: float = Field(description="What was spent so far.", examples=[0.84])
    quality: str | None = Field(description="full or degraded, once completed.", examples=["full"])


class StageProgress(Model):
    """Event `progress`: how far one job of a stage is. At most one a second and job; some may be left out."""

    project_id: ProjectId
    stage: str = Field(description="transcription, plan, asset or render.", examples=["render"])
    request_id: str = Field(
        description="Names the job; the asset stage has one for each scene.", examples=["render-9f86"]
    )
    percent: float = Field(description="Of this job, 0 to 100.", examples=[42.0])
    doing: str = Field(description="What is being done, in a word or two.", examples=["drawing"])


class StreamTicket(Model):
    """Opens one stream."""

    ticket: str = Field(description="Send it as ?ticket=.", examples=["eyJhbGciOiJIUzI1NiJ9..."])
    expires_at: Moment = Field(description="Until when it opens a stream.", examples=["2026-11-26T17:01:00Z"])
