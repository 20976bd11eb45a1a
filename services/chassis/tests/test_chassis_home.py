"""The state folder: one process at a time, versions, damage, leftovers, retention."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from reelwright_chassis.blobs.folder import FolderBlobs
from reelwright_chassis.bus.assignment import assign
from reelwright_chassis.bus.partitioner import murmur2, partition_of
from reelwright_chassis.bus.port import Message, TopicPartition
from reelwright_chassis.bus.sqlite import SqliteBus
from reelwright_chassis.errors import StateInUse, StateTooNew, StateUnreadable, Unavailable
from reelwright_chassis.home import lock_home, open_home
from reelwright_chassis.sqlite import Database
from reelwright_chassis.store.port import Index, Put, Query, Table
from reelwright_chassis.store.sqlite import SqliteStore
from reelwright_chassis.testing import FakeClock

HOLDER = """
import sys
from pathlib import Path
from reelwright_chassis.home import lock_home
with lock_home(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_process_is_told_who_has_it(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StateInUse, match=f"in use by process {holder.pid} since 2"), lock_home(tmp_path):
            pass
        holder.kill()
        assert holder.wait() == -9
    with lock_home(tmp_path):
        pass


def test_a_holder_that_has_not_signed_yet_is_another_process(tmp_path: Path) -> None:
    with lock_home(tmp_path):
        (tmp_path / "lock").write_text("")
        with pytest.raises(StateInUse, match="another process"), lock_home(tmp_path):
            pass


async def test_what_killed_writers_left_is_removed(tmp_path: Path) -> None:
    async with open_home(tmp_path) as home:
        (home.scratch / "job-1").mkdir()
        (home.scratch / "job-1" / "frame").touch()
        (tmp_path / "blobs" / ".incoming" / "half").touch()
    async with open_home(tmp_path) as home:
        assert list(home.scratch.iterdir()) == []
        assert list((tmp_path / "blobs" / ".incoming").iterdir()) == []


@pytest.mark.parametrize("file", ["store.sqlite", "bus.sqlite"])
async def test_a_newer_state_is_refused_in_a_sentence(tmp_path: Path, file: str) -> None:
    async with open_home(tmp_path):
        pass
    connection = sqlite3.connect(tmp_path / file)
    connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(StateTooNew, match=r"newer Reelwright \(schema 99, this one knows 1\): install"):
        async with open_home(tmp_path):
            pass


async def test_a_file_that_is_not_ours_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "bus.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(StateUnreadable, match="move it away"):
        async with open_home(tmp_path):
            pass


async def test_older_state_is_migrated(tmp_path: Path) -> None:
    first = "CREATE TABLE t (a); INSERT INTO t VALUES (1);"
    old = await Database.open(tmp_path / "x.sqlite", [first])
    await old.close()
    new = await Database.open(tmp_path / "x.sqlite", [first, "ALTER TABLE t ADD COLUMN b DEFAULT 2;"])
    assert await new.read(lambda connection: connection.execute("SELECT a, b FROM t").fetchall()) == [(1, 2)]
    await new.close()


async def test_a_failed_migration_changes_nothing(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        await Database.open(tmp_path / "x.sqlite", ["CREATE TABLE t (a); INSERT INTO nowhere VALUES (1);"])
    database = await Database.open(tmp_path / "x.sqlite", ["CREATE TABLE t (a);"])
    await database.close()


async def test_what_is_closed_or_cannot_be_opened_is_unavailable(tmp_path: Path) -> None:
    bus = await SqliteBus.open(tmp_path / "bus.sqlite")
    await bus.close()
    await bus.close()
    with pytest.raises(Unavailable, match="closed"):
        await bus.publish([Message("t", "k", b"")])
    blobs = FolderBlobs(tmp_path / "blobs")
    blobs.close()
    with pytest.raises(Unavailable, match="closed"):
        await blobs.stat("a")
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable, match="cannot be opened"):
        await SqliteStore.open(tmp_path / "file" / "store.sqlite")


async def test_an_index_declared_later_holds_what_was_there_before(tmp_path: Path) -> None:
    store = await SqliteStore.open(tmp_path / "store.sqlite")
    plain = Table("things", partition="id")
    await store.ensure([plain])
    await store.put(plain, {"id": "1", "colour": "red"})
    with pytest.raises(ValueError, match="not ensured"):
        await store.put(Table("others", partition="id"), {"id": "1"})
    indexed = Table("things", partition="id", indexes=(Index("by-colour", partition="colour"),))
    with pytest.raises(ValueError, match="not ensured"):
        await store.get(indexed, {"id": "1"})
    await store.ensure([indexed])
    page = await store.query(Query(indexed, "red", index="by-colour"))
    assert [item["id"] for item in page.items] == ["1"]
    await store.close()


async def test_what_has_expired_is_removed_in_time(tmp_path: Path) -> None:
    clock = FakeClock()
    store = await SqliteStore.open(tmp_path / "store.sqlite", clock=clock)
    table = Table("t", partition="id", ttl="until", indexes=(Index("all", partition="shard"),))
    await store.ensure([table])
    await store.transact([Put(table, {"id": str(n), "shard": "0", "until": clock.now_s() + 10}) for n in range(3)])
    await clock.advance(4000.0)
    await store.put(table, {"id": "new"})
    counted = await store._database.read(
        lambda connection: connection.execute(
            "SELECT (SELECT count(*) FROM items), (SELECT count(*) FROM entries)"
        ).fetchone()
    )
    assert counted == (1, 0)
    await store.close()


class Quiet:
    async def assigned(self, partitions: object) -> None: ...

    async def revoked(self, partitions: object) -> None: ...


async def test_only_old_and_finished_records_are_trimmed(tmp_path: Path) -> None:
    clock = FakeClock()
    bus = await SqliteBus.open(tmp_path / "bus.sqlite", partitions=1, retention_s=lambda _: 100.0, clock=clock)
    await bus.publish([Message(topic, "k", b"%d" % n) for n in range(4) for topic in ("read", "unread")])
    consumer = await bus.consumer(["read"], group="g", member="m", listener=Quiet())
    await consumer.commit({TopicPartition("read", 0): 3})
    await clock.advance(50.0)
    await bus.publish([Message("read", "k", b"4")])
    assert await bus.lag("read", "another") == 5
    await clock.advance(4000.0)
    await bus.publish([Message("read", "k", b"5")])
    assert await bus.lag("read", "another") == 3, "what g has not finished is kept"
    assert await bus.lag("unread", "another") == 0, "nobody's records go by age alone"
    records = await consumer.poll(max_records=10, timeout_s=1)
    assert [record.offset for record in records] == [3, 4, 5]
    await bus.close()
    again = await SqliteBus.open(tmp_path / "bus.sqlite")
    assert await again.lag("read", "another") == 3
    assert await again.lag("read", "g") == 3
    await again.close()


async def test_a_follower_that_is_older_than_its_topic_misses_nothing(tmp_path: Path) -> None:
    bus = await SqliteBus.open(tmp_path / "bus.sqlite")
    follower = bus.follow("new")
    await bus.publish([Message("new", "k", b"1")])
    assert (await anext(follower)).value == b"1"
    await bus.close()


async def test_a_blob_may_not_lie_under_another(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    await blobs.put_bytes("a/b", b"", content_type="x/y")
    for key in ("a/b/c", "a"):
        with pytest.raises(ValueError, match="key"):
            await blobs.put_bytes(key, b"", content_type="x/y")
    assert list((tmp_path / ".incoming").iterdir()) == []
    blobs.close()


async def test_an_empty_prefix_lists_everything_but_what_is_half_written(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    await blobs.put_bytes("a/b", b"", content_type="x/y")
    (tmp_path / ".incoming" / "half").touch()
    assert [info.key async for info in blobs.list("")] == ["a/b"]
    blobs.close()


async def test_a_missing_source_is_the_callers_fault(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path / "blobs")
    with pytest.raises(FileNotFoundError):
        await blobs.put_file("a", tmp_path / "missing", content_type="x/y")
    blobs.close()


async def test_a_disk_that_fails_is_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise OSError(28, "No space left on device")

    blobs = FolderBlobs(tmp_path)
    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(Unavailable, match="No space left"):
        await blobs.put_bytes("a", b"x", content_type="x/y")
    assert await blobs.stat("a") is None
    blobs.close()


@pytest.mark.parametrize(
    ("data", "hashed"),
    [
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"abc", 479470107),
    ],
)
def test_the_partitioner_is_kafkas(data: bytes, hashed: int) -> None:
    """The values are Kafka's own test vectors (org.apache.kafka.common.utils.UtilsTest)."""
    assert murmur2(data) == hashed & 0xFFFFFFFF
    assert 0 <= partition_of(data.decode(), 6) < 6


def test_partitions_are_dealt_evenly_to_those_who_subscribe() -> None:
    partitions = [TopicPartition(topic, number) for topic in ("a", "b") for number in range(5)]
    dealt = assign(partitions, {"m1": ["a"], "m2": ["a", "b"], "m3": ["c"]})
    assert sorted(dealt["m1"] + dealt["m2"]) == sorted(partitions)
    assert {at.topic for at in dealt["m1"]} == {"a"}
    assert dealt["m3"] == []
    assert dealt == assign(reversed(partitions), {"m2": ["a", "b"], "m3": ["c"], "m1": ["a"]})
