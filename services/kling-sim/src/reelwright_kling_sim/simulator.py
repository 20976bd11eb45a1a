"""The simulator itself: accepts orders, moves tasks through their states, has them drawn and callbacks sent.

Everything that must outlive a crash is in the ledger; the loops here only carry out what it says is due.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from secrets import token_hex
from typing import Any

import httpx

from reelwright_kling_sim import dialect_legacy, dialect_new, knobs
from reelwright_kling_sim.callback_sender import CallbackSender
from reelwright_kling_sim.callbacks import Delivery, plan_deliveries
from reelwright_kling_sim.catalog import Family
from reelwright_kling_sim.clock import Clock, SystemClock
from reelwright_kling_sim.drawing import Draw, DrawingProcess
from reelwright_kling_sim.drawing_room import DrawingRoom
from reelwright_kling_sim.faults import Markers, read_markers, refuse_at_create, struck
from reelwright_kling_sim.flat import draw_flat
from reelwright_kling_sim.ledger import FILE_NAME, Ledger
from reelwright_kling_sim.media import MediaLinks, media_folder, media_names
from reelwright_kling_sim.orders import Order
from reelwright_kling_sim.rows import LedgerRow
from reelwright_kling_sim.settings import SimSettings
from reelwright_kling_sim.tasks import Task, hash_of_prompt
from reelwright_kling_sim.threads import LedgerThread

log = logging.getLogger(__name__)

PURGE_EVERY_S = 3600.0


class Simulator:
    """Kling, as far as a client can tell. `start` before use, `close` after."""

    def __init__(
        self,
        settings: SimSettings,
        *,
        clock: Clock | None = None,
        draw: Draw | None = None,
        callback_transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.settings = settings
        self.clock = clock or SystemClock()
        self.packs = knobs.packs(settings)
        self.bought_at_ms = 0
        self._pace = knobs.pace(settings)
        self._accidents = knobs.accidents(settings)
        self._weather = knobs.weather(settings)
        self._dice = random.Random(settings.seed)
        self._process = DrawingProcess() if draw is None and settings.drawing == "looks" else None
        self._draw: Draw = draw or self._process or draw_flat
        self._callback_transport = callback_transport
        self._tick_nudge, self._draw_nudge, self._send_nudge = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._loops: list[asyncio.Task[None]] = []
        self._purge_at_s = 0.0

    async def start(self) -> None:
        """Open the ledger and go on with whatever it says is unfinished."""
        self._db = await LedgerThread.open(self.settings.state_dir / FILE_NAME)
        self.links = MediaLinks(
            await self._db(Ledger.fact, "media_secret", token_hex(32)), self.settings.media_url_ttl_s
        )
        self.bought_at_ms = int(await self._db(Ledger.fact, "bought_at_ms", str(self.now_ms())))
        self._folder = await asyncio.to_thread(media_folder, self.settings.state_dir)
        self._room = DrawingRoom(self._db, self._folder, self.settings, self._draw)
        self._sender = CallbackSender(self._db, self.clock, self.settings, self._callback_transport)
        self._loops = [
            asyncio.create_task(_watched(loop)) for loop in (self._tick_loop, self._draw_loop, self._send_loop)
        ]

    async def close(self) -> None:
        """Stop at once; what is unfinished goes on at the next start."""
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        if self._process is not None:
            self._process.stop()
        await self._room.close()
        if self._process is not None:
            self._process.close()
        await self._sender.close()
        await self._db.close()

    @property
    def is_well(self) -> bool:
        """Whether all its loops run."""
        return bool(self._loops) and not any(loop.done() for loop in self._loops)

    def now_ms(self) -> int:
        """The clock's time in Unix ms."""
        return round(self.clock.now_s() * 1000)

    async def pause(self, seconds: float) -> None:
        """Wait for so long, by the simulator's clock."""
        until_s = self.clock.now_s() + seconds
        while self.clock.now_s() < until_s:
            await self.clock.wait(asyncio.Event(), until_s)

    async def create(self, order: Order, base_url: str) -> tuple[Task, Markers]:
        """Accept an order: its task, and what is to go wrong with the answer.

        Raises `KlingError` when a marker, a known id or the account forbids it.
        """
        markers = struck(read_markers(order.prompt), self._weather, self._dice)
        refused_before = "error_once" in markers and not await self._db(Ledger.is_first, _once(order))
        refuse_at_create(markers, first_time=not refused_before)
        task = await self._db(
            Ledger.accept, order, markers, self._pace, self.packs, now_ms=self.now_ms(), base_url=base_url
        )
        self._tick_nudge.set()
        return task, markers

    async def select(self, where: str, *values: object) -> list[Task]:
        """The visible tasks of a dialect's own condition, as they stand now."""
        await self.advance()
        return await self._db(Ledger.select, f"visible_at_ms <= {self.now_ms()} AND {where}", *values)

    async def media_file(self, name: str) -> tuple[Path, Markers] | None:
        """The file of a media name, and the markers of its task; None when there is no such file (any more)."""
        task = await self._db(Ledger.task, name.partition("-")[0])
        if task is None or task.purged or name not in media_names(task):
            return None
        path = self._folder / name
        return (path, read_markers(task.prompt)) if path.is_file() else None

    async def remaining_centi(self) -> dict[Family, int]:
        """What is left of each pack, in hundredths of a unit."""
        return {
            family: (await self._db(Ledger.account, family, self.packs)).remaining_centi
            for family in self.packs.units_centi
        }

    async def ledger(self, external_prefix: str = "") -> tuple[LedgerRow, ...]:
        """Every task ever accepted whose external id begins with the prefix, oldest first."""
        return await self._db(Ledger.rows, external_prefix)

    async def advance(self) -> None:
        """Carry out the changes of status that are due now."""
        if await self._db(Ledger.advance, self.now_ms(), self._announce):
            self._draw_nudge.set()
            self._send_nudge.set()

    async def settle(self) -> None:
        """Do everything that is due at the clock's time, drawings and callbacks included. For tests."""
        await self.advance()
        await self._room.draw_pending(self._after_drawing)
        await self._sender.send_due()

    def urls_of(self, task: Task, base_url: str) -> list[str]:
        """The signed URLs of a task's media; none before it has outputs."""
        if not task.has_outputs:
            return []
        base_url = self.settings.public_url or base_url
        expired = "media_expired" in read_markers(task.prompt)
        return [self.links.url(base_url, name, task.updated_at_ms, expired=expired) for name in media_names(task)]

    def view_of(self, task: Task, base_url: str) -> dict[str, Any]:
        """The task as its own dialect shows it."""
        view = dialect_new.task_view if task.dialect == "new" else dialect_legacy.task_view
        return view(task, self.status_of(task), self.urls_of(task, base_url))

    def status_of(self, task: Task) -> str:
        """The status that look-ups show."""
        odd = task.status == "processing" and "unknown_status" in read_markers(task.prompt)
        return "hibernating" if odd else task.status

    def _announce(self, task: Task) -> Sequence[Delivery]:
        if task.callback_url is None:
            return ()
        body = json.dumps(self.view_of(task, task.base_url), separators=(",", ":"))
        signed = task.dialect == "new" or self.settings.sign_legacy_callbacks
        return plan_deliveries(task, body, self._accidents, signed=signed)

    async def _after_drawing(self) -> None:
        await self.advance()
        self._tick_nudge.set()  # the task may have an end to wait for

    async def _tick_loop(self) -> None:
        while True:
            await self.advance()
            if self.clock.now_s() >= self._purge_at_s:
                await self._room.purge(self.now_ms())
                self._purge_at_s = self.clock.now_s() + PURGE_EVERY_S
            due_ms = await self._db(Ledger.next_due_ms)
            due_s = self._purge_at_s if due_ms is None else min(self._purge_at_s, due_ms / 1000)
            await self.clock.wait(self._tick_nudge, due_s)

    async def _draw_loop(self) -> None:
        while True:
            await self._room.draw_pending(self._after_drawing)
            await self.clock.wait(self._draw_nudge, None)

    async def _send_loop(self) -> None:
        while True:
            await self._sender.send_due()
            due_ms = await self._db(Ledger.next_callback_ms)
            await self.clock.wait(self._send_nudge, None if due_ms is None else due_ms / 1000)


def _once(order: Order) -> str:
    return f"error_once:{hash_of_prompt(order.prompt)}"


async def _watched(loop: Callable[[], Awaitable[None]]) -> None:
    """Run a loop; what ends it is logged, and `is_well` turns false."""
    try:
        await loop()
    except Exception:
        log.exception("a loop of the simulator has ended", extra={"action": "loop_ended"})
        raise
