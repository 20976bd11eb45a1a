"""The log as rows: the blocking half of the SQLite bus, run inside its transactions."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from reelwright_chassis.bus.partitioner import partition_of
from reelwright_chassis.bus.port import Message, Record, TopicPartition
from reelwright_chassis.sqlite_many import Many

MIGRATIONS = (
    """
    CREATE TABLE partitions (
        topic TEXT NOT NULL, partition INTEGER NOT NULL, first_offset INTEGER NOT NULL, next_offset INTEGER NOT NULL,
        PRIMARY KEY (topic, partition)
    ) WITHOUT ROWID;
    CREATE TABLE records (
        topic TEXT NOT NULL, partition INTEGER NOT NULL, offset INTEGER NOT NULL,
        key TEXT NOT NULL, value BLOB NOT NULL, headers TEXT NOT NULL, timestamp_s REAL NOT NULL,
        PRIMARY KEY (topic, partition, offset)
    );
    CREATE TABLE commits (
        group_name TEXT NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL, offset INTEGER NOT NULL,
        PRIMARY KEY (group_name, topic, partition)
    ) WITHOUT ROWID;
    """,
)

_PUT_RECORDS = Many("INSERT INTO records VALUES", "(?, ?, ?, ?, ?, ?, ?)")
_READ_ENDS = Many("SELECT topic, partition, next_offset FROM partitions WHERE", "(topic = ? AND partition = ?)", " OR ")
# The partitions exist, so it is the update that happens: UPDATE alone takes a statement for each.
_MOVE_ENDS = Many(
    "INSERT INTO partitions (topic, partition, next_offset, first_offset) VALUES",
    "(?, ?, ?, 0)",
    last="ON CONFLICT (topic, partition) DO UPDATE SET next_offset = excluded.next_offset",
)
_READ_RECORDS = Many(
    "",
    "SELECT * FROM (SELECT * FROM records WHERE topic = ? AND partition = ? AND offset >= ? ORDER BY offset LIMIT ?)",
    " UNION ALL ",
)


class Extent(NamedTuple):
    """What a partition holds: offsets from `first` up to, without, `next`."""

    first: int
    next: int


Extents = dict[TopicPartition, Extent]


def read_extents(connection: sqlite3.Connection) -> Extents:
    rows = connection.execute("SELECT topic, partition, first_offset, next_offset FROM partitions")
    return {TopicPartition(topic, partition): Extent(first, end) for topic, partition, first, end in rows}


def create_topics(connection: sqlite3.Connection, topics: Iterable[str], partitions: int) -> Extents:
    """The new topics' extents. A topic that exists stays as it is."""
    created = {TopicPartition(topic, number): Extent(0, 0) for topic in topics for number in range(partitions)}
    connection.executemany("INSERT OR IGNORE INTO partitions VALUES (?, ?, 0, 0)", created)
    return created


def append(
    connection: sqlite3.Connection, messages: Sequence[Message], partitions: Mapping[str, int], now_s: float
) -> dict[TopicPartition, int]:
    """Append in the given order; returns the next offset of each partition that grew."""
    places = [
        TopicPartition(message.topic, partition_of(message.key, partitions[message.topic])) for message in messages
    ]
    found = _READ_ENDS.read(connection, list(set(places)))
    ends = {TopicPartition(topic, partition): offset for topic, partition, offset in found}
    rows: list[Sequence[object]] = []
    for at, message in zip(places, messages, strict=True):
        offset = ends[at]
        headers = json.dumps({name: value.decode("latin-1") for name, value in message.headers.items()})
        rows.append((*at, offset, message.key, message.value, headers, now_s))
        ends[at] = offset + 1
    _PUT_RECORDS.run(connection, rows)
    _MOVE_ENDS.run(connection, [(*at, end) for at, end in ends.items()])
    return ends


def read(
    connection: sqlite3.Connection, positions: Sequence[tuple[TopicPartition, int]], max_records: int
) -> list[Record]:
    """Up to `max_records` in all, partition after partition, each from its position on."""
    rows = _READ_RECORDS.read(connection, [(*at, position, max_records) for at, position in positions])
    return [_record(row) for row in islice(rows, max_records)]


def _record(row: tuple[str, int, int, str, bytes, str, float]) -> Record:
    topic, partition, offset, key, value, headers, timestamp_s = row
    decoded = {name: text.encode("latin-1") for name, text in json.loads(headers).items()}
    return Record(topic, partition, offset, key, value, decoded, timestamp_s)


def write_commits(connection: sqlite3.Connection, group: str, offsets: Mapping[TopicPartition, int]) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO commits VALUES (?, ?, ?, ?)", [(group, *at, offset) for at, offset in offsets.items()]
    )


def read_commits(connection: sqlite3.Connection, group: str) -> dict[TopicPartition, int]:
    rows = connection.execute("SELECT topic, partition, offset FROM commits WHERE group_name = ?", (group,))
    return {TopicPartition(topic, partition): offset for topic, partition, offset in rows}


def trim(connection: sqlite3.Connection, at: TopicPartition, older_than_s: float) -> int:
    """Remove what is older than this Unix time and finished by every group of the topic; returns the first offset."""
    (unfinished,) = connection.execute(
        "SELECT min(coalesce(c.offset, 0)) FROM (SELECT DISTINCT group_name FROM commits WHERE topic = :topic) g"
        " LEFT JOIN commits c ON c.group_name = g.group_name AND c.topic = :topic AND c.partition = :partition",
        {"topic": at.topic, "partition": at.partition},
    ).fetchone()
    # Offsets grow with time, so the first record to keep ends the search.
    (first,) = connection.execute(
        "SELECT coalesce((SELECT min(offset) FROM records WHERE topic = :topic AND partition = :partition"
        "                 AND (timestamp_s >= :older_than_s OR offset >= :unfinished)),"
        "                (SELECT next_offset FROM partitions WHERE topic = :topic AND partition = :partition))",
        {
            "topic": at.topic,
            "partition": at.partition,
            "older_than_s": older_than_s,
            "unfinished": unfinished if unfinished is not None else 1 << 62,
        },
    ).fetchone()
    connection.execute("DELETE FROM records WHERE topic = ? AND partition = ? AND offset < ?", (*at, first))
    connection.execute("UPDATE partitions SET first_offset = ? WHERE topic = ? AND partition = ?", (first, *at))
    return int(first)
