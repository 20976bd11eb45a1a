"""A handler that always fails, one that hangs, one that kills its process: others go on, and a redrive mends it."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from chaos import bad_planner
from ops.operating import Operator
from town import verdict
from town.customer import AT_REST, Talk
from town.town import Town, town

from reelwright.rpc.v1 import project_pb2 as rpc

PATIENCE_S = 120.0
LITTLE_PATIENCE = {
    "REELWRIGHT_DIRECTOR_PLAN_DEADLINE_S": "4",
    "REELWRIGHT_DIRECTOR_MAX_ERRORS": "2",
    "REELWRIGHT_DIRECTOR_MAX_LOSSES": "2",
}
ENDS = {
    "fail": ("attempts_exhausted", "Reelwright made a mistake of its own."),
    "hang": ("stalled", "The work did not end in time, twice."),
    "die": ("workers_lost", "Every worker that began this ended without a word."),
}
"""Reason code and message, by what the planner does."""


@pytest.mark.timeout(2 * PATIENCE_S + 120)
async def test_bad_handlers_fail_their_projects_alone_and_a_redrive_mends_them(
    tmp_path: Path, shared_parts: dict[str, dict[str, str]], short_talk: Talk
) -> None:
    async with town(tmp_path, shared_parts, short_talk, env=LITTLE_PATIENCE) as here:
        operator = Operator(dict(here.fleet.env) | {"REELWRIGHT_DIRECTOR_ADDRESS": here.fleet.directors[0]})
        good = here.fleet.members["planner-1"].command
        put(here, [sys.executable, str(bad_planner.__file__)])
        async with started_again(here, "planner-1"):
            bad = await ordered(here, "fail", "hang")
            await here.fleet.restart("director-1", REELWRIGHT_DIRECTOR_PLAN_DEADLINE_S="90")  # for two lost attempts
            bad |= await ordered(here, "die")
            assert await letters(operator) == {(bad[kind], code) for kind, (code, _) in ENDS.items()}
        put(here, good)
        sent = (await operator.run("ops", "dlq", "redrive", "--all", "--json")).data
        assert sent["sent"] == len(bad)
        async with asyncio.timeout(PATIENCE_S):
            for project_id in bad.values():
                await here.customer.wait_for(project_id, lambda project: project.state == rpc.STATE_COMPLETED)
        await verdict.settled(here, list(bad.values()))


async def ordered(here: Town, *kinds: str) -> dict[str, str]:
    """Projects that end badly, by how, and one that is completed: beside them, or, where they take its process along,
    after them.
    """
    bad = {kind: await here.customer.order(kind, direction=kind) for kind in kinds}
    others = [] if "die" in kinds else [await here.customer.order("beside them")]
    for kind, project_id in bad.items():
        project = await asyncio.wait_for(here.customer.wait_for(project_id, is_at_rest), PATIENCE_S)
        code, message = ENDS[kind]
        assert (project.failure.reason_code, project.failure.message) == (code, message)
        assert project.failure.remedy
    others.append(await here.customer.order("after them"))
    verdict.all_completed(await here.customer.wait_all(others, PATIENCE_S))
    return bad


def is_at_rest(project: rpc.Project) -> bool:
    return project.state in AT_REST


async def letters(operator: Operator) -> set[tuple[str, str]]:
    found = (await operator.run("ops", "dlq", "list", "--topic", "plan.requests", "--json")).data
    return {(letter["project_id"], letter["error"]) for letter in found}


def put(here: Town, command: Sequence[str]) -> None:
    """Another program in the planner's place."""
    member = here.fleet.members["planner-1"]
    member.command = command
    here.fleet.kill9(member.name)
    here.fleet.start(member.name)


@asynccontextmanager
async def started_again(here: Town, name: str) -> AsyncIterator[None]:
    """As Kubernetes does, whenever it has ended."""

    async def keep() -> None:
        while True:
            here.fleet.start(name)  # nothing, where it runs
            await asyncio.sleep(0.2)

    keeping = asyncio.create_task(keep())
    try:
        yield
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping
