"""`ApiKeyService`: API keys, for whoever faces users and for operators."""

# ruff: noqa: N802 (gRPC names its methods so)

from collections.abc import Iterable
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from reelwright.rpc.v1 import keys_pb2 as rpc
from reelwright.rpc.v1.keys_pb2_grpc import ApiKeyServiceServicer
from reelwright_chassis.clock import Clock
from reelwright_director.apikey import SCOPES, USUAL_SCOPES, KeyRecord, Refusal
from reelwright_director.decision import Refused
from reelwright_director.keybook import KeyBook, Wish
from reelwright_director.keys import owner_key
from reelwright_director.once import once_of
from reelwright_director.view import timestamp

_MAX_NAME_CHARS = 256
_MAX_LABEL_CHARS = 100

_REFUSALS = {
    Refusal.UNKNOWN: rpc.KEY_REFUSAL_UNKNOWN,
    Refusal.REVOKED: rpc.KEY_REFUSAL_REVOKED,
    Refusal.EXPIRED: rpc.KEY_REFUSAL_EXPIRED,
}


class ApiKeyServicer(ApiKeyServiceServicer):
    """Who may ask for what is the caller's to check: this service trusts it, as it does in everything."""

    def __init__(self, book: KeyBook, clock: Clock) -> None:
        self._book = book
        self._clock = clock

    async def CreateKey(self, request: rpc.CreateKeyRequest, _: Any) -> rpc.CreateKeyResponse:
        wish = _wish(request, self._clock.now_s())
        once = once_of(request, owner_key(request.tenant_id, request.user_id), "CreateKey")
        made = await self._book.create(wish, once)
        key = str(made.spelled) if made.spelled is not None else ""
        return rpc.CreateKeyResponse(key=key, record=key_view(made.record))

    async def ListKeys(self, request: rpc.ListKeysRequest, _: Any) -> rpc.ListKeysResponse:
        page = await self._book.page(request.tenant_id, request.user_id, request.cursor, request.limit)
        return rpc.ListKeysResponse(keys=map(key_view, page.keys), next_cursor=page.next_cursor)

    async def RevokeKey(self, request: rpc.RevokeKeyRequest, _: Any) -> rpc.ApiKey:
        return key_view(await self._book.revoke(request.key_id, request.tenant_id, request.user_id, request.by))

    async def Identify(self, request: rpc.IdentifyRequest, _: Any) -> rpc.IdentifyResponse:
        found = await self._book.identify(request.key)
        if isinstance(found, Refusal):
            return rpc.IdentifyResponse(refusal=_REFUSALS[found])
        identity = rpc.Identity(
            tenant_id=found.tenant_id, user_id=found.user_id, scopes=found.scopes, key_id=found.key_id
        )
        _set(identity.expires_at, found.expires_at_s)
        return rpc.IdentifyResponse(identity=identity)


def _wish(request: rpc.CreateKeyRequest, now_s: float) -> Wish:
    """Raises `Refused`: key_invalid."""
    expires_at_s = request.expires_at.ToNanoseconds() / 1e9 if request.HasField("expires_at") else None
    if not request.tenant_id or not request.user_id:
        raise Refused("key_invalid", "A key needs a tenant and a user.")
    if max(len(request.tenant_id), len(request.user_id), len(request.by)) > _MAX_NAME_CHARS:
        raise Refused("key_invalid", f"Names have at most {_MAX_NAME_CHARS} characters.")
    if len(request.label) > _MAX_LABEL_CHARS:
        raise Refused("key_invalid", f"A label has at most {_MAX_LABEL_CHARS} characters.")
    if expires_at_s is not None and expires_at_s <= now_s:
        raise Refused("key_invalid", "expires_at lies in the past.")
    scopes = _scopes(request.scopes or USUAL_SCOPES)
    return Wish(request.tenant_id, request.user_id, scopes, request.label, expires_at_s, request.by)


def _scopes(asked: Iterable[str]) -> tuple[str, ...]:
    """Each once, in the order of `SCOPES`. Raises `Refused`: key_invalid."""
    for scope in asked:
        if scope not in SCOPES:
            raise Refused("key_invalid", f"{scope!r} is no scope; there are {', '.join(SCOPES)}.")
    return tuple(scope for scope in SCOPES if scope in asked)


def key_view(record: KeyRecord) -> rpc.ApiKey:
    view = rpc.ApiKey(
        key_id=record.key_id,
        tenant_id=record.tenant_id,
        user_id=record.user_id,
        scopes=record.scopes,
        label=record.label,
        created_at=timestamp(record.created_at_s),
        created_by=record.created_by,
        revoked_by=record.revoked_by,
    )
    _set(view.expires_at, record.expires_at_s)
    _set(view.last_used_at, record.last_used_at_s)
    _set(view.revoked_at, record.revoked_at_s)
    return view


def _set(field: Timestamp, time_s: float | None) -> None:
    """Fill in a time that is there; one that is not stays unset."""
    if time_s is not None:
        field.CopyFrom(timestamp(time_s))
