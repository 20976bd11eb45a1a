"""Pictures and clips as the API tells them."""

from pydantic import Field

from reelwright_gateway.schema import Link, Model, Note, Rung


class Asset(Model):
    """One take: a picture or clip that was made for a scene, or your own."""

    id: str = Field(description="Names the take.", examples=["asset-9f86"])
    scene_id: str = Field(description="The scene that it was made for.", examples=["scene-3"])
    take: int = Field(description="Which take, from 1.", examples=[1])
    kind: str = Field(description="clip, still or card.", examples=["clip"])
    rung: Rung | None = Field(description="planned, or what it fell back to.", examples=["planned"])
    shown: bool = Field(description="Whether the scene shows it now.", examples=[True])
    file: Link | None = Field(description="The picture or clip; null for a card, which the renderer draws.")
    width_px: int = Field(description="Its width.", examples=[1080])
    height_px: int = Field(description="Its height.", examples=[1920])
    duration_s: float = Field(description="Its length; 0 for a still.", examples=[5.04])
    provider: str | None = Field(description="Who made it: kling, sim or user.", examples=["kling"])
    model: str | None = Field(description="With which model.", examples=["kling-3.0"])
    simulated: bool = Field(description="Drawn by the built-in simulator.", examples=[False])
    cost_usd: float = Field(description="What it cost.", examples=[0.42])
    prompt: str = Field(description="What it was made from.", examples=["A calm lake at dawn."])
    notes: list[Note] = Field(description="What to know about it.")


class Assets(Model):
    """Every take that was made, oldest first; a new one never replaces another."""

    items: list[Asset] = Field(description="The takes.")
