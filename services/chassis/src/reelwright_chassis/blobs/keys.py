"""Which keys an object may have: one rule for every backend."""

import re

MAX_KEY_BYTES = 1024
_SEGMENT = re.compile(r"[A-Za-z0-9_=+@-][A-Za-z0-9._=+@-]{0,199}")


def check_key(key: str) -> str:
    """The key itself. Raises ValueError unless it is relative, "/"-separated and made of safe characters.

    A segment has letters, digits and `._=+@-`, does not begin with a dot (so there is no "..", and no key meets our
    temporary files), and is at most 200 long.
    """
    segments = key.split("/")
    if len(key) > MAX_KEY_BYTES or not all(_SEGMENT.fullmatch(segment) for segment in segments):
        raise ValueError(f"not a valid blob key: {key[:100]!r}")
    return key


def check_prefix(prefix: str) -> str:
    """The prefix itself: empty, or the beginning of a valid key. Raises ValueError."""
    if prefix:
        check_key(prefix.removesuffix("/"))
    return prefix


def check_folder(prefix: str) -> str:
    """The prefix itself. Raises ValueError unless it names a whole folder: it is not empty and ends in "/"."""
    if not prefix.endswith("/"):
        raise ValueError(f"a prefix to delete must end in '/': {prefix[:100]!r}")
    check_key(prefix[:-1])
    return prefix
