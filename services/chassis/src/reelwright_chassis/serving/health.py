"""What a process says of itself to whoever probes it: does it live, may it be sent work, and if not, why not."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from reelwright_chassis import metrics
from reelwright_chassis.logs import get_logger
from reelwright_chassis.parts import Service

log = get_logger(__name__)

_BEAT_S = 1.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """`why` is empty when all is well."""

    why: str = ""

    @property
    def ok(self) -> bool:
        return not self.why


class Health:
    """The state behind `/livez` and `/readyz`. Written on the event loop, read from any thread.

    Live as long as the event loop turns and the poll loops do: an outage or a wrong key is no reason to be killed, for
    the next process would fare no better. Ready when the services are and nothing is missing.
    """

    def __init__(self, *, loop_stall_s: float, poll_stall_s: float) -> None:
        self._loop_stall_s = loop_stall_s
        self._poll_stall_s = poll_stall_s
        self._services: tuple[Service, ...] = ()
        self._missing = "it is starting"
        self._stopping = False
        self._beat_s = time.monotonic()

    def misses(self, why: str) -> None:
        """Not ready until `works` is called, because of `why`, which is for whoever operates it."""
        self._missing, self._services = why, ()

    def works(self, services: Sequence[Service]) -> None:
        """These are at work now: as ready as they are."""
        self._missing, self._services = "", tuple(services)

    def stops(self) -> None:
        """Not ready any more, for good."""
        self._stopping = True

    def ready(self) -> Verdict:
        if self._stopping:
            return Verdict("it is shutting down")
        if self._missing:
            return Verdict(self._missing)
        whys = (f"{service.name}: {service.why_unready}" for service in self._services if service.why_unready)
        return Verdict("; ".join(whys))

    def live(self) -> Verdict:
        blocked_s = time.monotonic() - self._beat_s
        if blocked_s > self._loop_stall_s:
            return Verdict(f"the event loop has been blocked for {blocked_s:.0f} s")
        for service in self._services:
            age_s = service.poll_age_s
            if age_s is not None and age_s > self._poll_stall_s:
                return Verdict(f"{service.name}: its poll loop has not turned for {age_s:.0f} s")
        return Verdict()

    async def beat(self) -> None:
        """Runs on the event loop for as long as the process does: the sign that the loop turns."""
        told = Verdict("it is starting")
        while True:
            await asyncio.sleep(_BEAT_S)
            now_s = time.monotonic()
            metrics.LOOP_LAG.set(max(0.0, now_s - self._beat_s - _BEAT_S))
            self._beat_s = now_s
            told = self._tell(told)

    def _tell(self, told: Verdict) -> Verdict:
        """Log it when readiness changed; for nobody reads probes' answers afterwards."""
        ready = self.ready()
        metrics.READY.set(ready.ok)
        if ready != told and not self._stopping:
            log.info("service_ready") if ready.ok else log.warning("service_not_ready", why=ready.why)
        return ready
