"""Brings deliveries to their webhooks: whatever is due, many at once, few to the same address."""

import asyncio
import random
from collections import defaultdict

from reelwright_chassis import metrics
from reelwright_chassis.clock import Clock
from reelwright_chassis.errors import Unavailable
from reelwright_chassis.logs import get_logger
from reelwright_chassis.timing import observe
from reelwright_director.loops import Loop
from reelwright_director.webhooks.book import HookBook
from reelwright_director.webhooks.delivery import Delivery
from reelwright_director.webhooks.hook import Hook
from reelwright_director.webhooks.mailbox import Mailbox
from reelwright_director.webhooks.schedule import next_delay_s
from reelwright_director.webhooks.sender import Sender

AT_ONCE = 64
"""Attempts of this replica. An address that lets each of them wait gets no more than its share."""
AT_ONCE_TO_ONE = 4
log = get_logger(__name__)


class Postman:
    """Each replica has one. A delivery is claimed by a conditional write, so each attempt is made by one of them."""

    def __init__(self, book: HookBook, mailbox: Mailbox, sender: Sender, clock: Clock, every_s: float) -> None:
        self._book = book
        self._mailbox = mailbox
        self._sender = sender
        self._clock = clock
        self._loop = Loop("webhooks", self._round, every_s, clock)
        self._busy: dict[str, int] = defaultdict(int)
        self._tasks: asyncio.TaskGroup

    @property
    def outage(self) -> str | None:
        return self._loop.outage

    @property
    def busy(self) -> int:
        """Attempts that are being made."""
        return sum(self._busy.values())

    def wake(self) -> None:
        """Something is due now."""
        self._loop.wake()

    def stop(self) -> None:
        self._loop.stop()

    async def run(self) -> None:
        """Until it is stopped; attempts that were begun are ended."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            await self._loop.run()

    async def _round(self) -> None:
        async for delivery in self._mailbox.due(self._clock.now_s()):
            if self.busy >= AT_ONCE:
                return
            if self._busy[delivery.webhook_id] < AT_ONCE_TO_ONE:
                await self._begin(delivery)

    async def _begin(self, delivery: Delivery) -> None:
        claimed = await self._mailbox.claim(delivery, self._clock.now_s())
        if claimed is not None:
            self._busy[delivery.webhook_id] += 1
            self._tasks.create_task(self._bring(claimed))

    async def _bring(self, delivery: Delivery) -> None:
        try:
            await self._try(delivery)
        except Unavailable as error:  # it is due again when its claim has run out
            log.warning("webhook_attempt_lost", webhook_id=delivery.webhook_id, error=str(error))
        finally:
            self._busy[delivery.webhook_id] -= 1
            if not self._busy[delivery.webhook_id]:
                del self._busy[delivery.webhook_id]

    async def _try(self, delivery: Delivery) -> None:
        hook = await self._book.find(delivery.tenant_id, delivery.webhook_id)
        if hook is None or not hook.enabled:
            await self._mailbox.drop(delivery)
            return
        secrets = hook.signing(self._clock.now_s())
        sent = await self._sender.send(hook.url, delivery.delivery_id, delivery.body, secrets)
        outcome = "taken" if sent.taken else sent.attempt.error
        metrics.WEBHOOK_ATTEMPTS.labels(outcome=outcome).inc()
        observe(metrics.WEBHOOK_SECONDS, sent.attempt.duration_s)
        log.info(
            "webhook_sent", webhook_id=hook.webhook_id, delivery_id=delivery.delivery_id, type=delivery.type,
            outcome=outcome, status=sent.attempt.status,
        )  # fmt: skip
        if sent.taken:
            await self._mailbox.delivered(delivery, sent.attempt)
            return
        if sent.gone:
            await self._end_hook(hook)
        delay_s = None if sent.gone else next_delay_s(
            delivery.failures + 1, chance=random.random(), retry_after_s=sent.retry_after_s
        )  # fmt: skip
        again_at_s = None if delay_s is None else self._clock.now_s() + delay_s
        if again_at_s is None:
            metrics.WEBHOOKS_GIVEN_UP.inc()
        await self._mailbox.failed(delivery, sent.attempt, again_at_s)

    async def _end_hook(self, hook: Hook) -> None:
        log.warning("webhook_disabled", webhook_id=hook.webhook_id, reason="gone")
        await self._book.disable(hook)
