"""Carries one submission to its end: does what `submissions.next_step` says, and stores each state before it acts."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from reelwright_chassis import metrics, tracing
from reelwright_chassis.clock import Clock
from reelwright_chassis.errors import ReelwrightError, Retry, Stopped
from reelwright_chassis.logs import get_logger
from reelwright_chassis.timing import observe
from reelwright_chassis.worker.job import Job
from reelwright_kling_gateway import steps, submissions
from reelwright_kling_gateway.brakes import STOPPING, Brakes
from reelwright_kling_gateway.client.errors import KlingError, Reaction
from reelwright_kling_gateway.client.kling import Provider
from reelwright_kling_gateway.client.order import Order
from reelwright_kling_gateway.ledger import Entry, Ledger
from reelwright_kling_gateway.poller import Poller
from reelwright_kling_gateway.slots import Slots
from reelwright_kling_gateway.steps import GiveUp, LookUp, Observation, Policy, Post, Step, Watch
from reelwright_kling_gateway.submissions import Effort, State, Submission
from reelwright_kling_gateway.waiting import pause, stoppable

log = get_logger(__name__)

_FRESH_S = 10.0
"""How old a stored `posting` may be when its POST begins: with the exchange (45 s) that is below `Policy.unsure_s`."""

REASONS: Final[Mapping[Reaction, tuple[str, float]]] = {
    Reaction.FIX_CREDENTIALS: ("kling_credentials", 60.0),
    Reaction.REMINT: ("kling_credentials", 60.0),
    Reaction.STOP_FAMILY: ("kling_balance", 300.0),
    Reaction.HUMAN: ("kling_account", 300.0),
    Reaction.RATE_LIMIT: ("kling_busy", 60.0),
    Reaction.SLOT_FULL: ("provider_slot", 30.0),
    Reaction.NOT_SENT: ("kling_unreachable", 30.0),
    Reaction.AMBIGUOUS: ("kling_unanswered", 60.0),
}
"""For an attempt that ends without a decision: the reason code, and the least wait (s) before another one."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What all purchases of a process share."""

    provider: Provider
    ledger: Ledger
    slots: Slots
    poller: Poller
    clock: Clock
    policy: Policy
    brakes: Brakes
    orphans: "set[asyncio.Task[None]]" = field(default_factory=set)
    """Followers of tasks that nobody waits for any more; held here so that they are not collected."""

    async def close(self) -> None:
        """Stop polling and following. What is stored says how to go on."""
        for orphan in list(self.orphans):
            orphan.cancel()
        await asyncio.gather(*self.orphans, return_exceptions=True)
        await self.poller.close()


class Purchase:
    """One attempt at one submission."""

    def __init__(self, desk: Desk, entry: Entry, job: Job) -> None:
        self._desk = desk
        self._entry = entry
        self._job = job
        self._effort = Effort(entry.submission)

    @property
    def entry(self) -> Entry:
        return self._entry

    async def carry_out(self) -> Submission:
        """The submission in its terminal state. Raises `Retry` (go on later from what is stored) and `Stopped`."""
        try:
            step = await self._see(steps.Begun())
            while not isinstance(step, steps.Done):
                step = await self._see(await self._do(step))
        finally:
            if self._effort.submission.state is State.INTENT:
                await self._release_slot()
        return self._effort.submission

    async def _see(self, observation: Observation) -> Step:
        """Take in what was seen, and store it before anything else happens.

        At the end the slot is given back first: dying in between costs a repeated look, the other way round a slot.
        """
        before = self._effort.submission
        self._effort, step = submissions.next_step(
            self._effort, observation, self._desk.clock.monotonic_s(), self._desk.policy
        )
        if self._effort.submission != before:
            if self._effort.submission.terminal:
                await self._release_slot()
            await self._save()
        return step

    async def _save(self) -> None:
        self._entry = await self._desk.ledger.save(self._entry, self._effort.submission)

    async def _do(self, step: Post | LookUp | Watch | GiveUp) -> Observation:
        match step:
            case Post(after_s):
                return await self._post(after_s)
            case LookUp(after_s):
                return await self._look_up(after_s)
            case Watch():
                return await self._watch()
            case GiveUp(error):
                raise self._given_up(error)

    async def _post(self, after_s: float) -> Observation:
        await pause(after_s, self._job, self._desk.clock)
        braked = self._desk.brakes.holding(self._order.family)
        if braked is not None:
            raise _retry_for(braked)
        await self._desk.slots.acquire(self._order.family, self._order.external_task_id, self._job)
        await self._announce()
        try:
            with self._step("order"):
                task = await self._desk.provider.create(self._order)
        except KlingError as error:
            self._tell_post(error.reaction, error)
            return steps.Refused(error)
        self._tell_post("created")
        return steps.Known(task)

    def _step(self, name: str) -> tracing.Step:
        submission = self._entry.submission
        return tracing.span(
            name, attributes={"reelwright.asset_id": submission.asset_id, "reelwright.rung": submission.rung.label}
        )

    def _tell_post(self, outcome: str, error: KlingError | None = None) -> None:
        """The vendor's text is left out: it may repeat the prompt."""
        metrics.KLING_POSTS.labels(product=self._order.product, outcome=outcome).inc()
        log.info(
            "kling_posted",
            outcome=outcome,
            asset_id=self._entry.submission.asset_id,
            rung=self._entry.submission.rung.label,
            model=self._order.model,
            code=error.code if error else 0,
            http_status=error.http_status if error else 200,
            vendor_request_id=error.request_id if error else "",
        )

    async def _announce(self) -> None:
        """Write down that a POST may be under way, and make sure that it is still wanted: the last thing before it.

        Asking may take long while the director is away. Then the row is written once more, which fails if it is no
        longer ours; so whoever takes it over looks for longer than a POST of ours can still be on its way.
        """
        self._effort = submissions.posting(self._effort)
        await self._save()
        try:
            await self._job.confirm()
            if self._desk.clock.now_s() - self._entry.written_at_s > _FRESH_S:
                await self._save()
        except (Stopped, asyncio.CancelledError):
            self._effort = submissions.not_posted(self._effort)
            with suppress(ReelwrightError):  # unmarked or not, it is safe: a marked one is looked for first
                await self._save()
            raise

    async def _look_up(self, after_s: float) -> Observation:
        await pause(after_s, self._job, self._desk.clock)
        asked_s = self._desk.clock.monotonic_s()
        try:
            task = await self._desk.provider.find(self._order.product, self._order.external_task_id)
        except KlingError as error:
            return steps.LookUpFailed(error)
        return steps.Known(task) if task is not None else steps.Unseen(asked_s)

    async def _watch(self) -> Observation:
        await self._desk.slots.try_acquire(self._order.family, self._order.external_task_id)
        self._job.progress(20.0, "waiting for Kling")
        began_s = self._desk.clock.monotonic_s()
        try:
            with self._step("wait for the provider"):
                end = self._desk.poller.watch(self._order.product, self._effort.submission.task_id)
                task = await stoppable(end, self._job)
        except Stopped:
            self._follow()
            raise
        except KlingError as error:
            raise self._given_up(error) from error
        self._tell_task(task.status.value if task is not None else "gone", self._desk.clock.monotonic_s() - began_s)
        return steps.Known(task) if task is not None else steps.Gone()

    def _tell_task(self, outcome: str, seconds: float) -> None:
        observe(metrics.KLING_TASK_SECONDS.labels(family=self._order.family.value, outcome=outcome), seconds)

    def _follow(self) -> None:
        """Kling knows no cancel: what runs will be charged, so its end is read and booked while this process lives."""
        follower = asyncio.create_task(self._book_end(), name="kling-orphan")
        self._desk.orphans.add(follower)
        follower.add_done_callback(self._desk.orphans.discard)

    async def _book_end(self) -> None:
        end = self._desk.poller.watch(self._order.product, self._effort.submission.task_id)
        try:
            task = await asyncio.shield(end)
            await self._see(steps.Known(task) if task is not None else steps.Gone())
        except (KlingError, Retry):
            return  # the stored state stands: whoever takes the request up again reads the end itself

    async def _release_slot(self) -> None:
        await self._desk.slots.release(self._order.family, self._order.external_task_id)

    def _given_up(self, error: KlingError) -> Retry:
        if error.reaction in STOPPING:
            self._desk.brakes.stop(self._order.family, error)
        return _retry_for(error)

    @property
    def _order(self) -> Order:
        return self._effort.submission.order


def _retry_for(error: KlingError) -> Retry:
    reason_code, delay_s = REASONS.get(error.reaction, ("transient", 30.0))
    return Retry(error.message, reason_code=reason_code, delay_s=max(delay_s, error.retry_after_s or 0.0))
