"""The driver on a real broker: rebalances, leaving, draining, and what the group then goes on with."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from kafka.members import GROUP, TOPIC, Leased, ask, members, nothing_left
from kafka.support import PARTITIONS, EagerBus, eager_bus, settings_of, until
from parts.shared import shared_part

from reelwright_chassis.bus.kafka_admin import admin_client, committed_by, partitions_of
from reelwright_chassis.bus.port import Message, Record
from reelwright_chassis.worker.driver import Ended

NAMES = [b"job-%d" % number for number in range(24)]


@pytest.fixture
async def bus(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EagerBus]:
    async with eager_bus(settings_of(shared_part(tmp_path_factory, "kafka"))) as opened:
        yield opened


async def test_a_new_group_commits_where_it_begins_so_that_its_lag_is_seen(bus: EagerBus) -> None:
    await ask(bus, [])
    async with members(bus.settings, Leased(0.0).handle) as group:
        await (await group.join()).assigned(PARTITIONS)
        async with admin_client(bus._clients) as admin, asyncio.timeout(30):
            partitions = await partitions_of(admin, bus.settings.topic_prefix + TOPIC)
            while set((await committed_by(admin, bus.settings.topic_prefix + GROUP, partitions)).values()) != {0}:
                pass  # each look takes the broker some milliseconds


async def test_running_jobs_are_adopted_over_a_rebalance(bus: EagerBus) -> None:
    """Every record is delivered again by it, to its old member or a new one; none is begun twice."""
    work = Leased(2.0)
    await ask(bus, NAMES)
    async with members(bus.settings, work.handle, concurrency=len(NAMES)) as group:
        first = await group.join()
        await work.until(lambda: len(work.held) == len(NAMES))
        second = await group.join()
        await second.assigned(PARTITIONS // 2)
        await first.assigned(PARTITIONS // 2)
        assert not work.done, "the rebalance came while they ran"
        await work.until(lambda: len(work.done) == len(NAMES))
        await nothing_left(bus)
    assert set(work.begun.values()) == {1}


@pytest.mark.parametrize(
    ("seconds", "jobs"),
    [(0.8, 36), pytest.param(60.0, 14, marks=[pytest.mark.chaos, pytest.mark.timeout(900)])],
)
async def test_a_group_grows_and_shrinks_while_jobs_run(bus: EagerBus, seconds: float, jobs: int) -> None:
    """One member, three, one again: no job is done twice, and none is lost."""
    work = Leased(seconds)
    names = [b"long-%d" % number for number in range(jobs)]
    await ask(bus, names)
    async with members(bus.settings, work.handle) as group:
        await group.join(grace_s=30.0 + seconds)
        await work.until(lambda: len(work.begun) >= 3)
        others = [await group.join(grace_s=30.0 + seconds) for _ in range(2)]
        await work.until(lambda: len(work.done) >= 8)
        for other in others:
            await group.leave(other)
        await work.until(lambda: len(work.done) == len(names))
        await nothing_left(bus)
    assert set(work.done.values()) == {1}
    assert set(work.begun.values()) == {1}, "who leaves ends what it has begun"


async def test_a_member_without_partitions_takes_over_from_one_that_leaves(bus: EagerBus) -> None:
    """It polls though it has nothing to poll: one that does not could never join again."""
    work = Leased(0.0)
    async with members(bus.settings, work.handle) as group:
        joined = [await group.join() for _ in range(PARTITIONS + 1)]
        await until(lambda: sorted(member.partitions for member in joined) == [0] + [1] * PARTITIONS)
        (spare,) = [member for member in joined if not member.partitions]
        await group.leave(next(member for member in joined if member.partitions))
        await spare.assigned(1)
        await ask(bus, NAMES)
        await work.until(lambda: len(work.done) == len(NAMES))
        await nothing_left(bus)


async def test_who_is_stopped_ends_what_it_has_begun_and_commits_it(bus: EagerBus) -> None:
    work = Leased(0.5)
    await ask(bus, NAMES[:4])
    async with members(bus.settings, work.handle, concurrency=4) as group:
        member = await group.join()
        await work.until(lambda: len(work.held) == 4)
        await group.leave(member)
    assert work.done.total() == 4
    assert await bus.lag(TOPIC, GROUP) == 0


async def test_what_outlives_the_grace_is_cancelled_and_delivered_again(bus: EagerBus) -> None:
    endless, quick = Leased(1000.0), Leased(0.0)
    await ask(bus, NAMES[:3])
    async with members(bus.settings, endless.handle, concurrency=3) as group:
        member = await group.join(grace_s=0.2)
        await endless.until(lambda: len(endless.held) == 3)
        await group.leave(member)
        assert await bus.lag(TOPIC, GROUP) == 3
        await group.join(work=quick.handle)
        await quick.until(lambda: len(quick.done) == 3)
        await nothing_left(bus)
    assert not endless.done


async def test_a_member_that_is_full_for_longer_than_a_session_keeps_its_partitions(bus: EagerBus) -> None:
    """It polls on, for nothing, and beats: nobody else is given its work, and nothing is delivered again."""
    delivered: list[int] = []
    go = asyncio.Event()

    async def handle(record: Record) -> Ended:
        delivered.append(record.offset)
        await go.wait()
        return Ended.FINISHED

    await bus.publish([Message(TOPIC, "one-key", b"%d" % number) for number in range(10)])
    async with members(bus.settings, handle, concurrency=1) as group:
        member = await group.join()
        await member.assigned(PARTITIONS)
        await asyncio.sleep(2 * bus.settings.session_timeout_s)
        assert (delivered, member.partitions) == ([0], PARTITIONS)
        go.set()
        await nothing_left(bus)
    assert delivered == list(range(10))
