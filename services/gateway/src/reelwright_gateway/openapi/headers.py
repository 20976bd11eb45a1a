"""Headers that answers have beside their own: the request's id, where its caller stands, the project's version."""

from typing import Any

from reelwright_gateway.requestid import HEADER

_HEADERS = {
    HEADER: "Names this request in our logs; your own, if you sent one.",
    "RateLimit-Limit": "How many requests of this kind a user has in a while.",
    "RateLimit-Remaining": "How many of them are left.",
    "RateLimit-Reset": "In how many seconds they are all back.",
    "Retry-After": "In how many seconds to try again.",
    "ETag": "The project's version, for If-Match.",
    "Location": "Where it is.",
    "WWW-Authenticate": "How to say who you are.",
}
_TEXTS = {HEADER, "ETag", "Location", "WWW-Authenticate"}
_ALWAYS = (HEADER,)
_COUNTED = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
_VERSIONED = {"Project", "CreatedProject", "Transcript", "Scenes"}
"""Answers that come with an ETag."""
_BY_STATUS = {"401": ("WWW-Authenticate",), "429": ("Retry-After",), "503": ("Retry-After",)}


def add_headers(document: dict[str, Any]) -> None:
    """To every response of every operation."""
    document["components"]["headers"] = {
        name: {"description": says, "schema": {"type": "string" if name in _TEXTS else "integer"}}
        for name, says in _HEADERS.items()
    }
    for path in document["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                names = _names(status, response)
                refs = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
                response["headers"] = {**refs, **response.get("headers", {})}


def _names(status: str, response: dict[str, Any]) -> tuple[str, ...]:
    schema = (
        response.get("content", {}).get("application/json", {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
    )
    versioned = ("ETag",) if schema in _VERSIONED else ()
    placed = ("Location",) if schema == "CreatedProject" or status == "307" else ()
    counted = () if status == "401" else _COUNTED
    return (*_ALWAYS, *counted, *_BY_STATUS.get(status, ()), *versioned, *placed)
