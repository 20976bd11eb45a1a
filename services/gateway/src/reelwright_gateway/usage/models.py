"""What was used."""

from pydantic import Field

from reelwright_gateway.schema import Model, Moment


class Usage(Model):
    """What the caller used since a time."""

    since: Moment = Field(description="From when on it was counted.", examples=["2026-11-01T00:00:00Z"])
    cost_usd: float = Field(description="What providers charged, in US dollars.", examples=[12.6])
    projects: int = Field(description="Projects made.", examples=[15])
    videos: int = Field(description="Videos rendered.", examples=[18])
