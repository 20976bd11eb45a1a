"""Calls a handler until something came of it: a fact, a failure to tell, or nothing because nobody wants it."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from google.protobuf.message import Message as Proto

from reelwright.events.v1.facts_pb2 import Work, WorkFailed
from reelwright_chassis import metrics
from reelwright_chassis.clock import Clock
from reelwright_chassis.errors import Reject, Retry, Stopped
from reelwright_chassis.logs import get_logger
from reelwright_chassis.reasons import reason
from reelwright_chassis.worker.job import Job
from reelwright_chassis.worker.outage import Outage
from reelwright_chassis.worker.retry import RetryPolicy, plan_retry
from reelwright_chassis.worker.stop import StopSignal

R = TypeVar("R", bound=Proto)

Handler = Callable[[R, Job], Awaitable[Proto]]

log = get_logger(__name__)


@dataclass
class Handling:
    """The tries of one attempt. `cost_usd` adds up what the failed ones were charged."""

    worker: str
    policy: RetryPolicy
    clock: Clock
    outage: Outage
    stop: StopSignal
    cost_usd: float = 0.0
    failures: int = 0
    failed_at_s: float = field(default=0.0)

    async def run(self, call: Callable[[], Awaitable[Proto]]) -> Proto | None:
        """The handler's fact, or `WorkFailed`; None when the work was stopped."""
        while True:
            try:
                return await self.outage.ride_out(call, self.stop)
            except Stopped as error:
                self.stop.set(str(error) or "the handler stopped")
                return None
            except Reject as error:
                self.cost_usd += error.cost_usd
                log.info("job_rejected", reason=error.reason_code)
                return failure(error.reason_code, message=error.message, remedy=error.remedy)
            except Retry as error:
                self.cost_usd += error.cost_usd
                log.info("job_try_failed", reason=error.reason_code)
                failed = failure(error.reason_code, message=str(error), retryable=True)
                delay_s = error.delay_s
            except Exception as error:
                # Unforeseen, so perhaps transient. Its message is not for the user, nor for the log: see logs.py.
                log.exception("job_try_crashed", error=type(error).__name__)
                failed, delay_s = failure("internal", retryable=True), None
            if await self._is_over(failed, delay_s):
                return None if self.stop else failed

    async def _is_over(self, failed: WorkFailed, delay_s: float | None) -> bool:
        """Wait for the next try; or have `failed` say when somebody should try again."""
        now_s = self.clock.monotonic_s()
        self.failures += 1
        self.failed_at_s = self.failed_at_s if self.failures > 1 else now_s
        elapsed_s = now_s - self.failed_at_s
        decision = plan_retry(
            self.policy, failures=self.failures, elapsed_s=elapsed_s, delay_s=delay_s, chance=random.random()
        )
        if decision.give_up:
            failed.retry_after_s = decision.wait_s
            return True
        metrics.JOB_RETRIES.labels(worker=self.worker, reason=failed.reason_code).inc()
        await self.stop.sleep(self.clock, decision.wait_s)
        return bool(self.stop)


def failure(reason_code: str, *, message: str = "", remedy: str = "", retryable: bool = False) -> WorkFailed:
    """The fact that the work failed. What it does not say, the registry of reason codes does."""
    return WorkFailed(
        work=Work(),
        reason_code=reason_code,
        message=message or reason(reason_code).message,
        remedy=remedy,
        retryable=retryable,
    )
