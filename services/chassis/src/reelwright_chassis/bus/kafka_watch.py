"""Acknowledgements that take too long."""

import asyncio

from aiokafka.errors import KafkaTimeoutError

_BUCKETS = 20


class Watch:
    """Fails futures that are not done after `timeout_s`, or a little later: one timer for those of about the same time.

    A timer of its own for each would cost more than all the rest of a publish.
    """

    def __init__(self, timeout_s: float) -> None:
        self._width_s = timeout_s / _BUCKETS
        self._after_s = timeout_s + self._width_s
        self._bucket: set[asyncio.Future[object]] = set()
        self._until_s = float("-inf")

    def over(self, future: "asyncio.Future[object]") -> "set[asyncio.Future[object]]":
        """Where the future is kept. Take it out once it is done, or it stays there for as long."""
        loop = asyncio.get_running_loop()
        now_s = loop.time()
        if now_s > self._until_s:
            self._bucket, self._until_s = set(), now_s + self._width_s
            loop.call_later(self._after_s, _fail, self._bucket)
        self._bucket.add(future)
        return self._bucket


def _fail(bucket: "set[asyncio.Future[object]]") -> None:
    for future in bucket:
        if not future.done():
            future.set_exception(KafkaTimeoutError())
