"""What a front end can build its forms from."""

from pydantic import Field

from reelwright_gateway.schema import Model


class Named(Model):
    """One of several to choose from."""

    name: str = Field(description="What to send.", examples=["highlight"])
    description: str = Field(description="What it is.", examples=["The spoken word is lit."])


class Limits(Model):
    """What is taken at most."""

    audio_bytes: int = Field(description="Of a recording.", examples=[100_000_000])
    picture_bytes: int = Field(description="Of a picture or clip of your own.", examples=[100_000_000])
    picture_pixels: int = Field(description="Of such a picture, and of each frame of a clip.", examples=[50_000_000])
    clip_s: float = Field(description="Of such a clip.", examples=[120.0])
    audio_s: float = Field(description="Of a recording, by decoding it.", examples=[600.0])
    target_duration_s: tuple[float, float] = Field(
        description="The shortest and the longest video.", examples=[[30, 60]]
    )
    script_bytes: int = Field(description="Of a given text.", examples=[200_000])
    words: int = Field(description="Of a transcript.", examples=[3_000])
    scenes: int = Field(description="Of a video.", examples=[12])
    prompt_chars: int = Field(description="Of a scene's prompt.", examples=[2_500])


class Prices(Model):
    """What pictures are expected to cost; what they did cost is in each project."""

    clip_usd_per_s: float = Field(description="A clip, per second that is bought.", examples=[0.084])
    still_usd: float = Field(description="A still.", examples=[0.028])
    card_usd: float = Field(description="A text card.", examples=[0.0])


class Capabilities(Model):
    """What this server takes and makes."""

    version: str = Field(description="The server's version.", examples=["0.1.0"])
    audio_formats: list[str] = Field(description="Kinds of recording.", examples=[["mp3", "wav"]])
    picture_formats: list[str] = Field(
        description="Kinds of pictures and clips of your own.", examples=[["jpeg", "png", "mp4"]]
    )
    caption_styles: list[Named] = Field(description="How captions can look.")
    looks: list[Named] = Field(description="How drawn pictures can look.")
    languages: list[str] = Field(
        default=["auto"], description="What `language` takes besides any BCP 47 tag.", examples=[["auto"]]
    )
    aspects: list[str] = Field(description="Width to height.", examples=[["9:16"]])
    reviews: list[str] = Field(description="Where a run can stop for you.", examples=[["none", "both"]])
    lowest_rungs: list[str] = Field(description="The least that a scene may fall back to.", examples=[["still"]])
    limits: Limits
    prices: Prices
