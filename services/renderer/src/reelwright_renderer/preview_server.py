"""`python -m reelwright_renderer.preview_server`: single frames for editors, from the renderer's image.

It consumes nothing, so it stands while the renderers are scaled to none.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from reelwright_chassis.parts import Parts
from reelwright_chassis.serving import Built, Need, Program, run_program
from reelwright_renderer.service import previews
from reelwright_renderer.settings import PreviewSettings


@asynccontextmanager
async def build(parts: Parts, settings: PreviewSettings) -> AsyncIterator[Built]:
    """RendererService over gRPC."""
    yield Built(mounted=[previews(parts.blobs, settings)])


PROGRAM = Program(
    name="preview",
    module="reelwright_renderer.preview_server",
    about="Composes single frames of videos for editors who wait for them.",
    needs=(Need.BLOBS,),
    settings=PreviewSettings,
    build=build,
)

if __name__ == "__main__":
    run_program(PROGRAM)
