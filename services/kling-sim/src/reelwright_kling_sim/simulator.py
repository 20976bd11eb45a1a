"""The simulator itself: accepts orders, moves tasks through their states, has them drawn, sends callbacks.

Everything that must outlive a crash is in the ledger; the loops here only carry out what it says is due.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import httpx

from reelwright_kling_sim import dialect_legacy, dialect_new
from reelwright_kling_sim.accounts import centi
from reelwright_kling_sim.callbacks import Accidents, Delivery, headers_of, plan_deliveries
from reelwright_kling_sim.catalog import Family
from reelwright_kling_sim.clock import Clock, SystemClock
from reelwright_kling_sim.drawing import Draw, DrawingFailed, DrawingProcess, draw_or_fail, job_of
from reelwright_kling_sim.faults import Markers, read_markers, refuse_at_create
from reelwright_kling_sim.flat import draw_flat
from reelwright_kling_sim.ledger import FILE_NAME, Ledger, Packs
from reelwright_kling_sim.media import MediaLinks, media_folder, media_names
from reelwright_kling_sim.orders import Order
from reelwright_kling_sim.rows import LedgerRow
from reelwright_kling_sim.settings import SimSettings
from reelwright_kling_sim.tasks import Pace, Task, hash_of_prompt
from reelwright_kling_sim.threads import OneThread

log = logging.getLogger(__name__)

PURGE_EVERY_S = 3600.0
DRAWING_ATTEMPTS = 2
CALLBACKS_AT_ONCE = 16


class Simulator:
    """Kling, as far as a client can tell. `start` before use, `close` after; one per state folder."""

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
        self.packs = _packs(settings)
        self.links = MediaLinks("", settings.media_url_ttl_s)
        self._pace = _pace(settings)
        self._accidents = _accidents(settings)
        self._process = DrawingProcess() if draw is None and settings.drawing == "looks" else None
        self._draw: Draw = draw or self._process or draw_flat
        self._callback_transport = callback_transport
        self._loops: list[asyncio.Task[None]] = []
        self._purge_at_s = 0.0

    async def start(self) -> None:
        """Open the ledger and go on with whatever it says is unfinished."""
        self._db_thread = OneThread("kling-sim-ledger")
        self._draw_thread = OneThread("kling-sim-drawing")
        self._tick_nudge, self._draw_nudge, self._send_nudge = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._drawing, self._sending = asyncio.Lock(), asyncio.Lock()
        self._ledger = await self._db_thread.run(Ledger, self.settings.state_dir / FILE_NAME)
        secret = await self._db_thread.run(self._ledger.fact, "media_secret", secrets.token_hex(32))
        self.links = MediaLinks(secret, self.settings.media_url_ttl_s)
        bought_at_ms = await self._db_thread.run(self._ledger.fact, "bought_at_ms", str(self.now_ms()))
        self.bought_at_ms = int(bought_at_ms)
        self._folder = await self._db_thread.run(media_folder, self.settings.state_dir)
        self._client = httpx.AsyncClient(
            transport=self._callback_transport, timeout=self.settings.callback_timeout_s, trust_env=False
        )
        for loop in (self._tick_loop, self._draw_loop, self._send_loop):
            self._loops.append(asyncio.create_task(_watched(loop)))

    async def close(self) -> None:
        """Stop at once; what is unfinished goes on at the next start."""
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        if self._process is not None:
            self._process.close()
        await self._draw_thread.close()
        await self._client.aclose()
        await self._db_thread.run(self._ledger.close)
        await self._db_thread.close()

    @property
    def is_well(self) -> bool:
        """Whether all its loops run."""
        return bool(self._loops) and not any(loop.done() for loop in self._loops)

    def now_ms(self) -> int:
        """The clock's time in Unix ms."""
        return round(self.clock.now_s() * 1000)

    async def create(self, order: Order, markers: Markers, base_url: str) -> Task:
        """Accept an order; raises `KlingError` when a marker, the account or a duplicate id forbids it."""
        first_time = "error_once" in markers and await self._is_first_refusal(order.prompt)
        refuse_at_create(markers, first_time=first_time)
        task = await self._db_thread.run(
            self._ledger.accept, order, markers, self._pace, self.packs, now_ms=self.now_ms(), base_url=base_url
        )
        self._tick_nudge.set()
        return task

    async def _is_first_refusal(self, prompt: str) -> bool:
        return await self._db_thread.run(self._ledger.is_first, f"error_once:{hash_of_prompt(prompt)}")

    async def select(self, where: str, *values: object) -> list[Task]:
        """The visible tasks of a dialect's own condition, as they stand now."""
        await self.advance()
        return await self._db_thread.run(self._ledger.select, f"visible_at_ms <= {self.now_ms()} AND {where}", *values)

    async def pause(self, seconds: float) -> None:
        """Wait for so long, by the simulator's clock."""
        until_s = self.clock.now_s() + seconds
        while self.clock.now_s() < until_s:
            await self.clock.wait(asyncio.Event(), until_s)

    async def media_file(self, name: str) -> tuple[Path, Markers] | None:
        """The file of a media name, and the markers of its task; None when there is no such file (any more)."""
        task = await self._db_thread.run(self._ledger.task, name.partition("-")[0])
        if task is None or task.purged or name not in media_names(task):
            return None
        path = self._folder / name
        return (path, read_markers(task.prompt)) if path.is_file() else None

    async def remaining_centi(self) -> dict[Family, int]:
        """What is left of each pack, in hundredths of a unit."""
        accounts = {
            family: await self._db_thread.run(self._ledger.account, family, self.packs)
            for family in self.packs.units_centi
        }
        return {family: account.remaining_centi for family, account in accounts.items()}

    async def ledger(self, external_prefix: str = "") -> tuple[LedgerRow, ...]:
        """Every task ever accepted whose external id begins with the prefix."""
        return await self._db_thread.run(self._ledger.rows, external_prefix)

    async def advance(self) -> None:
        """Carry out the changes of status that are due now."""
        changed = await self._db_thread.run(self._ledger.advance, self.now_ms(), self._announce)
        if changed:
            self._draw_nudge.set()
            self._send_nudge.set()

    async def settle(self) -> None:
        """Do everything that is due at the clock's time, drawings and callbacks included. For tests."""
        await self.advance()
        await self._draw_pending()
        await self._send_due()

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

    async def _tick_loop(self) -> None:
        while True:
            await self.advance()
            if self.clock.now_s() >= self._purge_at_s:
                await self._purge()
                self._purge_at_s = self.clock.now_s() + PURGE_EVERY_S
            due_ms = await self._db_thread.run(self._ledger.next_due_ms)
            due_s = self._purge_at_s if due_ms is None else min(self._purge_at_s, due_ms / 1000)
            await self.clock.wait(self._tick_nudge, due_s)

    async def _draw_loop(self) -> None:
        while True:
            await self._draw_pending()
            await self.clock.wait(self._draw_nudge, None)

    async def _send_loop(self) -> None:
        while True:
            await self._send_due()
            due_ms = await self._db_thread.run(self._ledger.next_callback_ms)
            await self.clock.wait(self._send_nudge, None if due_ms is None else due_ms / 1000)

    async def _draw_pending(self) -> None:
        async with self._drawing:
            while (task := await self._db_thread.run(self._ledger.next_to_draw)) is not None:
                await self._draw_task(task)
                await self.advance()
                self._tick_nudge.set()  # a drawn task may have an end to wait for

    async def _draw_task(self, task: Task) -> None:
        try:
            for name in media_names(task):
                await self._draw_file(task, name)
        except DrawingFailed as error:
            log.warning("a task could not be drawn", extra={"action": "draw_failed", "task_id": task.id})
            await self._db_thread.run(self._ledger.undrawable, task.id, f"The simulator could not draw it: {error}")
        else:
            await self._db_thread.run(self._ledger.drawn, task.id)

    async def _draw_file(self, task: Task, name: str) -> None:
        """Draw one file unless it is there; a second try after a failure, as a crash may have been another's fault."""
        if (self._folder / name).is_file():
            return
        job = job_of(task, name, self._folder, max_height=self.settings.max_height, mark=self.settings.mark)
        for attempt in range(1, DRAWING_ATTEMPTS + 1):
            try:
                await self._draw_thread.run(draw_or_fail, self._draw, job)
            except DrawingFailed:
                if attempt == DRAWING_ATTEMPTS:
                    raise
            else:
                return

    async def _send_due(self) -> None:
        async with self._sending:
            due = await self._db_thread.run(self._ledger.due_callbacks, self.now_ms())
            by_task: dict[str, list[tuple[int, Delivery]]] = defaultdict(list)
            for callback_id, delivery in due:
                by_task[delivery.task_id].append((callback_id, delivery))
            room = asyncio.Semaphore(CALLBACKS_AT_ONCE)
            await asyncio.gather(*(self._send_in_order(deliveries, room) for deliveries in by_task.values()))

    async def _send_in_order(self, deliveries: list[tuple[int, Delivery]], room: asyncio.Semaphore) -> None:
        async with room:
            for callback_id, delivery in deliveries:
                await self._send(delivery)
                await self._db_thread.run(self._ledger.callback_sent, callback_id)

    async def _send(self, delivery: Delivery) -> None:
        """POST once: whether the vendor tries again is documented nowhere, so a receiver must bear a loss."""
        headers = headers_of(delivery, self.settings.webhook_secrets, self.clock.now_s())
        try:
            response = await self._client.post(delivery.url, content=delivery.body.encode(), headers=headers)
            outcome = str(response.status_code)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            outcome = type(error).__name__
        log.info("callback: %s", outcome, extra={"action": "callback_sent", "task_id": delivery.task_id})

    async def _purge(self) -> None:
        """Delete the media of tasks that ended longer ago than the retention."""
        before_ms = self.now_ms() - round(self.settings.media_retention_s * 1000)
        for task in await self._db_thread.run(self._ledger.purgeable, before_ms):
            for name in media_names(task):
                await self._db_thread.run((self._folder / name).unlink, missing_ok=True)
            await self._db_thread.run(self._ledger.purged, task.id)


async def _watched(loop: Callable[[], Awaitable[None]]) -> None:
    """Run a loop; what ends it is logged, and `is_well` turns false."""
    try:
        await loop()
    except Exception:
        log.exception("a loop of the simulator has ended", extra={"action": "loop_ended"})
        raise


def _packs(settings: SimSettings) -> Packs:
    return Packs(
        units_centi={"video": centi(settings.video_units), "image": centi(settings.image_units)},
        slots={"video": settings.video_slots, "image": settings.image_slots},
        refuse_duplicates=settings.duplicates == "refuse",
        duplicate_scope=settings.duplicate_scope,
        reuse_after_failure=settings.reuse_after_failure,
    )


def _pace(settings: SimSettings) -> Pace:
    return Pace(
        instant=settings.latency == "instant",
        scale=settings.latency_scale,
        seed=settings.seed,
        visible_after_s=settings.visible_after_s,
    )


def _accidents(settings: SimSettings) -> Accidents:
    return Accidents(
        seed=settings.seed,
        delay_s=settings.callback_delay_s,
        drop_rate=settings.callback_drop_rate,
        duplicate_rate=settings.callback_duplicate_rate,
        reorder=settings.callback_reorder,
    )
