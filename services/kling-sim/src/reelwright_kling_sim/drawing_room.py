"""Where tasks in processing are drawn, oldest first, and where their media are kept until they are purged."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from reelwright_kling_sim.drawing import Draw, DrawingFailed, draw_or_fail, job_of
from reelwright_kling_sim.ledger import Ledger
from reelwright_kling_sim.media import media_names
from reelwright_kling_sim.settings import SimSettings
from reelwright_kling_sim.tasks import Task
from reelwright_kling_sim.threads import LedgerThread, OneThread

log = logging.getLogger(__name__)

ATTEMPTS = 2


class DrawingRoom:
    """Draws one file at a time. The queue is the ledger itself, so that it is bounded by the slots and survives."""

    def __init__(self, db: LedgerThread, folder: Path, settings: SimSettings, draw: Draw) -> None:
        self._db = db
        self._folder = folder
        self._settings = settings
        self._draw = draw
        self._thread = OneThread("kling-sim-drawing")
        self._busy = asyncio.Lock()

    async def close(self) -> None:
        """End the thread, after the file in hand."""
        await self._thread.close()

    async def draw_pending(self, after_each: Callable[[], Awaitable[None]]) -> None:
        """Draw what waits to be drawn; `after_each` is awaited whenever a task's media are there."""
        async with self._busy:
            while (task := await self._db(Ledger.next_to_draw)) is not None:
                await self._draw_task(task)
                await after_each()

    async def _draw_task(self, task: Task) -> None:
        try:
            for name in media_names(task):
                await self._draw_file(task, name)
        except DrawingFailed as error:
            log.warning("a task could not be drawn", extra={"action": "draw_failed", "task_id": task.id})
            await self._db(Ledger.undrawable, task.id, f"The simulator could not draw it: {error}")
        else:
            await self._db(Ledger.drawn, task.id)

    async def _draw_file(self, task: Task, name: str) -> None:
        """Draw one file unless it is there; a second try after a failure, as a crash may have been another's fault."""
        if (self._folder / name).is_file():
            return
        job = job_of(task, name, self._folder, max_height=self._settings.max_height, mark=self._settings.mark)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                await self._thread.run(draw_or_fail, self._draw, job)
            except DrawingFailed:
                if attempt == ATTEMPTS:
                    raise
            else:
                return

    async def purge(self, now_ms: int) -> None:
        """Delete the media of tasks that ended longer ago than the retention."""
        before_ms = now_ms - round(self._settings.media_retention_s * 1000)
        for task in await self._db(Ledger.purgeable, before_ms):
            await self._thread.run(_unlink, [self._folder / name for name in media_names(task)])
            await self._db(Ledger.purged, task.id)


def _unlink(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
