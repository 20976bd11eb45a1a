"""Webhooks: made, changed, tested, and what they were told."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from reelwright.rpc.v1 import webhooks_pb2 as rpc
from reelwright_gateway.deps import DepsDep
from reelwright_gateway.idempotency import IdempotencyKey
from reelwright_gateway.identity import ReaderDep, WriterDep
from reelwright_gateway.problems import documented
from reelwright_gateway.times import moment, moment_of
from reelwright_gateway.webhooks.models import (
    CreatedWebhook,
    Delivery,
    DeliveryPage,
    NewWebhook,
    RotatedSecret,
    Webhook,
    WebhookList,
    WebhookPatch,
)

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])

Id = Annotated[str, Path(description="The webhook's id.", max_length=64, alias="webhook_id")]
DeliveryId = Annotated[str, Path(description="The delivery's id.", max_length=64, alias="delivery_id")]
_STATUSES = {
    rpc.DELIVERY_STATUS_PENDING: "pending",
    rpc.DELIVERY_STATUS_DELIVERED: "delivered",
    rpc.DELIVERY_STATUS_FAILED: "failed",
}


@router.post("", summary="Make a webhook", status_code=201, response_model=CreatedWebhook, responses=documented(409))
async def create_webhook(wanted: NewWebhook, caller: WriterDep, key: IdempotencyKey, deps: DepsDep) -> CreatedWebhook:
    """Events of your projects are POSTed to it from now on, signed by the secret that is shown this once."""
    request = rpc.CreateWebhookRequest(
        caller=caller.rpc,
        idempotency_key=key,
        url=wanted.url,
        types=wanted.types,
        description=wanted.description,
        all_users=wanted.all_users,
    )
    made = await deps.director.call(deps.director.webhooks.CreateWebhook, request)
    return CreatedWebhook.model_validate({**_fields(made.webhook), "secret": made.secret or None})


@router.get("", summary="List webhooks", response_model=WebhookList, responses=documented())
async def list_webhooks(caller: ReaderDep, deps: DepsDep) -> WebhookList:
    """Yours; an administrator's list has those of the whole tenant."""
    request = rpc.ListWebhooksRequest(caller=caller.rpc)
    found = await deps.director.call(deps.director.webhooks.ListWebhooks, request)
    return WebhookList(items=[Webhook.model_validate(_fields(webhook)) for webhook in found.webhooks])


@router.get("/{webhook_id}", summary="Read a webhook", response_model=Webhook, responses=documented(404))
async def get_webhook(webhook_id: Id, caller: ReaderDep, deps: DepsDep) -> Webhook:
    """Its secret apart."""
    request = rpc.WebhookRequest(caller=caller.rpc, webhook_id=webhook_id)
    return Webhook.model_validate(_fields(await deps.director.call(deps.director.webhooks.GetWebhook, request)))


@router.patch("/{webhook_id}", summary="Change a webhook", response_model=Webhook, responses=documented(404))
async def update_webhook(webhook_id: Id, patch: WebhookPatch, caller: WriterDep, deps: DepsDep) -> Webhook:
    """Also to enable one again that was disabled because its address was gone."""
    request = rpc.UpdateWebhookRequest(
        caller=caller.rpc,
        webhook_id=webhook_id,
        url=patch.url,
        types=None if patch.types is None else rpc.WebhookTypes(types=patch.types),
        description=patch.description,
        enabled=patch.enabled,
    )
    changed = await deps.director.call(deps.director.webhooks.UpdateWebhook, request)
    return Webhook.model_validate(_fields(changed))


@router.delete(
    "/{webhook_id}", summary="Delete a webhook", status_code=204, response_class=Response, responses=documented(404)
)
async def delete_webhook(webhook_id: Id, caller: WriterDep, deps: DepsDep) -> Response:
    """It is told nothing more, and what it was told is forgotten."""
    request = rpc.WebhookRequest(caller=caller.rpc, webhook_id=webhook_id)
    await deps.director.call(deps.director.webhooks.DeleteWebhook, request)
    return Response(status_code=204)


@router.post(
    "/{webhook_id}/secret", summary="Give it a new secret", response_model=RotatedSecret, responses=documented(404, 409)
)
async def rotate_secret(webhook_id: Id, caller: WriterDep, key: IdempotencyKey, deps: DepsDep) -> RotatedSecret:
    """For a day both sign, so that the receiver can change over without missing anything."""
    request = rpc.RotateSecretRequest(caller=caller.rpc, webhook_id=webhook_id, idempotency_key=key)
    rotated = await deps.director.call(deps.director.webhooks.RotateSecret, request)
    return RotatedSecret(secret=rotated.secret or None, previous_until=moment_of(rotated, "previous_until"))


@router.post(
    "/{webhook_id}/test",
    summary="Test a webhook",
    status_code=202,
    response_model=Delivery,
    responses=documented(404, 409),
)
async def test_webhook(webhook_id: Id, caller: WriterDep, key: IdempotencyKey, deps: DepsDep) -> Delivery:
    """It is sent an event of the type `webhook.test`; its deliveries show what came of it."""
    request = rpc.TestWebhookRequest(caller=caller.rpc, webhook_id=webhook_id, idempotency_key=key)
    return _delivery(await deps.director.call(deps.director.webhooks.TestWebhook, request))


@router.get(
    "/{webhook_id}/deliveries", summary="List deliveries", response_model=DeliveryPage, responses=documented(404)
)
async def list_deliveries(
    webhook_id: Id,
    caller: ReaderDep,
    deps: DepsDep,
    *,
    cursor: Annotated[str, Query(max_length=512, description="Where the page before this one ended.")] = "",
    limit: Annotated[int, Query(ge=1, le=100, description="How many at most.")] = 50,
) -> DeliveryPage:
    """What it was told, or is still to be told. Each is kept for 30 days."""
    request = rpc.ListDeliveriesRequest(caller=caller.rpc, webhook_id=webhook_id, cursor=cursor, limit=limit)
    page = await deps.director.call(deps.director.webhooks.ListDeliveries, request)
    return DeliveryPage(items=[_delivery(each) for each in page.deliveries], next_cursor=page.next_cursor or None)


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/replay",
    summary="Send it again",
    status_code=202,
    response_model=Delivery,
    responses=documented(404, 409),
)
async def replay_delivery(
    webhook_id: Id, delivery_id: DeliveryId, caller: WriterDep, _: IdempotencyKey, deps: DepsDep
) -> Delivery:
    """The same event under the same id, as if it were new. One that waits for its first attempt stays as it is."""
    request = rpc.ReplayDeliveryRequest(caller=caller.rpc, webhook_id=webhook_id, delivery_id=delivery_id)
    return _delivery(await deps.director.call(deps.director.webhooks.ReplayDelivery, request))


def _fields(had: rpc.Webhook) -> dict[str, Any]:
    return {
        "id": had.webhook_id,
        "user_id": had.user_id,
        "url": had.url,
        "types": list(had.types),
        "description": had.description,
        "all_users": had.all_users,
        "enabled": had.enabled,
        "disabled_reason": had.disabled_reason or None,
        "created_at": moment(had.created_at),
        "updated_at": moment(had.updated_at),
    }


def _delivery(had: rpc.Delivery) -> Delivery:
    attempts = [
        {
            "at": moment(each.at),
            "status": each.status or None,
            "error": each.error or None,
            "duration_s": each.duration_s,
        }
        for each in had.attempts
    ]
    fields = {
        "id": had.delivery_id,
        "type": had.type,
        "project_id": had.project_id or None,
        "status": _STATUSES[had.status],
        "attempts": attempts,
        "created_at": moment(had.created_at),
        "next_attempt_at": moment_of(had, "next_attempt_at"),
        "body": had.body,
    }
    return Delivery.model_validate(fields)
