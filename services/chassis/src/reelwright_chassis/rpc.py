"""gRPC as every service speaks it: servers with health and reflection, channels with deadlines."""

import json
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast

import grpc
import grpc.aio
from google.rpc import code_pb2  # type: ignore[import-untyped]
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from reelwright_chassis.errors import ReelwrightError
from reelwright_chassis.logs import get_logger
from reelwright_chassis.rpc_errors import abort_with, error_from, status_of
from reelwright_chassis.tracing import code_of
from reelwright_chassis.tracing.calls import (
    answering,
    calling,
    is_command,
    is_told,
    metadata_of,
    tell_status,
    trace_from,
    untold_metadata,
)
from reelwright_chassis.tracing.recording import recorder

T = TypeVar("T")
Q = TypeVar("Q")

log = get_logger(__name__)

DEADLINE_S = 10.0
"""Of a call that names none."""
MAX_MESSAGE_BYTES = 8 * 1024 * 1024
"""A transcript of 3,000 words with alternatives is well under 2 MB; gRPC's own limit is 4 MiB."""

# Connections are made anew every 5 minutes, so that calls spread over replicas that came later.
_SERVER_OPTIONS = [
    ("grpc.max_connection_age_ms", 300_000),
    ("grpc.max_connection_age_grace_ms", 30_000),
    ("grpc.http2.min_ping_interval_without_data_ms", 20_000),
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
]
# A peer that vanished without a word is noticed while a call waits for it, and one that is back is found within
# seconds; gRPC's own back-off goes up to two minutes.
_CHANNEL_OPTIONS = [
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.min_reconnect_backoff_ms", 1_000),
    ("grpc.max_reconnect_backoff_ms", 5_000),
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
]
_OK = grpc.StatusCode.OK.name
_SOCKET_PATH_BYTES = 100  # the kernel's limit is 104 to 108


@dataclass(frozen=True, slots=True)
class Mounted:
    """A servicer, the generated function that adds it to a server, and the full name of its gRPC service."""

    name: str
    add: Callable[[Any, grpc.aio.Server], None]
    servicer: object


class Server:
    """A running gRPC server."""

    def __init__(self, server: grpc.aio.Server, checks: health.aio.HealthServicer, address: str) -> None:
        self._server = server
        self._checks = checks
        self.address = address
        """What clients connect to; with port 0, the port that was found."""

    async def stop(self, grace_s: float = 5.0) -> None:
        """Say "not serving", take no more calls, let those that run end within the grace."""
        await self._checks.enter_graceful_shutdown()
        await self._server.stop(grace_s)


async def serve(services: Sequence[Mounted], address: str) -> Server:
    """Serve on "unix:PATH" or "HOST:PORT" (0: any free port), with the standard health service and reflection.

    What a servicer raises becomes a status: `ReelwrightError`s with `ErrorInfo`, anything else INTERNAL and a log line.
    Raises OSError when the address cannot be had.
    """
    server = grpc.aio.server(options=_SERVER_OPTIONS)
    checks = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    for service in services:
        service.add(service.servicer, cast(grpc.aio.Server, _Telling(server)))
        await checks.set(service.name, health_pb2.HealthCheckResponse.SERVING)
    names = [service.name for service in services]
    reflection.enable_server_reflection([*names, health.SERVICE_NAME, reflection.SERVICE_NAME], server)
    try:
        port = server.add_insecure_port(address)
    except RuntimeError as error:
        raise OSError(f"cannot serve on {address}") from error
    await server.start()
    if not address.startswith("unix:"):
        address = f"{address.rpartition(':')[0]}:{port}"
    return Server(server, checks, address)


def connect(address: str, *, retry_safely: Sequence[str] = ()) -> grpc.aio.Channel:
    """A channel to "unix:PATH", "HOST:PORT" or "dns:///NAME:PORT" (all of its replicas, in turn).

    A call that names no timeout has `DEADLINE_S`. `retry_safely` lists the methods ("package.Service/Method") that are
    called again, up to 3 times, when the server was UNAVAILABLE: only those that change nothing, or change it once.
    """
    options = [("grpc.service_config", json.dumps(_service_config(retry_safely))), *_CHANNEL_OPTIONS]
    channel = grpc.aio.insecure_channel(address, options=options)
    channel.unary_unary = _as_we_call(channel.unary_unary)  # type: ignore[method-assign, assignment]
    return channel


async def call(method: Callable[..., Awaitable[T]], request: object, *, timeout_s: float = DEADLINE_S) -> T:
    """One unary call, whose failure is one of our errors (`error_from`)."""
    try:
        return await method(request, timeout=timeout_s)
    except grpc.aio.AioRpcError as error:
        raise error_from(error) from error


def local_address(folder: Path, name: str) -> str:
    """A unix socket's address in the folder; elsewhere if its path were too long for the kernel."""
    path = folder / f"{name}.sock"
    if len(str(path).encode()) > _SOCKET_PATH_BYTES:
        path = Path(tempfile.mkdtemp(prefix="reelwright-")) / f"{name}.sock"
    return f"unix:{path}"


def _service_config(retry_safely: Sequence[str]) -> dict[str, object]:
    config: dict[str, object] = {"loadBalancingConfig": [{"round_robin": {}}]}
    if retry_safely:
        names = [dict(zip(("service", "method"), method.split("/"), strict=True)) for method in retry_safely]
        policy = {
            "maxAttempts": 4,
            "initialBackoff": "0.2s",
            "maxBackoff": "2s",
            "backoffMultiplier": 2,
            "retryableStatusCodes": ["UNAVAILABLE"],
        }
        config["methodConfig"] = [{"name": names, "retryPolicy": policy}]
    return config


def _as_we_call(make: Callable[..., Callable[..., Any]]) -> Callable[..., Callable[..., Any]]:
    """A channel's `unary_unary` whose methods fill the timeout in, and take the trace along. An interceptor would make
    a second call and a task for each.
    """

    def unary_unary(path: str, *described: Any, **named: Any) -> Callable[..., Any]:
        method, told, command = make(path, *described, **named), is_told(path), is_command(path)

        def call_in_time(request: object, *, timeout: float | None = None, **others: Any) -> Any:
            ask = partial(method, request, timeout=DEADLINE_S if timeout is None else timeout, **others)
            if told and recorder() is not None:
                return _call_as_step(path, ask)
            return ask(metadata=untold_metadata(is_command=command))

        return call_in_time

    return unary_unary


async def _call_as_step(path: str, ask: Callable[..., Awaitable[T]]) -> T:
    with calling(path) as step:
        try:
            answer = await ask(metadata=metadata_of(step.context))
        except grpc.aio.AioRpcError as error:
            tell_status(step, error.code().name, failed=True)
            raise
        tell_status(step, _OK, failed=False)
        return answer


class _Telling:
    """What generated code adds a servicer's methods to: each of them ends with the status of what it raised.

    An interceptor would do the same, and look every call's method up through coroutines of its own.
    """

    def __init__(self, server: grpc.aio.Server) -> None:
        self._server = server

    def add_generic_rpc_handlers(self, handlers: Sequence[grpc.GenericRpcHandler]) -> None:
        """The same methods once more, for a server that cannot register them one by one."""

    def add_registered_method_handlers(self, service: str, handlers: Mapping[str, Any]) -> None:
        told = {name: _telling(f"/{service}/{name}", handler) for name, handler in handlers.items()}
        self._server.add_registered_method_handlers(service, told)


def _telling(method: str, handler: Any) -> Any:
    """The handler, with errors told; one that streams tells its own."""
    behaviour = handler.unary_unary
    if behaviour is None:
        return handler

    async def answer(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
        with answering(method, trace_from(context)) as step:
            try:
                return await behaviour(request, context)
            except grpc.aio.AbortError:
                raise
            except ReelwrightError as error:
                failed: Exception = error
            except Exception as error:
                log.exception("rpc_failed", method=method, error=type(error).__name__)
                failed = error
                step.fail(code_of(error))
            tell_status(step, code_pb2.Code.Name(status_of(failed).code), failed=False)
        return await abort_with(context, failed)

    return grpc.unary_unary_rpc_method_handler(
        answer,
        request_deserializer=handler.request_deserializer,
        response_serializer=handler.response_serializer,
    )
