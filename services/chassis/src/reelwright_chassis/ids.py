"""Identity: ULIDs for what happens once, hashes for what is made from the same things."""

import hashlib
import json
import os
import random
import threading
import time
from collections.abc import Mapping

_CHANCE_BITS = 80
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [high + low for high in _DIGITS for low in _DIGITS]


class _Sequence:
    """The last id, as a number; each next one is greater, also within a millisecond and after a clock was set back."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def next(self) -> int:
        drawn = time.time_ns() // 1_000_000 << _CHANCE_BITS | random.getrandbits(_CHANCE_BITS)
        with self._lock:
            self._last = max(drawn, self._last + 1)
            return self._last


_sequence = _Sequence()


def _of_its_own() -> None:
    """A forked child goes on from its own chance: the parent's next number is the parent's."""
    global _sequence  # noqa: PLW0603 - a lock that another thread held at the fork is held for ever
    _sequence = _Sequence()


os.register_at_fork(after_in_child=_of_its_own)


def new_id() -> str:
    """A ULID: 26 characters, unique, sortable by time and, within a process, by the order of the calls.

    No secret: whoever has some of them could tell the next. Its chance comes from this process's own generator,
    which a fork seeds anew: the kernel's costs a system call each.
    """
    return _spelled(_sequence.next())


def _spelled(number: int) -> str:
    """A ULID's 128 bits in Crockford's base 32, ten bits at a time: every event and request needs some of them."""
    return "".join([_PAIRS[number >> shift & 0x3FF] for shift in range(120, -1, -10)])


def content_id(kind: str, parts: Mapping[str, object]) -> str:
    """The name of a thing by what it is made from: `kind` and 32 hex digits (128 bit) of SHA-256 over sorted JSON.

    Raises TypeError for parts that JSON does not know.
    """
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    digest = hashlib.sha256(f"{kind}\n{text}".encode()).hexdigest()
    return f"{kind}-{digest[:32]}"
