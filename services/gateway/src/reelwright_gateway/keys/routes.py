"""API keys: made, listed and revoked by a tenant's administrators."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from reelwright.rpc.v1 import keys_pb2 as rpc
from reelwright_gateway.deps import DepsDep
from reelwright_gateway.idempotency import IdempotencyKey
from reelwright_gateway.identity import AdminDep
from reelwright_gateway.keys.models import CreatedKey, Key, KeyPage, NewKey
from reelwright_gateway.problems import documented
from reelwright_gateway.times import moment, moment_of

router = APIRouter(prefix="/v1/api-keys", tags=["keys"])

KeyId = Annotated[str, Path(description="The key's id.", max_length=64)]


@router.post("", summary="Make a key", status_code=201, response_model=CreatedKey, responses=documented())
async def create_key(wanted: NewKey, caller: AdminDep, key: IdempotencyKey, deps: DepsDep) -> CreatedKey:
    """For a user or a service account of your tenant. The key is shown this once; only its hash is kept."""
    request = rpc.CreateKeyRequest(
        tenant_id=caller.tenant_id,
        user_id=wanted.user_id or caller.user_id,
        scopes=wanted.scopes,
        label=wanted.label,
        by=caller.by,
        idempotency_key=key,
    )
    if wanted.expires_at is not None:
        request.expires_at.FromDatetime(wanted.expires_at)
    made = await deps.director.call(deps.director.keys.CreateKey, request)
    return CreatedKey.model_validate({**_fields(made.record), "key": made.key or None})


@router.get("", summary="List keys", response_model=KeyPage, responses=documented())
async def list_keys(
    caller: AdminDep,
    deps: DepsDep,
    *,
    user_id: Annotated[str, Query(max_length=256, description="Only this user's.")] = "",
    cursor: Annotated[str, Query(max_length=512, description="Where the page before this one ended.")] = "",
    limit: Annotated[int, Query(ge=1, le=100, description="How many at most.")] = 50,
) -> KeyPage:
    """Of your tenant. Revoked and expired ones are listed for 90 days more."""
    request = rpc.ListKeysRequest(tenant_id=caller.tenant_id, user_id=user_id, cursor=cursor, limit=limit)
    page = await deps.director.call(deps.director.keys.ListKeys, request)
    items = [Key.model_validate(_fields(record)) for record in page.keys]
    return KeyPage(items=items, next_cursor=page.next_cursor or None)


@router.delete("/{key_id}", summary="Revoke a key", status_code=204, response_class=Response, responses=documented(404))
async def revoke_key(key_id: KeyId, caller: AdminDep, deps: DepsDep) -> Response:
    """From now on it identifies nobody; other replicas know within seconds."""
    request = rpc.RevokeKeyRequest(tenant_id=caller.tenant_id, key_id=key_id, by=caller.by)
    await deps.director.call(deps.director.keys.RevokeKey, request)
    deps.identifier.forget()
    return Response(status_code=204)


def _fields(had: rpc.ApiKey) -> dict[str, Any]:
    return {
        "id": had.key_id,
        "user_id": had.user_id,
        "scopes": list(had.scopes),
        "label": had.label,
        "created_at": moment(had.created_at),
        "created_by": had.created_by,
        "expires_at": moment_of(had, "expires_at"),
        "last_used_at": moment_of(had, "last_used_at"),
        "revoked_at": moment_of(had, "revoked_at"),
        "revoked_by": had.revoked_by or None,
    }
