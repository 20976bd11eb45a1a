"""From an event of a project to a delivery for each webhook that hears of it."""

from google.protobuf.message import Message
from ulid import ULID

from reelwright.events.v1.facts_pb2 import ProjectEvent
from reelwright_chassis.bus.port import Record
from reelwright_chassis.clock import Clock
from reelwright_director.expect import typed
from reelwright_director.webhooks.book import HookBook
from reelwright_director.webhooks.delivery import Delivery
from reelwright_director.webhooks.hook import Hook
from reelwright_director.webhooks.mailbox import Mailbox
from reelwright_director.webhooks.postman import Postman


class FanOut:
    """Hears each event at least once; a delivery has the event's id, so it is made once."""

    def __init__(self, book: HookBook, mailbox: Mailbox, postman: Postman, clock: Clock) -> None:
        self._book = book
        self._mailbox = mailbox
        self._postman = postman
        self._clock = clock

    async def __call__(self, message: Message, _: Record) -> None:
        event = typed(ProjectEvent, message)
        hooks = [hook for hook in await self._book.of_tenant(event.tenant_id) if hook.hears(event.user_id, event.type)]
        for hook in hooks:
            await self._mailbox.put(delivery_of(hook, event, self._clock.now_s()))
        if hooks:
            self._postman.wake()


def delivery_of(hook: Hook, event: ProjectEvent, due_at_s: float) -> Delivery:
    return Delivery(
        webhook_id=hook.webhook_id,
        delivery_id=event.event_id,
        tenant_id=hook.tenant_id,
        type=event.type,
        project_id=event.project_id,
        body=event.body,
        created_at_s=ULID.from_str(event.event_id).timestamp,
        due_at_s=due_at_s,
    )
