"""When a delivery is tried again: a pure function of how often it failed and of what was answered."""

from datetime import UTC
from email.utils import parsedate_to_datetime

DELAYS_S = (5.0, 300.0, 1_800.0, 7_200.0, 14_400.0, 28_800.0, 36_000.0)
"""After the first failure, the second, ...: about a day in all. The steps are those that Standard Webhooks proposes."""
_JITTER = 0.1
_LONGEST_RETRY_AFTER_S = 3_600.0


def next_delay_s(failures: int, *, chance: float, retry_after_s: float = 0.0) -> float | None:
    """Seconds until the next attempt after so many failures (at least 1); None: that was the last.

    `chance` in [0, 1) spreads the waits of many that failed together. A receiver may ask for longer, up to an hour.
    """
    if failures > len(DELAYS_S):
        return None
    delay_s = DELAYS_S[failures - 1] * (1.0 + _JITTER * chance)
    return max(delay_s, min(retry_after_s, _LONGEST_RETRY_AFTER_S))


def retry_after_s(header: str | None, now_s: float) -> float:
    """Seconds that a Retry-After asks for, as a number or as a date (RFC 9110 §10.2.3); 0 for none and for nonsense."""
    if header is None:
        return 0.0
    if header.strip().isascii() and header.strip().isdigit():
        return float(header)
    try:
        date = parsedate_to_datetime(header)
    except ValueError:
        return 0.0
    return max(0.0, (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now_s)
