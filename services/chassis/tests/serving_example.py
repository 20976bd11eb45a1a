"""A program that does what the test says, as a process: `python serving_example.py`."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from pydantic import Field

from reelwright_chassis.errors import SettingsError, Unavailable
from reelwright_chassis.parts import Parts
from reelwright_chassis.serving import Built, Program, run_program
from reelwright_chassis.settings import Settings, prefix


class ExampleSettings(Settings):
    model_config = prefix("EXAMPLE")

    mode: Literal["well", "broken", "keyless", "away", "blocked", "stubborn", "wedged"] = Field(
        description="What it does."
    )
    folder: Path = Field(description="Where it leaves its marks.")


class Example:
    """Implements `Service`."""

    name, ready = "example", True

    def __init__(self, parts: Parts, settings: ExampleSettings) -> None:
        self._parts = parts
        self._settings = settings
        self._stopped = asyncio.Event()

    @property
    def why_unready(self) -> str | None:
        return None

    @property
    def poll_age_s(self) -> float | None:
        return 1_000.0 if self._settings.mode == "wedged" else 0.0

    async def run(self) -> None:
        (self._parts.scratch / "work").write_text("unfinished")
        if self._settings.mode == "broken":
            raise RuntimeError("somebody's words")
        if self._settings.mode == "blocked":
            time.sleep(2.0)  # noqa: ASYNC251 - that is what the test looks at
        await self._stopped.wait()
        while self._settings.mode == "stubborn" or not self._may_end():  # noqa: ASYNC110 - a file says so
            await asyncio.sleep(0.01)  # the test decides when

    def _may_end(self) -> bool:
        return (self._settings.folder / "may-end").exists()

    def stop(self) -> None:
        self._stopped.set()


@asynccontextmanager
async def build(parts: Parts, settings: ExampleSettings) -> AsyncIterator[Built]:
    if settings.mode == "keyless":
        raise SettingsError("EXAMPLE_KEY is not set.")
    if settings.mode == "away" and not (settings.folder / "back").exists():
        raise Unavailable("nobody is at home")
    yield Built([Example(parts, settings)])
    (settings.folder / "left").touch()


if __name__ == "__main__":
    run_program(
        Program(
            name="example",
            module="reelwright_chassis",
            about="An example.",
            needs=(),
            settings=ExampleSettings,
            build=build,
        )
    )
