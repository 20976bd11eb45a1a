"""What whoever runs a renderer can choose. Requests choose size, rate, quality and style themselves."""

from pydantic import Field

from reelwright_chassis.settings import Settings, prefix


class RendererSettings(Settings):
    """Environment: `REELWRIGHT_RENDERER_<NAME>`."""

    model_config = prefix("RENDERER")

    topic: str = Field(
        default="render.requests",
        pattern="^render(-gpu)?[.]requests$",
        description="What it works on: render.requests, or render-gpu.requests for pods with a GPU.",
    )
    processes: int = Field(
        default=0,
        ge=0,
        description="Processes of one render, one encoder thread each. 0: as many as there are usable cores.",
    )
    concurrency: int = Field(default=1, ge=1, description="Renders at the same time.")
    encoder: str = Field(
        default="auto",
        pattern="^(auto|h264_nvenc|libx264)$",
        description="h264_nvenc, libx264, or auto: NVENC where a GPU answers, else libx264.",
    )
    preset: str = Field(default="veryfast", description="The encoder's preset, where a request names none.")
    crf: int = Field(default=20, ge=0, le=51, description="The quality, where a request names none; less is better.")
    maxrate_kbps: int = Field(default=10_000, ge=100, description="The most kilobits of a second of video.")

    @property
    def group(self) -> str:
        """The consumer group: one for each topic, for in one group both kinds of pods would share its partitions."""
        return "renderer-gpu" if self.topic == "render-gpu.requests" else "renderer"


class PreviewSettings(Settings):
    """Environment: `REELWRIGHT_PREVIEW_<NAME>`."""

    model_config = prefix("PREVIEW")

    concurrency: int = Field(default=2, ge=1, description="Frames that are painted at the same time; others wait.")
