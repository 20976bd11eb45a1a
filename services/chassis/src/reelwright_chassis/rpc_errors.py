"""Errors across gRPC: each of ours becomes a status with `ErrorInfo`, and the same error again on the other side."""

from typing import NoReturn

import grpc
import grpc.aio
from google.protobuf import any_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2  # type: ignore[import-untyped]
from grpc_status import rpc_status

from reelwright_chassis.errors import Conflict, NotFound, ReelwrightError, Reject, Retry, Stopped, Unavailable

DOMAIN = "reelwright"

_CODES: dict[type[ReelwrightError], int] = {
    Reject: code_pb2.FAILED_PRECONDITION,
    Retry: code_pb2.RESOURCE_EXHAUSTED,
    Unavailable: code_pb2.UNAVAILABLE,
    Stopped: code_pb2.CANCELLED,
    Conflict: code_pb2.ABORTED,
    NotFound: code_pb2.NOT_FOUND,
}
_SIMPLE = {kind.__name__: kind for kind in (Unavailable, Stopped, Conflict, NotFound)}
# A server with more calls waiting than it takes ends some of them as CANCELLED.
_AWAY = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED}


def status_of(error: Exception) -> status_pb2.Status:
    """The status that tells this error. One that is not ours says nothing of its inside."""
    code = next((code for kind, code in _CODES.items() if isinstance(error, kind)), None)
    if code is None:
        return status_pb2.Status(code=code_pb2.INTERNAL, message="internal error")
    status = status_pb2.Status(code=code, message=str(error))
    status.details.add().Pack(_info(error))
    return status


async def abort_with(context: grpc.aio.ServicerContext[object, object], error: Exception) -> NoReturn:
    """End the call with the error's status. Raises, as `context.abort` does."""
    await context.abort_with_status(rpc_status.to_status(status_of(error)))
    raise AssertionError("abort_with_status returned")


def error_from(error: grpc.aio.AioRpcError) -> ReelwrightError:
    """The error that the other side raised. A side that cannot be reached, or is too slow, is `Unavailable`."""
    status = rpc_status.from_call(error)
    for detail in status.details if status is not None else ():
        info = _unpack(detail)
        if info is not None and status is not None:
            return _restore(info, status.message)
    if error.code() in _AWAY:
        return Unavailable(f"gRPC: {error.code().name}")
    return ReelwrightError(f"gRPC: {error.code().name}: {error.details()}")


def _info(error: Exception) -> error_details_pb2.ErrorInfo:
    kind = next(kind for kind in _CODES if isinstance(error, kind))  # a subclass travels as what it is a kind of
    info = error_details_pb2.ErrorInfo(domain=DOMAIN, reason=kind.__name__)
    if isinstance(error, Reject):
        info.metadata.update(reason_code=error.reason_code, remedy=error.remedy, cost_usd=repr(error.cost_usd))
    if isinstance(error, Retry):
        info.metadata.update(reason_code=error.reason_code, cost_usd=repr(error.cost_usd))
        if error.delay_s is not None:
            info.metadata["delay_s"] = repr(error.delay_s)
    return info


def _unpack(detail: any_pb2.Any) -> error_details_pb2.ErrorInfo | None:
    info = error_details_pb2.ErrorInfo()
    return info if detail.Unpack(info) and info.domain == DOMAIN else None


def _restore(info: error_details_pb2.ErrorInfo, message: str) -> ReelwrightError:
    fields = info.metadata
    cost_usd = float(fields["cost_usd"]) if "cost_usd" in fields else 0.0
    if info.reason == "Reject":
        return Reject(fields["reason_code"], message, remedy=fields["remedy"], cost_usd=cost_usd)
    if info.reason == "Retry":
        delay_s = float(fields["delay_s"]) if "delay_s" in fields else None
        return Retry(message, reason_code=fields["reason_code"], delay_s=delay_s, cost_usd=cost_usd)
    return _SIMPLE.get(info.reason, ReelwrightError)(message)
