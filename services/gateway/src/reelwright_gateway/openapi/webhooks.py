"""The `webhooks` section: every type of event, with the body that is POSTed and what is made of the answer."""

from typing import Any, get_args

from pydantic import BaseModel

from reelwright_gateway.webhooks.messages import FallbackEvent, ProjectEvent, TestEvent
from reelwright_gateway.webhooks.models import EventType

MESSAGES: tuple[type[BaseModel], ...] = (ProjectEvent, FallbackEvent, TestEvent)
_SAYS = {
    "project.created": "A project was made.",
    "project.transcribed": "Its words are there.",
    "project.planned": "Its scenes are there.",
    "project.review_required": "It stops at a gate until somebody approves its words or its scenes.",
    "project.completed": "Its video is there.",
    "project.failed": "It failed; `data.project.failure` says why and what helps.",
    "project.canceled": "It was canceled.",
    "project.deleted": "It was deleted, and all that was kept of it.",
    "asset.fallback": "Scenes got less than was planned for them.",
    "budget.exceeded": "Its budget does not suffice for what is still to be made.",
    "webhook.test": "You asked for a test.",
}
_HEADERS = {
    "webhook-id": "Names the event; the same at each attempt. Take what you have seen for a double.",
    "webhook-timestamp": "When this attempt was made, in seconds since 1970. Refuse what is older than five minutes.",
    "webhook-signature": "v1, and the base64 of an HMAC-SHA256 over id.timestamp.body; several, apart by spaces, while "
    "a secret is rotated.",
}
_ANSWERS = {
    "2XX": "Taken. Anything else, and no answer within 20 s, is tried again for a day.",
    "410": "The address wants no more: the webhook is disabled.",
    "3XX": "Not taken: redirects are not followed.",
    "429": "Not taken; Retry-After is obeyed, up to an hour.",
}


def webhooks(examples: dict[str, Any]) -> dict[str, Any]:
    """By type of event. `examples` are the document's, with one for each message."""
    types = [*get_args(get_args(EventType)[0]), "webhook.test"]
    return {kind: {"post": _operation(kind, examples)} for kind in types}


def _operation(kind: str, examples: dict[str, Any]) -> dict[str, Any]:
    message = {"asset.fallback": "FallbackEvent", "webhook.test": "TestEvent"}.get(kind, "ProjectEvent")
    content = {
        "schema": {"$ref": f"#/components/schemas/{message}"},
        "examples": {"example": {"value": {**examples[message]["value"], "type": kind}}},
    }
    return {
        "tags": ["webhooks"],
        "operationId": f"on_{kind.replace('.', '_')}",
        "summary": _SAYS[kind],
        "parameters": [
            {"name": name, "in": "header", "required": True, "description": says, "schema": {"type": "string"}}
            for name, says in _HEADERS.items()
        ],
        "requestBody": {"required": True, "content": {"application/json": content}},
        "responses": {status: {"description": says} for status, says in _ANSWERS.items()},
    }
