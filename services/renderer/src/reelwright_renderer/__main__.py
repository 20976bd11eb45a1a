"""`python -m reelwright_renderer`: the renderer as a process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from reelwright_chassis.parts import Parts
from reelwright_chassis.serving import Built, Need, Program, run_program
from reelwright_renderer.service import renderer
from reelwright_renderer.settings import RendererSettings


@asynccontextmanager
async def build(parts: Parts, settings: RendererSettings) -> AsyncIterator[Built]:
    """The worker alone: frames for editors are another process's, for this one may be scaled to none."""
    yield Built([renderer(parts, settings)])


PROGRAM = Program(
    name="renderer",
    module="reelwright_renderer",
    about="Makes one video of scenes, pictures and the speaker's voice.",
    needs=(Need.BUS, Need.BLOBS, Need.DIRECTOR),
    settings=RendererSettings,
    build=build,
)

if __name__ == "__main__":
    run_program(PROGRAM)
