"""Looking at topics, on both backends: what is there, what a group has left, and no trace of the look."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from kafka.support import EagerBus

from reelwright_chassis.bus.browser import Backlog, Browser
from reelwright_chassis.bus.kafka_browser import browsing
from reelwright_chassis.bus.port import Bus, Message, TopicPartition
from reelwright_chassis.bus.sqlite import SqliteBus
from reelwright_chassis.errors import Unavailable


class Nobody:
    async def assigned(self, partitions: object) -> None:
        pass

    async def revoked(self, partitions: object) -> None:
        pass


@asynccontextmanager
async def browser_of(bus: Bus) -> AsyncIterator[Browser]:
    if isinstance(bus, EagerBus):
        async with browsing(bus._clients.settings) as browser:
            yield browser
    else:
        assert isinstance(bus, SqliteBus)
        yield bus.browser()


def messages(topic: str, count: int) -> list[Message]:
    return [Message(topic, f"k{number % 3}", b"%d" % number, {"n": b"%d" % number}) for number in range(count)]


async def test_the_newest_of_each_partition_are_read_in_order(bus: Bus, topic: str) -> None:
    await bus.publish(messages(topic, 30))
    async with browser_of(bus) as browser:
        everything = await browser.latest(topic, 1_000)
        newest = await browser.latest(topic, 2)
    assert sorted(int(record.value) for record in everything) == list(range(30))
    by_partition: dict[TopicPartition, list[int]] = {}
    for record in everything:
        by_partition.setdefault(record.at, []).append(record.offset)
    assert all(offsets == sorted(offsets) for offsets in by_partition.values())
    assert {(r.at, r.offset) for r in newest} == {(at, o) for at, offsets in by_partition.items() for o in offsets[-2:]}
    assert all(record.headers["n"] == record.value for record in newest)


async def test_a_backlog_is_counted_from_what_was_finished(bus: Bus, topic: str, group: str) -> None:
    await bus.publish(messages(topic, 12))
    async with browser_of(bus) as browser:
        records = await browser.latest(topic, 100)
        assert await browser.backlog(topic, group) == Backlog(12, min(r.timestamp_s for r in records))
        consumer = await bus.consumer([topic], group=group, member="m", listener=Nobody())
        seen = 0
        while seen < 12:
            seen += len(await consumer.poll(max_records=100, timeout_s=1.0))
        ends = {r.at: r.offset + 1 for r in records}
        last = max(records, key=lambda record: record.timestamp_s)
        await consumer.commit(ends | {last.at: ends[last.at] - 1})
        left = await browser.backlog(topic, group)
        assert left == Backlog(1, max(r.timestamp_s for r in records if r.at == last.at))
        await consumer.commit(ends)
        assert await browser.backlog(topic, group) == Backlog(0, None)
        await consumer.close()


async def test_a_look_leaves_nothing_behind(bus: Bus, topic: str, group: str) -> None:
    await bus.publish(messages(topic, 3))
    async with browser_of(bus) as browser:
        await browser.latest(topic, 10)
        await browser.backlog(topic, group)
    assert await bus.lag(topic, group) == 3


async def test_a_topic_that_is_not_there_is_named(bus: Bus) -> None:
    if isinstance(bus, SqliteBus):
        assert await bus.browser().latest("nothing", 10) == []
        return
    async with browser_of(bus) as browser:
        with pytest.raises(Unavailable, match=r"nothing does not exist: create it with `reelwright provision`"):
            await browser.latest("nothing", 10)
