"""Identity: ULIDs for what happens once, hashes for what is made from the same things."""

import hashlib
import json
import random
import time
from collections.abc import Mapping

from ulid import ULID

_RANDOM_BYTES = 10


def new_id() -> str:
    """A ULID: 26 characters, sortable by time, unique. No secret: whoever has some of them could tell the next.

    Its chance comes from this process's own generator, which a fork seeds anew: the kernel's costs a system call each.
    """
    chance = random.getrandbits(8 * _RANDOM_BYTES).to_bytes(_RANDOM_BYTES, "big")
    return str(ULID((time.time_ns() // 1_000_000).to_bytes(6, "big") + chance))


def content_id(kind: str, parts: Mapping[str, object]) -> str:
    """The name of a thing by what it is made from: `kind` and 32 hex digits (128 bit) of SHA-256 over sorted JSON.

    Raises TypeError for parts that JSON does not know.
    """
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    digest = hashlib.sha256(f"{kind}\n{text}".encode()).hexdigest()
    return f"{kind}-{digest[:32]}"
