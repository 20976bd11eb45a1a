"""Live progress for all listeners of this replica, from one `follow` of each topic."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from google.protobuf.message import Message

from reelwright.events.v1.facts_pb2 import Progressed, ProjectChanged
from reelwright_chassis import metrics
from reelwright_chassis.bus.port import Bus, Record
from reelwright_chassis.clock import Clock
from reelwright_chassis.envelope import decode, trace_of
from reelwright_chassis.errors import Unavailable, Undecodable
from reelwright_chassis.logs import get_logger
from reelwright_chassis.timing import observe
from reelwright_chassis.tracing import within
from reelwright_gateway.live.book import ProgressBook
from reelwright_gateway.live.encode import change_event, progress_event
from reelwright_gateway.live.listener import Event, Listener

log = get_logger(__name__)

P = TypeVar("P", bound=Message)

_TOPICS = ("project.changes", "progress")
_AGAIN_S = 1.0


class LiveHub:
    """Hands every change and every word of progress to those who listen, encoded once. Never waits for a listener."""

    def __init__(self, bus: Bus, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock
        self._listeners: defaultdict[tuple[str, ...], set[Listener]] = defaultdict(set)
        self._stopping = asyncio.Event()
        self._following: set[str] = set()
        self._follows_both = asyncio.Event()
        self.book = ProgressBook()

    @property
    def ready(self) -> bool:
        return self._follows_both.is_set()

    async def until_ready(self) -> None:
        await self._follows_both.wait()

    async def run(self) -> None:
        """Follow both topics until `stop`."""
        changes = asyncio.create_task(self._follow("project.changes", ProjectChanged, self._changed))
        told = asyncio.create_task(self._follow("progress", Progressed, self._progressed))
        try:
            await self._stopping.wait()
        finally:
            for task in (changes, told):
                task.cancel()
            await asyncio.gather(changes, told, return_exceptions=True)

    def stop(self) -> None:
        """End every stream, in order; idempotent."""
        self._stopping.set()
        for listener in self._everyone():
            listener.close()

    @contextmanager
    def listening(self, *names: tuple[str, ...]) -> Iterator[Listener]:
        """A listener of `of_project(...)` or `of_owner(...)` while the block lasts."""
        listener = Listener()
        for name in names:
            self._listeners[name].add(listener)
        metrics.LISTENERS.inc()
        if self._stopping.is_set():
            listener.close()
        try:
            yield listener
        finally:
            metrics.LISTENERS.dec()
            for name in names:
                self._leave(name, listener)

    def _leave(self, name: tuple[str, ...], listener: Listener) -> None:
        self._listeners[name].discard(listener)
        if not self._listeners[name]:
            del self._listeners[name]

    def _everyone(self) -> set[Listener]:
        return {listener for group in self._listeners.values() for listener in group}

    async def _follow(self, topic: str, kind: type[P], hear: Callable[[P], None]) -> None:
        """Over outages: what was missed meanwhile, every listener learns from a new snapshot."""
        while True:
            records = self._bus.follow(topic)
            self._note(topic, follows=True)
            try:
                await self._hear_all(records, kind, hear)
            except Unavailable as error:
                log.warning("follow_interrupted", topic=topic, error=str(error))
            self._note(topic, follows=False)
            for listener in self._everyone():
                listener.lose()
            await self._clock.sleep(_AGAIN_S)

    def _note(self, topic: str, *, follows: bool) -> None:
        self._following = self._following | {topic} if follows else self._following - {topic}
        if len(self._following) == len(_TOPICS):
            self._follows_both.set()
        else:
            self._follows_both.clear()

    async def _hear_all(self, records: AsyncIterator[Record], kind: type[P], hear: Callable[[P], None]) -> None:
        async for record in records:
            try:
                with within(trace_of(record)):
                    hear(decode(record, kind))
            except Undecodable:
                log.warning("event_undecodable", topic=record.topic)

    def _changed(self, change: ProjectChanged) -> None:
        observe(metrics.EVENT_DELAY_SECONDS, max(0.0, self._clock.now_s() - change.at.ToMicroseconds() / 1e6))
        self.book.change(change)
        self._tell(change.tenant_id, change.user_id, lambda: change_event(change), change.project_id)

    def _progressed(self, told: Progressed) -> None:
        self.book.tell(told, self._clock.now_s())
        self._tell(told.tenant_id, told.user_id, lambda: progress_event(told), told.project_id)

    def _tell(self, tenant_id: str, user_id: str, make: Callable[[], Event], project_id: str) -> None:
        """Encoded only where somebody listens."""
        names = (of_project(project_id), of_owner(tenant_id, user_id), of_tenant(tenant_id))
        groups = [self._listeners.get(name) for name in names]
        listeners = [listener for group in groups if group for listener in group]
        if not listeners:
            return
        event = make()
        for listener in listeners:
            if not listener.offer(event):
                metrics.LISTENERS_RESYNCED.inc()


def of_project(project_id: str) -> tuple[str, ...]:
    """Everything about one project."""
    return ("project", project_id)


def of_owner(tenant_id: str, user_id: str) -> tuple[str, ...]:
    """Everything about one user's projects."""
    return ("owner", tenant_id, user_id)


def of_tenant(tenant_id: str) -> tuple[str, ...]:
    """Everything about all of a tenant's projects."""
    return ("tenant", tenant_id)
