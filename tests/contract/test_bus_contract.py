"""What every `Bus` backend does."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import pytest

from reelwright_chassis.bus.port import Bus, Consumer, Message, Record, TopicPartition
from reelwright_chassis.errors import Conflict, Stopped

PATIENCE_S = 30.0


@dataclass
class Listener:
    """Remembers what it was told, and what it has."""

    told: list[str] = field(default_factory=list)
    has: set[TopicPartition] = field(default_factory=set)

    async def assigned(self, partitions: Collection[TopicPartition]) -> None:
        self.told.append("assigned")
        self.has |= set(partitions)

    async def revoked(self, partitions: Collection[TopicPartition]) -> None:
        self.told.append("revoked")
        self.has -= set(partitions)


async def join(bus: Bus, topic: str, group: str, member: str = "a", listener: Listener | None = None) -> Consumer:
    return await bus.consumer([topic], group=group, member=member, listener=listener or Listener())


def messages(topic: str, count: int, keys: int = 5) -> list[Message]:
    return [Message(topic, f"key-{n % keys}", b"%d" % n, {"n": b"%d" % n}) for n in range(count)]


async def take(consumer: Consumer, count: int) -> list[Record]:
    """At least `count` records."""
    found: list[Record] = []
    async with asyncio.timeout(PATIENCE_S):
        while len(found) < count:
            found += await consumer.poll(max_records=100, timeout_s=1.0)
    return found


def numbers(records: Sequence[Record]) -> list[int]:
    return [int(record.value) for record in records]


def ends(records: Sequence[Record]) -> dict[TopicPartition, int]:
    """What to commit after these."""
    return {record.at: record.offset + 1 for record in records}


async def test_what_is_published_is_delivered_once_and_whole(bus: Bus, topic: str, group: str) -> None:
    consumer = await join(bus, topic, group)
    sent = Message(topic, "kéy", b"\x00\xff", {"ce_type": b"x", "empty": b"", "bytes": b"\xff"})
    await bus.publish([sent])
    (record,) = await take(consumer, 1)
    assert (record.topic, record.key, record.value, dict(record.headers)) == (
        topic,
        sent.key,
        sent.value,
        dict(sent.headers),
    )
    assert await consumer.poll(max_records=10, timeout_s=0.05) == []


async def test_order_holds_within_a_key(bus: Bus, topic: str, group: str) -> None:
    consumer = await join(bus, topic, group)
    sent = messages(topic, 40)
    await bus.publish(sent[:20])
    await bus.publish(sent[20:])
    records = await take(consumer, 40)
    assert sorted(numbers(records)) == list(range(40))
    for key in {record.key for record in records}:
        of_key = [record for record in records if record.key == key]
        assert numbers(of_key) == sorted(numbers(of_key))
        assert len({record.partition for record in of_key}) == 1


async def test_what_was_there_before_the_group_is_delivered(bus: Bus, topic: str, group: str) -> None:
    await bus.publish(messages(topic, 10))
    assert sorted(numbers(await take(await join(bus, topic, group), 10))) == list(range(10))


async def test_max_records_bounds_a_poll(bus: Bus, topic: str, group: str) -> None:
    consumer = await join(bus, topic, group)
    await bus.publish(messages(topic, 20))
    found = 0
    while found < 20:
        records = await consumer.poll(max_records=3, timeout_s=PATIENCE_S)
        assert 1 <= len(records) <= 3
        found += len(records)


async def test_a_waiting_poll_is_woken_by_a_record(bus: Bus, topic: str, group: str) -> None:
    consumer = await join(bus, topic, group)
    waiting = asyncio.ensure_future(consumer.poll(max_records=1, timeout_s=10 * PATIENCE_S))
    await asyncio.sleep(0)
    await bus.publish(messages(topic, 1))
    async with asyncio.timeout(PATIENCE_S):
        assert numbers(await waiting) == [0]


async def test_a_group_goes_on_where_it_committed(bus: Bus, topic: str, group: str) -> None:
    first = await join(bus, topic, group)
    await bus.publish(messages(topic, 10))
    done = await take(first, 10)
    await first.commit(ends(done))
    await bus.publish([Message(topic, "key-0", b"10")])
    await take(first, 1)
    await first.close()
    second = await join(bus, topic, group, "b")
    assert numbers(await take(second, 1)) == [10]


async def test_what_was_not_committed_is_delivered_again(bus: Bus, topic: str, group: str) -> None:
    first = await join(bus, topic, group)
    await bus.publish(messages(topic, 10))
    await take(first, 10)
    await first.close()
    assert sorted(numbers(await take(await join(bus, topic, group, "b"), 10))) == list(range(10))


async def test_groups_do_not_know_each_other(bus: Bus, topic: str, group: str) -> None:
    one, other = await join(bus, topic, group), await join(bus, topic, group + "-other")
    await bus.publish(messages(topic, 6))
    done = await take(one, 6)
    await one.commit(ends(done))
    assert len(await take(other, 6)) == 6
    assert (await bus.lag(topic, group), await bus.lag(topic, group + "-other")) == (0, 6)


async def test_position_and_committed(bus: Bus, topic: str, group: str) -> None:
    listener = Listener()
    consumer = await join(bus, topic, group, listener=listener)
    await bus.publish([Message(topic, "k", b"0"), Message(topic, "k", b"1")])
    records = await take(consumer, 2)
    at = records[0].at
    assert at in listener.has
    assert await consumer.committed(at) is None
    assert await consumer.position(at) == records[1].offset + 1
    await consumer.commit({at: records[1].offset})
    assert await consumer.committed(at) == records[1].offset
    assert await bus.lag(topic, group) == 1


async def test_the_lag_of_a_group_that_never_was_is_everything(bus: Bus, topic: str, group: str) -> None:
    await bus.publish(messages(topic, 7))
    assert await bus.lag(topic, group) == 7


async def test_a_paused_partition_rests_until_it_is_resumed(bus: Bus, topic: str, group: str) -> None:
    listener = Listener()
    consumer = await join(bus, topic, group, listener=listener)
    await bus.publish([Message(topic, "k", b"0")])
    (record,) = await take(consumer, 1)
    consumer.pause([record.at])
    await bus.publish([Message(topic, "k", b"1")])
    assert await consumer.poll(max_records=10, timeout_s=0.05) == []
    waiting = asyncio.ensure_future(consumer.poll(max_records=10, timeout_s=PATIENCE_S))
    await asyncio.sleep(0)
    consumer.resume([record.at])
    assert numbers(await waiting) == [1]


async def poll_all(consumers: Sequence[Consumer], count: int) -> list[Record]:
    """At least `count` records, of whichever of them; everybody polls."""
    found: list[Record] = []
    async with asyncio.timeout(PATIENCE_S):
        while len(found) < count:
            for records in await asyncio.gather(*(c.poll(max_records=100, timeout_s=0.1) for c in consumers)):
                found += records
    return found


async def test_members_share_the_partitions(bus: Bus, topic: str, group: str) -> None:
    listeners = [Listener(), Listener()]
    first = await join(bus, topic, group, "a", listeners[0])
    await poll_all([first], 0)
    everything = set(listeners[0].has)
    second = await join(bus, topic, group, "b", listeners[1])
    await bus.publish(messages(topic, 30, keys=30))
    records = await poll_all([first, second], 30)
    assert sorted(set(numbers(records))) == list(range(30))
    assert listeners[0].told[:3] == ["assigned", "revoked", "assigned"]
    assert listeners[0].has
    assert listeners[1].has
    assert not listeners[0].has & listeners[1].has
    assert listeners[0].has | listeners[1].has == everything


async def test_who_leaves_gives_its_partitions_to_the_others(bus: Bus, topic: str, group: str) -> None:
    listeners = [Listener(), Listener()]
    first = await join(bus, topic, group, "a", listeners[0])
    second = await join(bus, topic, group, "b", listeners[1])
    await poll_all([first, second], 0)
    told = list(listeners[1].told)
    await second.close()
    await second.close()
    assert listeners[1].told == told, "who leaves is told nothing"
    await bus.publish(messages(topic, 30, keys=30))
    assert sorted(set(numbers(await take(first, 30)))) == list(range(30))


async def test_a_closed_consumer_has_nothing_more_to_say(bus: Bus, topic: str, group: str) -> None:
    consumer = await join(bus, topic, group)
    waiting = asyncio.ensure_future(consumer.poll(max_records=1, timeout_s=PATIENCE_S))
    await asyncio.sleep(0)
    await consumer.close()
    with pytest.raises(Stopped):
        await waiting
    with pytest.raises(Stopped):
        await consumer.poll(max_records=1, timeout_s=PATIENCE_S)


async def test_a_rebalance_goes_back_to_what_was_committed_and_forgets_pauses(bus: Bus, topic: str, group: str) -> None:
    listener = Listener()
    first = await join(bus, topic, group, "a", listener)
    await bus.publish(messages(topic, 12, keys=12))
    before = await take(first, 12)
    first.pause(listener.has)
    second = await join(bus, topic, group, "b")
    again = await poll_all([first, second], 12)
    assert sorted(numbers(again)) == sorted(numbers(before))


async def test_nobody_commits_for_partitions_that_are_not_theirs(bus: Bus, topic: str, group: str) -> None:
    listener = Listener()
    consumer = await join(bus, topic, group, listener=listener)
    await consumer.commit({})
    await consumer.close()
    with pytest.raises(Conflict):
        await consumer.commit(dict.fromkeys(listener.has, 0))


async def test_a_listener_may_commit_while_it_is_revoked(bus: Bus, topic: str, group: str) -> None:
    class Committing(Listener):
        consumer: Consumer | None = None
        done: Sequence[Record] = ()

        async def revoked(self, partitions: Collection[TopicPartition]) -> None:
            assert self.consumer is not None
            await self.consumer.commit(ends(self.done))
            await super().revoked(partitions)

    listener = Committing()
    listener.consumer = await join(bus, topic, group, "a", listener)
    await bus.publish(messages(topic, 12, keys=12))
    listener.done = await take(listener.consumer, 12)
    second = await join(bus, topic, group, "b")
    await bus.publish([Message(topic, "k", b"12")])
    assert numbers(await poll_all([listener.consumer, second], 1)) == [12]


async def test_a_listener_that_fails_stops_nobody(bus: Bus, topic: str, group: str) -> None:
    class Failing(Listener):
        async def assigned(self, partitions: Collection[TopicPartition]) -> None:
            raise RuntimeError("on purpose")

    consumer = await join(bus, topic, group, listener=Failing())
    await bus.publish(messages(topic, 3))
    assert len(await take(consumer, 3)) == 3


async def test_followers_get_everything_from_now_on(bus: Bus, topic: str) -> None:
    await bus.publish([Message(topic, "old", b"old")])

    async def follow(marked: asyncio.Event) -> list[int]:
        """The numbers that came, until 40 did; other records are marks."""
        seen: list[int] = []
        async for record in bus.follow(topic):
            marked.set()
            seen += [int(record.value)] if record.value.isdigit() else []
            if len(seen) == 40:
                break
        return seen

    marks = [asyncio.Event(), asyncio.Event()]
    async with asyncio.timeout(PATIENCE_S):
        following = asyncio.gather(*map(follow, marks))
        # From when on a follower follows is the backend's affair: mark the beginning until both have seen a mark.
        while not all(mark.is_set() for mark in marks):
            await bus.publish([Message(topic, "mark", b"mark")])
        await bus.publish([Message(topic, f"key-{n}", b"%d" % n) for n in range(20)])
        await bus.publish([Message(topic, f"key-{n}", b"%d" % n) for n in range(20, 40)])
        for seen in await following:
            assert sorted(seen) == list(range(40))


async def test_a_closed_bus_ends_its_followers(bus: Bus, topic: str) -> None:
    async def follow() -> list[Record]:
        return [record async for record in bus.follow(topic)]

    following = asyncio.ensure_future(follow())
    await asyncio.sleep(0)
    await bus.close()
    async with asyncio.timeout(PATIENCE_S):
        assert await following == []


async def test_messages_have_limits(bus: Bus, topic: str, group: str) -> None:
    await bus.publish([])
    consumer = await join(bus, topic, group)
    await bus.publish([Message(topic, "k", b"x" * 999_000)])
    assert [len(record.value) for record in await take(consumer, 1)] == [999_000]
    for refused in (Message(topic, "k", b"x" * 1_000_001), Message(topic, "k", b"", {"h": b"x" * 20_000})):
        with pytest.raises(ValueError, match="bytes"):
            await bus.publish([refused])
