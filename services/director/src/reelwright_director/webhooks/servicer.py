"""`WebhookService`: webhooks and what was delivered to them, for whoever faces users."""

# ruff: noqa: N802 (gRPC names its methods so)

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from ulid import ULID

from reelwright.rpc.v1 import project_pb2
from reelwright.rpc.v1 import webhooks_pb2 as rpc
from reelwright.rpc.v1.webhooks_pb2_grpc import WebhookServiceServicer
from reelwright_chassis.clock import Clock
from reelwright_chassis.ids import new_id
from reelwright_chassis.outbound import AddressRefused, Allowed, check_url
from reelwright_director.decision import Refused
from reelwright_director.keys import owner_key
from reelwright_director.once import Once, once_of
from reelwright_director.view import timestamp
from reelwright_director.webhooks.book import HookBook, Owner, Wish
from reelwright_director.webhooks.delivery import Attempt, Delivery, DeliveryStatus
from reelwright_director.webhooks.events import EventType, spelled
from reelwright_director.webhooks.hook import Hook
from reelwright_director.webhooks.mailbox import Mailbox
from reelwright_director.webhooks.postman import Postman

_MAX_DESCRIPTION_CHARS = 200
_TYPES = frozenset(kind.value for kind in EventType) - {EventType.TEST.value}
_STATUSES = {
    DeliveryStatus.PENDING: rpc.DELIVERY_STATUS_PENDING,
    DeliveryStatus.DELIVERED: rpc.DELIVERY_STATUS_DELIVERED,
    DeliveryStatus.FAILED: rpc.DELIVERY_STATUS_FAILED,
}


class WebhookServicer(WebhookServiceServicer):
    """`allowed` says where webhooks may lead."""

    def __init__(self, book: HookBook, mailbox: Mailbox, postman: Postman, clock: Clock, allowed: Allowed) -> None:
        self._book = book
        self._mailbox = mailbox
        self._postman = postman
        self._clock = clock
        self._allowed = allowed

    async def CreateWebhook(self, request: rpc.CreateWebhookRequest, _: Any) -> rpc.CreateWebhookResponse:
        owner = _owner(request.caller)
        if request.all_users and not owner.whole_tenant:
            raise Refused("webhook_invalid", "Only administrators make webhooks that hear of all users' projects.")
        wish = self._wish(request.url, request.types, request.description, all_users=request.all_users)
        made = await self._book.create(owner, wish, _once(request))
        return rpc.CreateWebhookResponse(webhook=hook_view(made.hook), secret=made.secret)

    async def ListWebhooks(self, request: rpc.ListWebhooksRequest, _: Any) -> rpc.ListWebhooksResponse:
        owner = _owner(request.caller)
        hooks = [hook for hook in await self._book.of_tenant(owner.tenant_id) if owner.reaches(hook)]
        return rpc.ListWebhooksResponse(webhooks=map(hook_view, hooks))

    async def GetWebhook(self, request: rpc.WebhookRequest, _: Any) -> rpc.Webhook:
        return hook_view(await self._book.get(_owner(request.caller), request.webhook_id))

    async def UpdateWebhook(self, request: rpc.UpdateWebhookRequest, _: Any) -> rpc.Webhook:
        wish = self._wish(
            request.url if request.HasField("url") else None,
            request.types.types if request.HasField("types") else None,
            request.description if request.HasField("description") else None,
            enabled=request.enabled if request.HasField("enabled") else None,
        )
        return hook_view(await self._book.update(_owner(request.caller), request.webhook_id, wish))

    async def DeleteWebhook(self, request: rpc.WebhookRequest, _: Any) -> rpc.DeleteWebhookResponse:
        await self._book.delete(_owner(request.caller), request.webhook_id)
        await self._mailbox.remove_all(request.webhook_id)
        return rpc.DeleteWebhookResponse()

    async def RotateSecret(self, request: rpc.RotateSecretRequest, _: Any) -> rpc.RotateSecretResponse:
        made = await self._book.rotate(_owner(request.caller), request.webhook_id, _once(request))
        answer = rpc.RotateSecretResponse(webhook=hook_view(made.hook), secret=made.secret)
        until_s = made.hook.secrets[0].until_s
        if until_s is not None:
            answer.previous_until.CopyFrom(timestamp(until_s))
        return answer

    async def TestWebhook(self, request: rpc.TestWebhookRequest, _: Any) -> rpc.Delivery:
        hook = await self._book.get(_owner(request.caller), request.webhook_id)
        now_s = self._clock.now_s()
        message_id = _message_id(request)
        body = spelled(EventType.TEST, now_s, {"webhook_id": hook.webhook_id})
        test = Delivery(
            hook.webhook_id, message_id, hook.tenant_id, EventType.TEST.value, "", body, now_s, due_at_s=now_s
        )
        kept = await self._mailbox.put(test)
        self._postman.wake()
        return delivery_view(kept)

    async def ListDeliveries(self, request: rpc.ListDeliveriesRequest, _: Any) -> rpc.ListDeliveriesResponse:
        hook = await self._book.get(_owner(request.caller), request.webhook_id)
        page = await self._mailbox.page(hook.webhook_id, request.cursor, request.limit)
        return rpc.ListDeliveriesResponse(deliveries=map(delivery_view, page.deliveries), next_cursor=page.next_cursor)

    async def ReplayDelivery(self, request: rpc.ReplayDeliveryRequest, _: Any) -> rpc.Delivery:
        hook = await self._book.get(_owner(request.caller), request.webhook_id)
        again = await self._mailbox.replay(hook.webhook_id, request.delivery_id, self._clock.now_s())
        self._postman.wake()
        return delivery_view(again)

    def _wish(
        self,
        url: str | None,
        types: Sequence[str] | None,
        description: str | None,
        *,
        enabled: bool | None = None,
        all_users: bool = False,
    ) -> Wish:
        """Raises `Refused`: webhook_invalid."""
        if url is not None:
            try:
                check_url(url, self._allowed)
            except AddressRefused as error:
                raise Refused("webhook_invalid", str(error)) from error
        for kind in types or ():
            if kind not in _TYPES:
                raise Refused(
                    "webhook_invalid", f"{kind!r} is no type of event; there are {', '.join(sorted(_TYPES))}."
                )
        if description is not None and len(description) > _MAX_DESCRIPTION_CHARS:
            raise Refused("webhook_invalid", f"A description has at most {_MAX_DESCRIPTION_CHARS} characters.")
        return Wish(url, None if types is None else tuple(dict.fromkeys(types)), description, enabled, all_users)


def _owner(caller: project_pb2.Caller) -> Owner:
    return Owner(caller.tenant_id, caller.user_id, caller.whole_tenant, caller.by or caller.user_id)


def _once(request: rpc.CreateWebhookRequest | rpc.RotateSecretRequest) -> Once | None:
    return once_of(request, owner_key(request.caller.tenant_id, request.caller.user_id), type(request).__name__)


def _message_id(request: rpc.TestWebhookRequest) -> str:
    """The same key names the same message."""
    if not request.idempotency_key:
        return new_id()
    text = f"{request.webhook_id}\n{request.idempotency_key}"
    return str(ULID(sha256(text.encode()).digest()[:16]))


def hook_view(hook: Hook) -> rpc.Webhook:
    """What is known of a webhook, its secrets apart."""
    return rpc.Webhook(
        webhook_id=hook.webhook_id,
        tenant_id=hook.tenant_id,
        user_id=hook.user_id,
        url=hook.url,
        types=hook.types,
        description=hook.description,
        all_users=hook.all_users,
        enabled=hook.enabled,
        disabled_reason=hook.disabled_reason,
        created_at=timestamp(hook.created_at_s),
        updated_at=timestamp(hook.updated_at_s),
    )


def delivery_view(delivery: Delivery) -> rpc.Delivery:
    view = rpc.Delivery(
        delivery_id=delivery.delivery_id,
        webhook_id=delivery.webhook_id,
        type=delivery.type,
        project_id=delivery.project_id,
        status=_STATUSES[delivery.status],
        attempts=map(_attempt_view, delivery.attempts),
        created_at=timestamp(delivery.created_at_s),
        body=delivery.body,
    )
    if delivery.due_at_s is not None:
        view.next_attempt_at.CopyFrom(timestamp(delivery.due_at_s))
    return view


def _attempt_view(attempt: Attempt) -> rpc.DeliveryAttempt:
    return rpc.DeliveryAttempt(
        at=timestamp(attempt.at_s), status=attempt.status, error=attempt.error, duration_s=attempt.duration_s
    )
