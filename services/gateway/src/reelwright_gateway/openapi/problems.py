"""Problems in the OpenAPI document: each status described once, with an example of each code that may come with it."""

from typing import Any

from reelwright_chassis.reasons import reason
from reelwright_gateway.problems import MEDIA_TYPE, TYPE_PREFIX, FieldError, ProblemBody

_CODES = {
    401: ("not_authenticated",),
    403: ("not_permitted", "origin_refused"),
    404: (
        "project_not_found", "scene_not_found", "asset_not_found", "key_not_found", "transcript_missing",
        "plan_missing", "video_missing", "upload_not_found",
    ),
    408: ("upload_stalled",),
    409: ("stage_running", "idempotency_running", "already_uploaded", "upload_incomplete"),
    412: ("version_conflict",),
    413: ("body_too_large",),
    415: ("audio_type_unsupported", "picture_type_unsupported"),
    422: (
        "request_invalid", "idempotency_key_reused", "cursor_invalid", "upload_differs", "picture_undecodable",
        "consent_required",
    ),
    429: ("rate_limited",),
    500: ("internal",),
    503: ("unavailable",),
}  # fmt: skip
"""Examples, not all codes: a status may come with others of docs/errors.md."""
_NAMES = {
    401: "NotAuthenticated", 403: "NotPermitted", 404: "NotFound", 408: "UploadStalled", 409: "Conflict",
    412: "Changed", 413: "TooLarge", 415: "UnsupportedMedia", 422: "Invalid", 429: "TooMany", 500: "Internal",
    503: "Unavailable",
}  # fmt: skip


def share_problems(document: dict[str, Any]) -> None:
    """Problems that are described alike become one of the components; each gets its examples."""
    shared = document["components"].setdefault("responses", {})
    examples = document["components"].setdefault("examples", {})
    for path in document["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                if MEDIA_TYPE not in response.get("content", {}):
                    continue
                _add_examples(response["content"][MEDIA_TYPE], int(status), examples)
                name = _NAMES[int(status)]
                if shared.setdefault(name, response) == response:
                    operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}


def _add_examples(media: dict[str, Any], status: int, examples: dict[str, Any]) -> None:
    for code in _CODES[status]:
        examples.setdefault(code, {"summary": reason(code).message, "value": _example(code, status)})
    media["examples"] = {code: {"$ref": f"#/components/examples/{code}"} for code in _CODES[status]}


def _example(code: str, status: int) -> dict[str, Any]:
    entry = reason(code)
    wrong = [
        FieldError(location="body", pointer="/target_duration_s", message="Input should be greater than or equal to 30")
    ]
    body = ProblemBody(
        type=TYPE_PREFIX + code,
        title=entry.message,
        status=status,
        code=code,
        detail=None,
        remedy=entry.remedy,
        retryable=entry.retryable,
        request_id="01JD9ZQ1S7M4V0F5X8C2K3N6PB",
        errors=wrong if code == "request_invalid" else [],
    )
    return body.model_dump(mode="json", exclude_none=True)
