"""Kling's error table as data: what each code asks us to do.

The code is asked first, then (where one code covers opposite things) its text, and the HTTP status only for answers
without a code that we know. Source: the vendor's page of error codes, September 2026, and recorded live answers.
"""

from enum import StrEnum

from reelwright_chassis.errors import ReelwrightError
from reelwright_chassis.exchanges import Outcome


class Reaction(StrEnum):
    """What an error calls for."""

    FIX_CREDENTIALS = "fix_credentials"
    """Nobody gets in with this key: a person must correct it."""
    REMINT = "remint"
    """The signed token is too young or too old: mint another, once."""
    STOP_FAMILY = "stop_family"
    """The account or its pack is empty: no more of this product family until a person acts. Not a rate limit."""
    HUMAN = "human"
    """The account may not do this (a right, an IP whitelist): a person must act."""
    PERMANENT_REQUEST = "permanent_request"
    """The request is wrong in itself and will be refused again."""
    PERMANENT_PROMPT = "permanent_prompt"
    """The prompt is refused; another one may pass."""
    RATE_LIMIT = "rate_limit"
    """Too many requests: the same one, later."""
    SLOT_FULL = "slot_full"
    """All concurrency slots are taken: the same request when one is free."""
    DUPLICATE = "duplicate"
    """The external_task_id is known: look the task up and adopt it."""
    NOT_FOUND = "not_found"
    """No task has this id, as far as this look-up sees."""
    NOT_SENT = "not_sent"
    """The request never left: nothing can have been created."""
    AMBIGUOUS = "ambiguous"
    """A read is repeated; a create may have made a task: look it up before asking again."""


REACTIONS: dict[int, Reaction] = {
    1000: Reaction.FIX_CREDENTIALS,
    1001: Reaction.FIX_CREDENTIALS,
    1002: Reaction.FIX_CREDENTIALS,
    1003: Reaction.REMINT,
    1004: Reaction.REMINT,
    1100: Reaction.STOP_FAMILY,
    1101: Reaction.STOP_FAMILY,
    1102: Reaction.STOP_FAMILY,
    1103: Reaction.HUMAN,
    1200: Reaction.PERMANENT_REQUEST,
    1201: Reaction.PERMANENT_REQUEST,
    1202: Reaction.PERMANENT_REQUEST,
    1203: Reaction.PERMANENT_REQUEST,
    1300: Reaction.PERMANENT_PROMPT,
    1301: Reaction.PERMANENT_PROMPT,
    1302: Reaction.RATE_LIMIT,
    1303: Reaction.SLOT_FULL,
    1304: Reaction.HUMAN,
    5000: Reaction.AMBIGUOUS,
    5001: Reaction.AMBIGUOUS,
    5002: Reaction.AMBIGUOUS,
}

OUTCOMES: dict[Reaction, Outcome] = {
    Reaction.FIX_CREDENTIALS: Outcome.REFUSED,
    Reaction.REMINT: Outcome.REFUSED,
    Reaction.STOP_FAMILY: Outcome.REFUSED,
    Reaction.HUMAN: Outcome.REFUSED,
    Reaction.PERMANENT_REQUEST: Outcome.DECLINED,
    Reaction.PERMANENT_PROMPT: Outcome.DECLINED,
    Reaction.DUPLICATE: Outcome.DECLINED,
    Reaction.NOT_FOUND: Outcome.DECLINED,
    Reaction.RATE_LIMIT: Outcome.BUSY,
    Reaction.SLOT_FULL: Outcome.BUSY,
    Reaction.NOT_SENT: Outcome.UNREACHABLE,
    Reaction.AMBIGUOUS: Outcome.UNREACHABLE,
}
"""What each says of the vendor, in the words that the metrics have for all providers."""

# Live texts of 1201 that mean something else than a wrong parameter (lower case).
_DUPLICATE_TEXT = "already exists"
_NOT_FOUND_TEXT = "task not found"

_STATUS_REACTIONS: dict[int, Reaction] = {
    401: Reaction.FIX_CREDENTIALS,
    403: Reaction.HUMAN,
    408: Reaction.AMBIGUOUS,
    429: Reaction.RATE_LIMIT,
}


def reaction_to(http_status: int, code: int, message: str) -> Reaction:
    """What an error answer that carries a code calls for."""
    known = REACTIONS.get(code)
    if known is Reaction.PERMANENT_REQUEST:
        return _reaction_to_parameter_error(message)
    if known is not None:
        return known
    if http_status in _STATUS_REACTIONS:
        return _STATUS_REACTIONS[http_status]
    return Reaction.PERMANENT_REQUEST if 400 <= http_status < 500 else Reaction.AMBIGUOUS


def _reaction_to_parameter_error(message: str) -> Reaction:
    text = message.lower()
    if "external_task_id" in text and _DUPLICATE_TEXT in text:
        return Reaction.DUPLICATE
    return Reaction.NOT_FOUND if _NOT_FOUND_TEXT in text else Reaction.PERMANENT_REQUEST


class KlingError(ReelwrightError):
    """Kling refused, or no usable answer came. `code` and `http_status` are 0 where there was none.

    `message` is the vendor's text: it may repeat parts of a request, so it goes to the project's owner, never to logs.
    """

    def __init__(
        self,
        reaction: Reaction,
        message: str,
        *,
        code: int = 0,
        http_status: int = 0,
        request_id: str = "",
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(f"Kling: {reaction} (HTTP {http_status}, code {code})")
        self.reaction = reaction
        self.message = message
        self.code = code
        self.http_status = http_status
        self.request_id = request_id
        self.retry_after_s = retry_after_s
