"""Rows that are brought to the outbox go out soon and together, and are never lost."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from structlog.contextvars import get_contextvars

from reelwright.events.v1.facts_pb2 import ProjectChanged
from reelwright_chassis.bus.port import Message
from reelwright_chassis.home import Home, open_home
from reelwright_chassis.logs import about
from reelwright_chassis.store.port import Put, Query, Value
from reelwright_chassis.trace import TraceContext
from reelwright_chassis.tracing import current, span
from reelwright_director import tables
from reelwright_director.decision import Outgoing
from reelwright_director.keys import all_outbox_shards
from reelwright_director.outbox import Outbox, OutboxRow, outbox_item, outbox_row, outbox_rows
from reelwright_director.store import ProjectStore


@dataclass
class SlowBus:
    """Takes what is published once it is `open`; what it is told to raise, it raises once."""

    open: asyncio.Event = field(default_factory=asyncio.Event)
    raises: Exception | None = None
    taken: list[int] = field(default_factory=list)
    publishers: list[tuple[dict[str, Any], TraceContext | None]] = field(default_factory=list)
    """In what context each was published: of the log, and of the trace."""

    async def publish(self, messages: Sequence[Message]) -> None:
        await self.open.wait()
        if self.raises is not None:
            error, self.raises = self.raises, None
            raise error
        self.taken.append(len(messages))
        self.publishers.append((get_contextvars(), current()))


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    async with open_home(tmp_path) as home:
        yield home


@pytest.fixture
async def bus() -> SlowBus:
    return SlowBus()


@pytest.fixture
async def outbox(home: Home, bus: SlowBus) -> Outbox:
    await ProjectStore(home.store).ensure()
    return Outbox(home.store, bus)  # type: ignore[arg-type]


async def written(home: Home, project_id: str) -> list[OutboxRow]:
    told = Outgoing("project.changes", project_id, ProjectChanged(project_id=project_id))
    rows = outbox_rows(project_id, [told], 1.0)
    await home.store.transact([Put(tables.OUTBOX, outbox_item(row)) for row in rows])
    return rows


async def left(home: Home) -> int:
    pages = [await home.store.query(Query(tables.OUTBOX, shard)) for shard in all_outbox_shards()]
    return sum(len(page.items) for page in pages)


async def test_what_comes_while_others_are_published_goes_out_together(
    home: Home, outbox: Outbox, bus: SlowBus
) -> None:
    outbox.bring(await written(home, "p0"))
    await asyncio.sleep(0)
    for number in range(1, 61):
        outbox.bring(await written(home, f"p{number}"))
    bus.open.set()
    await outbox.settled()
    assert bus.taken == [1, 50, 10]
    assert await left(home) == 0


async def test_a_fault_leaves_the_rows_to_a_sweep_and_those_after_it_go_out(
    home: Home, outbox: Outbox, bus: SlowBus
) -> None:
    bus.raises = ValueError("nobody's words")
    bus.open.set()
    outbox.bring(await written(home, "p0"))
    await outbox.settled()
    outbox.bring(await written(home, "p1"))
    await outbox.settled()
    assert (bus.taken, await left(home)) == ([1], 1)
    assert await outbox.sweep(100.0) == 1
    assert await left(home) == 0


async def test_who_brings_rows_first_is_not_taken_for_who_brings_the_others(
    home: Home, outbox: Outbox, bus: SlowBus
) -> None:
    rows = [await written(home, f"p{number}") for number in range(2)]
    with about(project_id="p0"), span("of p0"):
        outbox.bring(rows[0])
        await asyncio.sleep(0)
    outbox.bring(rows[1])
    bus.open.set()
    await outbox.settled()
    assert bus.publishers == [({}, None), ({}, None)]


async def test_a_row_of_an_earlier_version_is_read() -> None:
    (row,) = outbox_rows("p0", [Outgoing("project.changes", "p0", ProjectChanged(project_id="p0"))], 1.0)
    earlier: dict[str, Value] = {**outbox_item(row), "headers": {**row.message.headers}}
    assert outbox_row(earlier) == outbox_row(outbox_item(row)) == row
