"""The driver against a scripted consumer: what a broker may do that the embedded bus does not."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any

import pytest

from reelwright_chassis.bus.port import AssignmentListener, Record, TopicPartition
from reelwright_chassis.errors import Conflict, Unavailable
from reelwright_chassis.testing import FakeClock, running
from reelwright_chassis.worker.driver import Driver, Ended, Later, Limits

AT = TopicPartition("t", 0)


class ScriptedBus:
    """One partition with some records. `fail` names calls and how often they fail first, and with what."""

    def __init__(self, count: int, **fail: tuple[int, Exception]) -> None:
        self.log = [Record("t", 0, n, f"key-{n}", b"", {}, 0.0) for n in range(count)]
        self.fail = fail
        self.commits: list[int] = []
        self.committed_ = asyncio.Event()
        self.paused = False
        self.closed = asyncio.Event()
        self.position_ = 0
        self.commit_hangs = False
        self.assign_in_poll = False

    def _may_fail(self, call: str) -> None:
        times, error = self.fail.get(call, (0, None))
        if times and error:
            self.fail[call] = (times - 1, error)
            raise error

    async def consumer(
        self, topics: Sequence[str], *, group: str, member: str, listener: AssignmentListener
    ) -> "ScriptedBus":
        self._may_fail("consumer")
        self.listener = listener
        if not self.assign_in_poll:
            await listener.assigned([AT])
        return self

    async def poll(self, *, max_records: int, timeout_s: float) -> Sequence[Record]:
        self._may_fail("poll")
        if self.assign_in_poll:
            self.assign_in_poll = False
            await self.listener.assigned([AT])
        records = [] if self.paused else self.log[self.position_ : self.position_ + max_records]
        self.position_ += len(records)
        if not records:
            await asyncio.wait({asyncio.ensure_future(self.closed.wait())}, timeout=0.001)
        return records

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        if self.commit_hangs:
            await asyncio.Event().wait()
        self._may_fail("commit")
        self.commits.append(offsets[AT])
        self.committed_.set()

    async def committed(self, partition: TopicPartition) -> int | None:
        self._may_fail("committed")
        return self.commits[-1] if self.commits else None

    async def position(self, partition: TopicPartition) -> int:
        return self.position_

    def pause(self, partitions: Collection[TopicPartition]) -> None:
        self.paused = True

    def resume(self, partitions: Collection[TopicPartition]) -> None:
        self.paused = False

    async def close(self) -> None:
        self.closed.set()


def drive(
    bus: Any, handle: Callable[[Record], Awaitable[Ended | Later]], clock: FakeClock, concurrency: int = 4
) -> Driver:
    return Driver(bus, ["t"], handle, group="g", member="m", limits=Limits(concurrency), clock=clock)


class Service:
    """A driver as a service."""

    def __init__(self, driver: Driver) -> None:
        self.run, self.stop = driver.run, driver.stop
        self.name, self.ready = "driver", True
        self.why_unready, self.poll_age_s = None, None


async def finish(record: Record) -> Ended:
    return Ended.FINISHED


async def run_to_the_end(bus: ScriptedBus, clock: FakeClock, driver: Driver) -> None:
    """Turn the clock until everything is committed."""
    async with running(Service(driver)), asyncio.timeout(10):
        while bus.commits[-1:] != [len(bus.log)]:
            await clock.advance(1.0)


async def test_a_group_that_never_committed_commits_where_it_begins() -> None:
    bus, clock = ScriptedBus(0), FakeClock()
    async with running(Service(drive(bus, finish, clock))):
        await bus.committed_.wait()
    assert bus.commits == [0]


async def test_what_was_delivered_before_its_partition_was_ever_committed_is_not_passed_over() -> None:
    """The rebalance comes while a poll runs, which then brings records of the partitions that are new."""
    bus, clock = ScriptedBus(3), FakeClock()
    bus.assign_in_poll = True

    async def handle(record: Record) -> Ended:
        await bus.committed_.wait()
        return Ended.FINISHED

    await run_to_the_end(bus, clock, drive(bus, handle, clock))
    assert bus.commits == [0, 3]


async def test_a_rebalance_while_it_is_full_leaves_its_partitions_paused() -> None:
    bus, clock = ScriptedBus(20), FakeClock()
    go = asyncio.Event()

    async def handle(record: Record) -> Ended:
        await go.wait()
        return Ended.FINISHED

    async with running(Service(drive(bus, handle, clock, concurrency=2))), asyncio.timeout(10):
        while not bus.paused:
            await clock.advance(0.0)
        bus.paused = False
        await bus.listener.revoked([AT])
        await bus.listener.assigned([AT])
        assert bus.paused
        go.set()


@pytest.mark.parametrize("call", ["consumer", "poll", "commit", "committed"])
async def test_a_broker_that_is_away_for_a_while_costs_nothing(call: str) -> None:
    bus, clock = ScriptedBus(5, **{call: (3, Unavailable("on purpose"))}), FakeClock()
    await run_to_the_end(bus, clock, drive(bus, finish, clock))
    assert bus.commits == sorted(bus.commits)


@pytest.mark.parametrize("error", [Unavailable("on purpose"), Conflict("on purpose")])
async def test_a_commit_that_fails_is_made_later(error: Exception) -> None:
    bus, clock = ScriptedBus(1), FakeClock()
    done = asyncio.Event()

    async def handle(record: Record) -> Ended:
        done.set()
        return Ended.FINISHED

    async with running(Service(drive(bus, handle, clock))), asyncio.timeout(10):
        await bus.committed_.wait()
        bus.fail["commit"] = (1, error)
        await done.wait()
        while bus.fail["commit"][0]:
            await clock.advance(1.0)
    assert bus.commits == [0, 1], "at the latest when it leaves"


@pytest.mark.parametrize("call", ["poll", "commit", "committed"])
async def test_a_rebalance_in_between_costs_nothing(call: str) -> None:
    bus, clock = ScriptedBus(5, **{call: (1, Conflict("on purpose"))}), FakeClock()
    await run_to_the_end(bus, clock, drive(bus, finish, clock))


async def test_a_stop_before_the_broker_came_is_obeyed() -> None:
    bus, clock = ScriptedBus(1, consumer=(10**6, Unavailable("on purpose"))), FakeClock()
    driver = drive(bus, finish, clock)
    async with running(Service(driver)):
        await clock.until_asleep(at_most_s=0.5)
    assert not driver.ready


async def test_a_stop_while_the_broker_is_away_is_obeyed() -> None:
    bus, clock = ScriptedBus(1), FakeClock()
    driver = drive(bus, finish, clock)
    async with running(Service(driver)):
        await bus.committed_.wait()
        bus.fail["poll"] = (10**6, Unavailable("on purpose"))
        await clock.until_asleep(at_most_s=0.5)
        assert not driver.ready


async def test_a_commit_that_hangs_does_not_hold_up_a_rebalance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reelwright_chassis.worker.driver._REVOKE_S", 0.01)
    bus, clock = ScriptedBus(1), FakeClock()
    async with running(Service(drive(bus, finish, clock))):
        async with asyncio.timeout(10):
            while bus.commits != [0, 1]:
                await clock.advance(1.0)
        bus.log.append(bus.log[0].__class__("t", 0, 1, "k", b"", {}, 0.0))
        bus.commit_hangs = True
        async with asyncio.timeout(10):
            while bus.position_ < 2:
                await clock.advance(0.1)
        await bus.listener.revoked([AT])
        bus.commit_hangs = False


async def test_when_full_it_pauses_and_polls_on_and_resumes_when_there_is_room() -> None:
    bus, clock = ScriptedBus(20), FakeClock()
    go, full, started = asyncio.Event(), asyncio.Event(), 0

    async def handle(record: Record) -> Ended:
        nonlocal started
        started += 1
        if started == 2:
            full.set()
        await go.wait()
        return Ended.FINISHED

    driver = drive(bus, handle, clock, concurrency=2)
    async with running(Service(driver)), asyncio.timeout(10):
        await full.wait()
        while not bus.paused:
            await clock.advance(0.0)
        assert started == 2
        assert bus.position_ <= 5
        go.set()
        while bus.commits[-1:] != [20]:
            await clock.advance(1.0)
    assert started == 20


async def test_too_many_that_wait_for_their_time_pause_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reelwright_chassis.worker.driver._MAX_DELAYED", 3)
    bus, clock = ScriptedBus(10), FakeClock()
    asked: list[int] = []

    async def handle(record: Record) -> Ended | Later:
        asked.append(record.offset)
        return Ended.FINISHED if asked.count(record.offset) > 1 else Later(30.0)

    driver = drive(bus, handle, clock, concurrency=1)
    async with running(Service(driver)), asyncio.timeout(10):
        while not bus.paused:
            await clock.advance(0.0)
        assert len(asked) <= 5
        while bus.commits[-1:] != [10]:
            await clock.advance(31.0)


async def test_records_without_a_key_do_not_wait_for_each_other() -> None:
    bus, clock = ScriptedBus(2), FakeClock()
    bus.log = [Record("t", 0, n, "", b"", {}, 0.0) for n in range(2)]
    both = asyncio.Barrier(2)

    async def handle(record: Record) -> Ended:
        async with asyncio.timeout(10):
            await both.wait()
        return Ended.FINISHED

    await run_to_the_end(bus, clock, drive(bus, handle, clock))


async def test_a_fault_of_the_handlers_ends_the_driver() -> None:
    bus, clock = ScriptedBus(1), FakeClock()

    async def handle(record: Record) -> Ended:
        raise KeyError("against its contract")

    with pytest.raises(ExceptionGroup):
        await drive(bus, handle, clock).run()
    assert bus.closed.is_set(), "the group is left to the others"


async def test_who_is_told_to_wait_while_it_stops_does_not_wait() -> None:
    bus, clock = ScriptedBus(1), FakeClock()
    asked, answer = asyncio.Event(), asyncio.Event()

    async def handle(record: Record) -> Later:
        asked.set()
        await answer.wait()
        return Later(10**6)

    driver = drive(bus, handle, clock)
    async with running(Service(driver)):
        await asked.wait()
        driver.stop()
        answer.set()
    assert bus.commits == [0]
