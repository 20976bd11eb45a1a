"""Members of a consumer group on a real broker, each with a bus of its own as if it were a process of its own."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from kafka.support import EagerBus, until

from reelwright_chassis.bus.kafka import KafkaBus
from reelwright_chassis.bus.kafka_settings import KafkaSettings
from reelwright_chassis.bus.port import Message, Record
from reelwright_chassis.clock import SystemClock
from reelwright_chassis.worker.driver import Driver, Ended, Later, Limits

TOPIC, GROUP = "work", "workers"

Handle = Callable[[Record], Awaitable[Ended | Later]]


@dataclass
class Leased:
    """Work that is leased, as the director leases it: who holds it works, others wait, and done is done."""

    seconds: float
    begun: Counter[bytes] = field(default_factory=Counter)
    done: Counter[bytes] = field(default_factory=Counter)
    held: set[bytes] = field(default_factory=set)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def handle(self, record: Record) -> Ended | Later:
        name = record.value
        if name in self.done:
            return Ended.FINISHED
        if name in self.held:
            return Later(0.05)
        self.held.add(name)
        self.begun[name] += 1
        await self._tell()
        try:
            await asyncio.sleep(self.seconds)
            self.done[name] += 1
        finally:
            self.held.discard(name)
            await self._tell()
        return Ended.FINISHED

    async def until(self, reached: Callable[[], bool]) -> None:
        async with asyncio.timeout(90 + 10 * self.seconds), self.changed:
            await self.changed.wait_for(reached)

    async def _tell(self) -> None:
        async with self.changed:
            self.changed.notify_all()


@dataclass
class Member:
    driver: Driver
    bus: KafkaBus
    task: "asyncio.Task[None]"

    async def leave(self) -> None:
        """As a process does that is told to end."""
        self.driver.stop()
        await self.task
        await self.bus.close()

    @property
    def partitions(self) -> int:
        return len(self.driver._ledger.assigned)

    async def assigned(self, count: int) -> None:
        """Returns when it has so many partitions."""
        await until(lambda: self.partitions == count)


@asynccontextmanager
async def members(
    settings: KafkaSettings, work: Handle, *, concurrency: int = 2, topic: str = TOPIC, name: str = GROUP
) -> AsyncIterator["Group"]:
    group = Group(settings, work, concurrency, topic, name)
    try:
        yield group
    finally:
        for member in group.here:
            await member.leave()


class Group:
    def __init__(self, settings: KafkaSettings, work: Handle, concurrency: int, topic: str, name: str) -> None:
        self._settings = settings
        self._work = work
        self._concurrency = concurrency
        self._topic = topic
        self._name = name
        self.here: list[Member] = []

    async def join(self, *, work: Handle | None = None, grace_s: float = 30.0) -> Member:
        bus = await EagerBus.open(self._settings)
        member = f"member-{len(self.here)}"
        limits = Limits(self._concurrency, grace_s)
        driver = Driver(
            bus, [self._topic], work or self._work, group=self._name, member=member, limits=limits, clock=SystemClock()
        )
        joined = Member(driver, bus, asyncio.ensure_future(driver.run()))
        self.here.append(joined)
        return joined

    async def leave(self, member: Member) -> None:
        self.here.remove(member)
        await member.leave()


async def ask(bus: KafkaBus, names: Iterable[bytes], topic: str = TOPIC) -> None:
    await bus.publish([Message(topic, name.decode(), name) for name in names])


async def nothing_left(bus: KafkaBus, topic: str = TOPIC, group: str = GROUP) -> None:
    """Returns when the group has committed everything."""
    async with asyncio.timeout(60):
        while await bus.lag(topic, group):
            pass  # each look takes the broker some milliseconds
