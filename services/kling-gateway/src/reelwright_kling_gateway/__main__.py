"""`python -m reelwright_kling_gateway`: the kling-gateway as a process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from reelwright_chassis.parts import Parts
from reelwright_chassis.serving import Built, Need, Program, run_program
from reelwright_kling_gateway.service import KlingGateway
from reelwright_kling_gateway.settings import KlingSettings


@asynccontextmanager
async def build(parts: Parts, settings: KlingSettings) -> AsyncIterator[Built]:
    """Raises `SettingsError` for a missing key; a refused one shows when the service runs."""
    yield Built([KlingGateway(parts, settings)])


PROGRAM = Program(
    name="kling-gateway",
    module="reelwright_kling_gateway",
    about="Makes a clip or a picture of a scene, through Kling, paid for once.",
    needs=(Need.BUS, Need.STORE, Need.BLOBS, Need.DIRECTOR),
    settings=KlingSettings,
    build=build,
)

if __name__ == "__main__":
    run_program(PROGRAM)
