"""A part, or all directors, is away while there is work: nothing fails, nothing is lost, and work goes on by itself."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from parts import dynamodb, s3
from parts.background import in_background
from parts.dynamodb import DynamoDB
from parts.s3 import S3
from town import verdict
from town.customer import Talk
from town.town import Town, town

BEFORE, DURING = 4, 4
"""Projects that are ordered before the outage, and in it."""
PATIENCE_S = 240.0
SECONDS = [8.0, pytest.param(60.0, marks=pytest.mark.chaos)]

Parts = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Ours:
    """A part of this test's own, that can be away."""

    here: Town
    take_away: Callable[[], Awaitable[None]]
    bring_back: Callable[[], Awaitable[None]]
    gone: frozenset[str] = frozenset()
    """Processes of the fleet that are taken away themselves. All others live on."""


@asynccontextmanager
async def without_dynamodb(folder: Path, parts: Parts, talk: Talk) -> AsyncIterator[Ours]:
    (folder / "dynamodb").mkdir()
    part = DynamoDB(folder / "dynamodb", durable=True)
    # DynamoDB Local acknowledges a write before it is on the disk: killed, it would lose the last one.
    async with _with_part(part, folder, parts | {"dynamodb": part.address}, talk, end=part.stop) as ours:
        yield ours


@asynccontextmanager
async def without_s3(folder: Path, parts: Parts, talk: Talk) -> AsyncIterator[Ours]:
    (folder / "s3").mkdir()
    part = S3(folder / "s3")
    async with _with_part(part, folder, parts | {"s3": part.address}, talk, end=part.kill9) as ours:
        yield ours


@asynccontextmanager
async def _with_part(
    part: DynamoDB | S3, folder: Path, parts: Parts, talk: Talk, *, end: Callable[[], None]
) -> AsyncIterator[Ours]:
    async with AsyncExitStack() as stack:
        await in_background(part.start)
        stack.callback(part.kill9)
        here = await stack.enter_async_context(town(folder, parts, talk))
        yield Ours(here, lambda: in_background(end), lambda: in_background(part.start))


@asynccontextmanager
async def without_directors(folder: Path, parts: Parts, talk: Talk) -> AsyncIterator[Ours]:
    async with town(folder, parts, talk, count={"director": 2}) as here:
        names = [name for name in here.fleet.names() if name.startswith("director")]

        async def take_away() -> None:
            for name in names:
                here.fleet.kill9(name)

        async def bring_back() -> None:
            here.fleet.start(*names)

        yield Ours(here, take_away, bring_back, frozenset(names))


OUTAGES = {"dynamodb": without_dynamodb, "s3": without_s3, "director": without_directors}


@pytest.mark.parametrize("seconds", SECONDS)
@pytest.mark.parametrize("away", OUTAGES)
@pytest.mark.timeout(PATIENCE_S + 240)
async def test_what_is_away_is_waited_for(
    tmp_path: Path, shared_parts: Parts, short_talk: Talk, away: str, seconds: float
) -> None:
    for part in (dynamodb, s3):
        if why := part.missing():
            pytest.skip(why)
    async with OUTAGES[away](tmp_path, shared_parts, short_talk) as ours:
        here = ours.here
        project_ids = [await here.customer.order(f"before {number}") for number in range(BEFORE)]
        await ours.take_away()
        ordering = asyncio.gather(*(here.customer.order(f"during {number}") for number in range(DURING)))
        await asyncio.sleep(seconds)  # the outage itself
        assert here.fleet.ended() == ours.gone, "whoever stands on it waits"
        await ours.bring_back()
        project_ids += await ordering
        projects = await here.customer.wait_all(project_ids, PATIENCE_S)
        verdict.all_completed(projects)
        await verdict.settled(here, project_ids)
