"""Identity: ULIDs for what happens once, hashes for what is made from the same things."""

import hashlib
import json
from collections.abc import Mapping

from ulid import ULID


def new_id() -> str:
    """A ULID: 26 characters, sortable by time, unique."""
    return str(ULID())


def content_id(kind: str, parts: Mapping[str, object]) -> str:
    """The name of a thing by what it is made from: `kind` and 32 hex digits (128 bit) of SHA-256 over sorted JSON.

    Raises TypeError for parts that JSON does not know.
    """
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    digest = hashlib.sha256(f"{kind}\n{text}".encode()).hexdigest()
    return f"{kind}-{digest[:32]}"
