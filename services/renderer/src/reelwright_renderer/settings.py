"""What whoever runs a renderer can choose. Requests choose size, rate, quality and style themselves."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class RendererSettings(BaseSettings):
    """Environment: `REELWRIGHT_RENDERER_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="REELWRIGHT_RENDERER_", frozen=True)

    topic: str = Field(default="render.requests", pattern="^render(-gpu)?[.]requests$")
    """render-gpu.requests for pods with a GPU."""
    processes: int = Field(default=0, ge=0)
    """Processes of one render, one encoder thread each. 0: as many as there are usable cores."""
    concurrency: int = Field(default=1, ge=1)
    """Renders at the same time."""
    encoder: str = Field(default="auto", pattern="^(auto|h264_nvenc|libx264)$")
    """auto: NVENC where a GPU answers, else libx264."""
    preset: str = "veryfast"
    crf: int = Field(default=20, ge=0, le=51)
    maxrate_kbps: int = Field(default=10_000, ge=100)
