"""The director's answers, as they come over gRPC."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from reelwright.rpc.v1.work_pb2 import BeginRequest, BeginResponse
from reelwright_chassis import rpc
from reelwright_chassis.errors import Unavailable
from reelwright_chassis.testing import FakeDirector
from reelwright_chassis.worker.lease import DirectorLeases, Drop, Go, Subject, Wait

SUBJECT = Subject("t", "u", "p1", "r1")


class Director(FakeDirector):
    """May answer something that no worker knows yet."""

    speaks_newer = False

    async def Begin(self, request: BeginRequest, context: Any) -> BeginResponse:  # noqa: N802
        return BeginResponse() if self.speaks_newer else await super().Begin(request, context)


@pytest.fixture
def director() -> Director:
    return Director()


@pytest.fixture
async def leases(director: Director, tmp_path: Path) -> AsyncIterator[DirectorLeases]:
    server = await rpc.serve([director.mounted], rpc.local_address(tmp_path, "d"))
    async with rpc.connect(server.address) as channel:
        yield DirectorLeases(channel, "worker-1")
    await server.stop(0)


async def test_begin(leases: DirectorLeases, director: Director) -> None:
    director.will_answer("r1", Go(3, 45.0, 300.0), Drop("done"), Wait(2.5))
    assert await leases.begin(SUBJECT) == Go(3, 45.0, 300.0)
    assert await leases.begin(SUBJECT) == Drop("done")
    assert await leases.begin(SUBJECT) == Wait(2.5)
    assert director.begun == [SUBJECT] * 3


async def test_beat(leases: DirectorLeases, director: Director) -> None:
    assert await leases.beat(SUBJECT, 2) is None
    director.will_stop("r1", "deleted")
    assert await leases.beat(SUBJECT, 2) == "deleted"
    assert director.beats == [("r1", 2)] * 2
    assert director.confirmed == []
    await leases.beat(SUBJECT, 2, paying=True)
    assert director.confirmed == ["r1"]


async def test_a_director_that_does_not_answer_is_unavailable(leases: DirectorLeases, director: Director) -> None:
    director.away = True
    with pytest.raises(Unavailable, match="UNAVAILABLE"):
        await leases.begin(SUBJECT)
    with pytest.raises(Unavailable, match="UNAVAILABLE"):
        await leases.beat(SUBJECT, 1)


async def test_an_answer_that_is_not_known_is_no_reason_to_drop_the_work(
    leases: DirectorLeases, director: Director
) -> None:
    director.speaks_newer = True
    with pytest.raises(Unavailable):
        await leases.begin(SUBJECT)
