"""What every answer looks like: the vendor's envelope, its errors, and how a body is read."""

from __future__ import annotations

import json
import logging
import uuid
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.types import ExceptionHandler

from reelwright_kling_sim.errors import Code, KlingError

log = logging.getLogger(__name__)

MAX_BODY_BYTES = 80_000_000


def envelope(data: object) -> JSONResponse:
    """A success: code 0 around the data."""
    return JSONResponse({"code": 0, "message": "SUCCEED", "request_id": str(uuid.uuid4()), "data": data})


def refusal(error: KlingError) -> JSONResponse:
    """A failure: code and message without data, under the code's HTTP status."""
    body = {"code": int(error.code), "message": error.message, "request_id": str(uuid.uuid4())}
    return JSONResponse(body, error.http_status)


async def json_object(request: Request) -> dict[str, Any]:
    """The request's body; raises 1200 when it is too large or no JSON object. An empty one counts as {}."""
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MAX_BODY_BYTES:
            raise KlingError(Code.BAD_REQUEST, "request body is too large")
    try:
        body = json.loads(raw or b"{}")
    except ValueError as error:
        raise KlingError(Code.BAD_REQUEST, "request body is not valid JSON") from error
    if not isinstance(body, dict):
        raise KlingError(Code.BAD_REQUEST, "request body is not a JSON object")
    return body


def file_response(path: Path, *, truncated: bool) -> Response:
    """A media file with byte ranges; `truncated` serves its first half as if that were all."""
    media_type = "video/mp4" if path.suffix == ".mp4" else "image/jpeg"
    if truncated:
        whole = path.read_bytes()
        return Response(whole[: len(whole) // 2], media_type=media_type)
    return FileResponse(path, media_type=media_type)


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, KlingError)  # noqa: S101 - registered for nothing else
    return refusal(error)


async def _unrouted(_: Request, error: Exception) -> Response:
    wrong_method = isinstance(error, HTTPException) and error.status_code == 405
    return refusal(KlingError(Code.WRONG_METHOD if wrong_method else Code.NOT_FOUND))


async def _broken(request: Request, error: Exception) -> Response:
    log.error("a request failed", exc_info=error, extra={"action": "request_failed", "route": request.method})
    return refusal(KlingError(Code.INTERNAL))


ERROR_HANDLERS: dict[Any, ExceptionHandler] = {KlingError: _refused, HTTPException: _unrouted, Exception: _broken}
