"""Webhooks as one part of the director: events in, deliveries out, and what it serves over gRPC."""

import asyncio

from reelwright.events.v1.facts_pb2 import ProjectEvent
from reelwright_chassis.bus.port import Bus
from reelwright_chassis.clock import Clock
from reelwright_chassis.outbound import Allowed, guarded_client
from reelwright_chassis.store.port import Store
from reelwright_chassis.worker import FactConsumer
from reelwright_director.settings import DirectorSettings
from reelwright_director.webhooks.book import HookBook
from reelwright_director.webhooks.fanout import FanOut
from reelwright_director.webhooks.mailbox import Mailbox
from reelwright_director.webhooks.postman import Postman
from reelwright_director.webhooks.sender import TIMEOUT_S, Sender
from reelwright_director.webhooks.servicer import WebhookServicer

GROUP = "director-webhooks"


class Webhooks:
    """Implements what the director asks of its parts: `run`, `stop`, `why_unready`."""

    def __init__(self, bus: Bus, store: Store, clock: Clock, instance: str, settings: DirectorSettings) -> None:
        allowed = Allowed(loopback=settings.webhooks_to_loopback)
        book, mailbox = HookBook(store, clock), Mailbox(store)
        self._client = guarded_client(allowed, timeout_s=TIMEOUT_S)
        self._postman = Postman(book, mailbox, Sender(self._client, clock), clock, settings.tick_every_s)
        self._consumer = FactConsumer(
            bus,
            FanOut(book, mailbox, self._postman, clock),
            topic="project.events",
            group=GROUP,
            member=instance,
            types=(ProjectEvent,),
            clock=clock,
        )
        self.servicer = WebhookServicer(book, mailbox, self._postman, clock, allowed)

    @property
    def why_unready(self) -> str | None:
        outage = self._postman.outage
        return self._consumer.why_unready or (f"it waits for a part that is away: {outage}" if outage else None)

    async def run(self) -> None:
        async with self._client, asyncio.TaskGroup() as tasks:
            tasks.create_task(self._postman.run())
            await self._consumer.run()
            self._postman.stop()

    def stop(self) -> None:
        self._consumer.stop()
