"""What cannot be worked on goes aside, whole, with what went wrong: to the topic `<topic>.dlq`."""

from collections import deque

from reelwright_chassis import metrics
from reelwright_chassis.bus.port import Bus, Message, Record
from reelwright_chassis.clock import Clock
from reelwright_chassis.errors import Unavailable
from reelwright_chassis.letters import death_headers
from reelwright_chassis.logs import get_logger
from reelwright_chassis.topics import dead_letters_of

log = get_logger(__name__)

MAX_IN_WINDOW = 60
WINDOW_S = 60.0


class RateLimit:
    """At most `count` in any `window_s`; the time is passed in."""

    def __init__(self, count: int, window_s: float) -> None:
        self._count = count
        self._window_s = window_s
        self._times: deque[float] = deque()

    def allow(self, now_s: float) -> bool:
        """Whether one more may pass now; it counts if so."""
        while self._times and self._times[0] <= now_s - self._window_s:
            self._times.popleft()
        if len(self._times) >= self._count:
            return False
        self._times.append(now_s)
        return True


class DeadLetters:
    """Where a consumer group puts its dead letters.

    More than a few in a short time are a fault of ours, such as a release that cannot read its topic: the consumer then
    waits, unready, rather than emptying the topic into the dead letters.
    """

    def __init__(self, bus: Bus, group: str, clock: Clock, *, limit: RateLimit | None = None) -> None:
        self._bus = bus
        self._group = group
        self._clock = clock
        self._limit = limit or RateLimit(MAX_IN_WINDOW, WINDOW_S)

    async def put(self, record: Record, error: BaseException, *, attempts: int) -> None:
        """Returns when the letter is stored. Raises `Unavailable`, also when there are too many."""
        if not self._limit.allow(self._clock.monotonic_s()):
            raise Unavailable(f"more than {MAX_IN_WINDOW} dead letters of {record.topic} in {WINDOW_S:.0f} s")
        headers = dict(record.headers) | self._headers(record, error, attempts)
        await self._bus.publish([Message(dead_letters_of(record.topic), record.key, record.value, headers)])
        metrics.DEAD_LETTERS.labels(topic=record.topic).inc()
        where = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
        log.error("dead_letter", error=_name(error), **where)

    def _headers(self, record: Record, error: BaseException, attempts: int) -> dict[str, bytes]:
        return death_headers(
            topic=record.topic,
            group=self._group,
            attempts=attempts,
            failed_at_s=self._clock.now_s(),
            error=_name(error),
            origin=record,
        )


def _name(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"
