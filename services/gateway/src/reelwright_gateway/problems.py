"""Problems by RFC 9457: every error of the API, out of the registry of reason codes."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.routing import Route

from reelwright_chassis.errors import ReelwrightError, Reject, Retry, Unavailable
from reelwright_chassis.logs import get_logger
from reelwright_chassis.reasons import reason
from reelwright_gateway.requestid import request_id

log = get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:reelwright:problem:"
_RETRY_AFTER_S = 2

_STATUS = {
    **dict.fromkeys(("project_not_found", "project_deleted", "asset_not_found", "scene_not_found"), 404),
    **dict.fromkeys(("key_not_found", "video_missing", "route_not_found", "media_link_invalid"), 404),
    **dict.fromkeys(("upload_not_found", "upload_link_invalid", "webhook_not_found", "delivery_not_found"), 404),
    **dict.fromkeys(("settings_invalid", "transcript_invalid", "plan_invalid", "audio_invalid", "key_invalid"), 422),
    **dict.fromkeys(("request_invalid", "idempotency_key_reused", "upload_empty", "consent_required"), 422),
    **dict.fromkeys(("upload_differs", "upload_part_wrong_size", "webhook_invalid"), 422),
    **dict.fromkeys(("picture_undecodable", "picture_too_large"), 422),
    **dict.fromkeys(("rewrite_unavailable", "preview_unavailable", "unavailable", "transient"), 503),
    **dict.fromkeys(("not_permitted", "origin_refused"), 403),
    "not_authenticated": 401,
    "method_not_allowed": 405,
    "upload_stalled": 408,
    "version_conflict": 412,
    "body_too_large": 413,
    **dict.fromkeys(("audio_type_unsupported", "picture_type_unsupported"), 415),
    "cursor_invalid": 422,
    "rate_limited": 429,
    "internal": 500,
}
"""Any other code of the registry is a conflict with the project's state: 409."""


class Problem(HTTPException):
    """An error that its client is told. `says` is about this occurrence; without it the registry's sentence holds.

    An `HTTPException`, since FastAPI lets those through from wherever it reads the request.
    """

    def __init__(
        self,
        code: str,
        says: str = "",
        *,
        remedy: str = "",
        errors: Sequence["FieldError"] = (),
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status or _STATUS.get(code, 409), says, headers)
        self.code = code
        self.says = says
        self.remedy = remedy
        self.errors = errors


class FieldError(BaseModel):
    """What is wrong with one field of a request."""

    location: str = Field(description="body, query, path or header.", examples=["body"])
    pointer: str = Field(
        description="The field, as a JSON pointer in the body; elsewhere its name.", examples=["/target_duration_s"]
    )
    message: str = Field(description="What it must be.", examples=["Input should be less than or equal to 60"])


class ProblemBody(BaseModel):
    """Every error has this body (RFC 9457). `code` is for programs, the sentences are for people."""

    model_config = ConfigDict(title="Problem")

    type: str = Field(
        description="Names the kind of problem; stable.", examples=["urn:reelwright:problem:stage_running"]
    )
    title: str = Field(
        description="The same sentence for every problem of this kind.", examples=["A stage is running."]
    )
    status: int = Field(description="The HTTP status.", examples=[409])
    code: str = Field(description="The reason code; docs/errors.md lists them all.", examples=["stage_running"])
    detail: str | None = Field(None, description="What is so this time.", examples=["A stage is running."])
    remedy: str = Field(description="What to do.", examples=["Wait until it has ended, or cancel it."])
    retryable: bool = Field(description="The same request may succeed later.", examples=[True])
    request_id: str = Field(description="Names this request in our logs.", examples=["01JD9ZQ1S7M4V0F5X8C2K3N6PB"])
    errors: list[FieldError] = Field(default_factory=list, description="Which fields are wrong, if fields are.")


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For `responses=`: these problems, and those that every route has."""
    every = sorted({401, 403, 413, 422, 429, 500, 503, *statuses})
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": _SAYS[status], "content": content} for status in every}


_SAYS = {
    401: "Nobody, or with a key that is not valid (any more).",
    403: "The key or account lacks the right.",
    404: "There is no such thing, or it is somebody else's.",
    408: "The body stood still for too long.",
    409: "The project is not in a state for this.",
    412: "It changed since it was read (If-Match).",
    413: "The body is too large.",
    415: "The bytes are of a kind that is not taken.",
    422: "A field is not what it may be, or an Idempotency-Key was used for another request.",
    429: "Too many requests; Retry-After says when to go on.",
    500: "Our own mistake.",
    503: "A part does not answer at the moment.",
}


def body_of(problem: Problem) -> ProblemBody:
    entry = reason(problem.code)
    return ProblemBody(
        type=TYPE_PREFIX + problem.code,
        title=entry.message,
        status=problem.status_code,
        code=problem.code,
        detail=problem.says if problem.says not in ("", entry.message) else None,
        remedy=problem.remedy or entry.remedy,
        retryable=entry.retryable,
        request_id=request_id(),
        errors=list(problem.errors),
    )


def response_of(problem: Problem) -> JSONResponse:
    content = body_of(problem).model_dump(mode="json", exclude_none=True)
    return JSONResponse(content, problem.status_code, problem.headers, media_type=MEDIA_TYPE)


def problem_of(error: ReelwrightError) -> Problem:
    """The one place where the director's errors, and our own parts', become the API's."""
    match error:
        case Reject():
            return Problem(error.reason_code, error.message, remedy=error.remedy)
        case Retry() | Unavailable():
            return Problem("unavailable", headers={"Retry-After": str(_RETRY_AFTER_S)})
        case _:
            log.error("request_failed", error=type(error).__name__, exc_info=error)
            return Problem("internal")


def install(app: FastAPI) -> None:
    """Every error that a route, or FastAPI itself, raises becomes a problem."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(ReelwrightError, _reelwright)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)


async def _problem(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)  # noqa: S101 (registered for it)
    return response_of(error)


async def _reelwright(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ReelwrightError)  # noqa: S101 (registered for it)
    return response_of(problem_of(error))


async def _validation(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 (registered for it)
    return response_of(Problem("request_invalid", errors=[_field_error(entry) for entry in error.errors()]))


def _field_error(entry: Mapping[str, Any]) -> FieldError:
    """Without the input itself, which holds somebody's words."""
    location, *path = entry["loc"] or ("body",)
    pointer = "".join(f"/{part}" for part in path) if location == "body" else "/".join(str(part) for part in path)
    return FieldError(location=str(location), pointer=pointer, message=str(entry["msg"]))


async def _http(request: Request, error: Exception) -> JSONResponse:
    """What FastAPI and Starlette raise by themselves."""
    assert isinstance(error, HTTPException)  # noqa: S101 (registered for it)
    if error.status_code == 405:
        return response_of(Problem("method_not_allowed", headers={"Allow": ", ".join(_allowed(request))}))
    code = _HTTP_CODES.get(error.status_code, "request_invalid" if error.status_code < 500 else "internal")
    return response_of(Problem(code, headers=error.headers))


def _allowed(request: Request) -> list[str]:
    """The methods of this address: of the routes that name it, or else of those that have a name for it.

    Starlette tells those of the first route that fits, and one address has several.
    """
    routes: list[Route] = request.app.state.routes
    fitting = [route for route in routes if route.path_regex.match(request.url.path)]
    closest = min((len(route.param_convertors) for route in fitting), default=0)
    return sorted({name for route in fitting if len(route.param_convertors) == closest for name in route.methods or ()})


_HTTP_CODES = {404: "route_not_found", 413: "body_too_large", 503: "unavailable"}
