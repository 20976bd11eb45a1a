"""API keys, told apart by the director, and remembered for a few seconds."""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from reelwright.rpc.v1 import keys_pb2 as rpc
from reelwright_chassis.clock import Clock
from reelwright_gateway.director import Director
from reelwright_gateway.identity.caller import ACT_AS, READ, WRITE, Caller
from reelwright_gateway.problems import Problem

ACT_AS_HEADER = "Reelwright-User"
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="reelwright"'}
_REMEMBERED = 10_000
_MAX_USER_CHARS = 256
_REFUSALS = {
    rpc.KEY_REFUSAL_REVOKED: "This key was revoked.",
    rpc.KEY_REFUSAL_EXPIRED: "This key has expired.",
}


@dataclass(frozen=True, slots=True)
class _Remembered:
    caller: Caller | None
    detail: str
    until_s: float


class KeyIdentifier:
    """Implements `Identifier` by `Authorization: Bearer rw_...`. Keys are remembered by their hash alone."""

    def __init__(self, director: Director, clock: Clock, *, cache_s: float) -> None:
        self._director = director
        self._clock = clock
        self._cache_s = cache_s
        self._known: OrderedDict[bytes, _Remembered] = OrderedDict()

    async def identify(self, request: HTTPConnection) -> Caller:
        caller = await self.of_key(bearer(request))
        return acting(caller, request)

    async def of_key(self, key: str) -> Caller:
        """Raises `Problem`: not_authenticated."""
        name = hashlib.sha256(key.encode()).digest()
        known = self._known.get(name)
        if known is None or known.until_s <= self._clock.now_s():
            known = await self._ask(key)
            self._remember(name, known)
        if known.caller is None:
            raise unauthenticated(known.detail)
        return known.caller

    def forget(self) -> None:
        """A key was revoked here: ask again about all of them."""
        self._known.clear()

    async def _ask(self, key: str) -> _Remembered:
        answer = await self._director.call(self._director.keys.Identify, rpc.IdentifyRequest(key=key))
        until_s = self._clock.now_s() + self._cache_s
        if answer.WhichOneof("answer") != "identity":
            return _Remembered(None, _REFUSALS.get(answer.refusal, "This key is not known."), until_s)
        identity = answer.identity
        if identity.HasField("expires_at"):
            until_s = min(until_s, identity.expires_at.ToNanoseconds() / 1e9)
        caller = Caller(
            identity.tenant_id, identity.user_id, frozenset(identity.scopes), f"key:{identity.key_id}", identity.key_id
        )
        return _Remembered(caller, "", until_s)

    def _remember(self, name: bytes, known: _Remembered) -> None:
        self._known[name] = known
        self._known.move_to_end(name)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)


def bearer(request: HTTPConnection) -> str:
    """The token of the `Authorization` header. Raises `Problem`: not_authenticated."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise unauthenticated("The Authorization header has no bearer token.")
    return token.strip()


def unauthenticated(detail: str) -> Problem:
    return Problem("not_authenticated", detail, headers=_CHALLENGE)


def acting(caller: Caller, request: HTTPConnection) -> Caller:
    """The caller, or the user whom it acts for. Raises `Problem`: not_permitted, request_invalid."""
    user = request.headers.get(ACT_AS_HEADER)
    if user is None:
        return caller
    if not caller.may(ACT_AS):
        raise Problem("not_permitted", f"{ACT_AS_HEADER} needs the scope {ACT_AS}.")
    if not 0 < len(user) <= _MAX_USER_CHARS or not (user.isascii() and user.isprintable()) or "#" in user:
        raise Problem("request_invalid", f"{ACT_AS_HEADER} is no user's id.")
    scopes = frozenset(scope for scope in (READ, WRITE) if caller.may(scope))
    return Caller(caller.tenant_id, user, scopes, caller.by, caller.key_id)
