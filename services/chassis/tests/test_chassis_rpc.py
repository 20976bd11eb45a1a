"""gRPC between our services: errors cross it, deadlines hold, health and reflection answer."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import grpc.aio
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from reelwright.rpc.v1 import work_pb2, work_pb2_grpc
from reelwright_chassis import rpc
from reelwright_chassis.errors import (
    Conflict,
    NotFound,
    ReelwrightError,
    Reject,
    Retry,
    SettingsError,
    Stopped,
    Unavailable,
)
from reelwright_chassis.rpc_errors import status_of

Answer = Callable[[work_pb2.BeginRequest], Awaitable[work_pb2.BeginResponse]]
SERVICE = "reelwright.rpc.v1.WorkService"


class Work(work_pb2_grpc.WorkServiceServicer):
    """Answers Begin as the test says."""

    def __init__(self) -> None:
        self.calls = 0
        self.raises: list[Exception] = []
        self.hangs = False
        self.aborts = False

    async def Begin(self, request: work_pb2.BeginRequest, context: Any) -> work_pb2.BeginResponse:  # noqa: N802
        self.calls += 1
        if self.aborts:
            await context.abort(grpc.StatusCode.OUT_OF_RANGE, "on purpose")
        if self.hangs:
            await asyncio.Event().wait()
        if self.raises:
            raise self.raises.pop(0)
        return work_pb2.BeginResponse(drop=work_pb2.BeginResponse.Drop(why=request.request_id))

    async def Beat(self, request: work_pb2.BeatRequest, context: Any) -> work_pb2.BeatResponse:  # noqa: N802
        return work_pb2.BeatResponse()


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture
async def server(work: Work, tmp_path: Path) -> AsyncIterator[rpc.Server]:
    mounted = rpc.Mounted(SERVICE, work_pb2_grpc.add_WorkServiceServicer_to_server, work)
    server = await rpc.serve([mounted], rpc.local_address(tmp_path, "work"))
    yield server
    await server.stop(0)


@pytest.fixture
async def channel(server: rpc.Server) -> AsyncIterator[grpc.aio.Channel]:
    async with rpc.connect(server.address) as channel:
        yield channel


async def begin(channel: grpc.aio.Channel, **options: Any) -> work_pb2.BeginResponse:
    request = work_pb2.BeginRequest(request_id="r1")
    return await rpc.call(work_pb2_grpc.WorkServiceStub(channel).Begin, request, **options)


async def test_a_call_is_answered(channel: grpc.aio.Channel) -> None:
    assert (await begin(channel)).drop.why == "r1"


def fields(error: BaseException) -> dict[str, Any]:
    return {"type": type(error), "text": str(error)} | {n: v for n, v in vars(error).items() if n != "__notes__"}


@pytest.mark.parametrize(
    "error",
    [
        NotFound("project p1"),
        Conflict("version 3"),
        Stopped("canceled"),
        Unavailable("the store"),
        Reject("internal", "It is too long.", remedy="Cut it.", cost_usd=0.1),
        Retry("busy", reason_code="internal", delay_s=2.5, cost_usd=0.2),
        Retry("busy"),
    ],
)
async def test_our_errors_come_back_as_they_were(channel: grpc.aio.Channel, work: Work, error: ReelwrightError) -> None:
    work.raises = [error]
    with pytest.raises(type(error)) as caught:
        await begin(channel)
    assert fields(caught.value) == fields(error)


@pytest.mark.parametrize("error", [KeyError("a secret"), SettingsError("a secret")])
async def test_other_errors_tell_nothing_of_their_inside(
    channel: grpc.aio.Channel, work: Work, error: Exception
) -> None:
    work.raises = [error]
    with pytest.raises(ReelwrightError, match="INTERNAL") as caught:
        await begin(channel)
    assert "secret" not in str(caught.value)


async def test_a_servicer_may_abort_by_itself(channel: grpc.aio.Channel, work: Work) -> None:
    work.aborts = True
    with pytest.raises(ReelwrightError, match="OUT_OF_RANGE: on purpose"):
        await begin(channel)


async def test_too_slow_and_not_there_are_unavailable(channel: grpc.aio.Channel, work: Work, tmp_path: Path) -> None:
    work.hangs = True
    with pytest.raises(Unavailable, match="DEADLINE_EXCEEDED"):
        await begin(channel, timeout_s=0.05)
    async with rpc.connect(f"unix:{tmp_path}/nobody.sock") as nobody:
        with pytest.raises(Unavailable, match="UNAVAILABLE"):
            await begin(nobody)


async def test_a_call_without_a_timeout_has_one(
    channel: grpc.aio.Channel, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    work.hangs = True
    monkeypatch.setattr(rpc, "DEADLINE_S", 0.05)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await work_pb2_grpc.WorkServiceStub(channel).Begin(work_pb2.BeginRequest())
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED


async def test_only_methods_named_safe_are_called_again(server: rpc.Server, work: Work) -> None:
    work.raises = [Unavailable("x"), Unavailable("x")]
    async with rpc.connect(server.address, retry_safely=[f"{SERVICE}/Begin"]) as channel:
        assert (await begin(channel)).drop.why == "r1"
    assert work.calls == 3
    work.raises = [Unavailable("x")]
    async with rpc.connect(server.address) as channel:
        with pytest.raises(Unavailable):
            await begin(channel)
    assert work.calls == 4


async def test_health_and_reflection_answer(channel: grpc.aio.Channel) -> None:
    health = await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(service=SERVICE))
    assert health.status == health_pb2.HealthCheckResponse.SERVING

    async def ask() -> AsyncIterator[reflection_pb2.ServerReflectionRequest]:
        yield reflection_pb2.ServerReflectionRequest(list_services="")

    async for answer in reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo(ask()):
        assert SERVICE in [service.name for service in answer.list_services_response.service]


async def test_a_port_is_found_and_a_bad_address_refused(work: Work) -> None:
    server = await rpc.serve([], "127.0.0.1:0")
    host, _, port = server.address.rpartition(":")
    assert host == "127.0.0.1"
    assert int(port) > 0
    await server.stop()
    with pytest.raises(OSError, match="cannot serve on"):
        await rpc.serve([], "unix:/nowhere/at/all.sock")


def test_a_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    assert rpc.local_address(Path("/short"), "director") == "unix:/short/director.sock"
    assert len(rpc.local_address(tmp_path / ("x" * 120), "director")) < 100


def test_a_status_names_reason_and_domain() -> None:
    status = status_of(Reject("too_long", "It is too long."))
    assert (status.code, status.message) == (9, "It is too long.")
    assert b"reelwright" in status.details[0].value
