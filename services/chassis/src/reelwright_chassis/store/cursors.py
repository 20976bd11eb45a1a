"""Where a page ended, as a word that a caller hands back."""

import base64
import json
from typing import NamedTuple

from reelwright_chassis.store.limits import Sort


class InvalidCursor(ValueError):
    """A cursor that no page gave."""


class Cursor(NamedTuple):
    """The last item seen: its place in the queried order, and its own key, which parts equals."""

    sort: Sort
    item_partition: str
    item_sort: Sort


def encode_cursor(cursor: Cursor) -> str:
    return base64.urlsafe_b64encode(json.dumps(cursor, separators=(",", ":")).encode()).decode("ascii")


def decode_cursor(text: str) -> Cursor:
    """Raises `InvalidCursor` for what is no cursor of ours: it comes back from users."""
    try:
        sort, partition, item_sort = json.loads(base64.urlsafe_b64decode(text.encode("ascii")))
    except (ValueError, TypeError) as error:
        raise InvalidCursor("not a cursor") from error
    if not (isinstance(sort, Sort) and isinstance(partition, str) and isinstance(item_sort, Sort)):
        raise InvalidCursor("not a cursor")
    return Cursor(sort, partition, item_sort)
