"""The one SQLite file: what waits together is written together, and each for itself."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from reelwright_chassis.errors import Unavailable
from reelwright_chassis.sqlite import Database

_TABLE = "CREATE TABLE rows (number INTEGER PRIMARY KEY, body BLOB)"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    made = await Database.open(tmp_path / "file.sqlite", [_TABLE])
    yield made
    await made.close()


def _insert(connection: sqlite3.Connection, number: int, body: bytes = b"") -> int:
    connection.execute("INSERT INTO rows VALUES (?, ?)", (number, body))
    return number


def _on_disk(database: Database) -> list[int]:
    """As another process sees it."""
    with sqlite3.connect(database.path) as other:
        rows = other.execute("SELECT number FROM rows ORDER BY number").fetchall()
    other.close()
    return [number for (number,) in rows]


async def test_what_waits_together_shares_a_commit_and_is_durable_when_it_is_told(database: Database) -> None:
    commits: list[str] = []
    await database.read(lambda c: c.set_trace_callback(lambda said: commits.append(said) if said == "COMMIT" else None))
    told = await asyncio.gather(*(database.write(lambda c, n=n: _insert(c, n)) for n in range(200)))  # type: ignore[misc]
    assert told == list(range(200)) == _on_disk(database)
    assert 1 <= len(commits) < 20


async def test_one_that_fails_takes_nobody_with_it_and_leaves_nothing(database: Database) -> None:
    def half(connection: sqlite3.Connection) -> None:
        _insert(connection, 1_000)
        raise ValueError("half way")

    wanted = [database.write(lambda c, n=n: _insert(c, n)) for n in range(5)]  # type: ignore[misc]
    doubled = database.write(lambda c: _insert(c, 0))
    told = await asyncio.gather(*wanted, database.write(half), doubled, return_exceptions=True)
    assert told[:5] == [0, 1, 2, 3, 4]
    assert isinstance(told[5], ValueError)
    assert isinstance(told[6], sqlite3.IntegrityError)
    assert _on_disk(database) == [0, 1, 2, 3, 4]


async def test_a_full_disk_is_told_to_everybody_and_forgotten_when_there_is_room(database: Database) -> None:
    await database.read(lambda c: c.execute("PRAGMA max_page_count = 8").fetchall())
    big = [database.write(lambda c, n=n: _insert(c, n, bytes(20_000))) for n in range(4)]  # type: ignore[misc]
    told = await asyncio.gather(*big, return_exceptions=True)
    done = [number for number in told if isinstance(number, int)]
    assert _on_disk(database) == done
    assert any(isinstance(error, Unavailable) for error in told)
    await database.read(lambda c: c.execute("PRAGMA max_page_count = 10000").fetchall())
    assert await database.write(lambda c: _insert(c, 9, bytes(20_000))) == 9


async def test_who_gives_up_waiting_holds_up_nobody(database: Database) -> None:
    first = asyncio.create_task(database.write(lambda c: _insert(c, 1)))
    given_up = asyncio.create_task(database.write(lambda c: _insert(c, 2)))
    last = asyncio.create_task(database.write(lambda c: _insert(c, 3)))
    await asyncio.sleep(0)  # they are asked now, and only the first is being done
    given_up.cancel()
    assert (await first, await last) == (1, 3)
    assert given_up.cancelled()
    assert _on_disk(database) == [1, 3]


async def test_closing_waits_for_what_was_asked_before(database: Database) -> None:
    asked = [asyncio.create_task(database.write(lambda c, n=n: _insert(c, n))) for n in range(50)]  # type: ignore[misc]
    await asyncio.sleep(0)
    await database.close()
    assert await asyncio.gather(*asked) == list(range(50)) == _on_disk(database)
    with pytest.raises(Unavailable, match="closed"):
        await database.read(lambda _: None)
    await database.close()
