"""API keys, told apart by the director, and remembered for a few seconds."""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass

from reelwright.rpc.v1 import keys_pb2 as rpc
from reelwright_chassis.clock import Clock
from reelwright_gateway.director import Director
from reelwright_gateway.identity.bearer import unauthenticated
from reelwright_gateway.identity.caller import Caller

KEY_PREFIX = "rw_"
_REMEMBERED = 10_000
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
    """Tells callers by their keys (rw_...), which are remembered by their hash alone."""

    def __init__(self, director: Director, clock: Clock, *, cache_s: float) -> None:
        self._director = director
        self._clock = clock
        self._cache_s = cache_s
        self._known: OrderedDict[bytes, _Remembered] = OrderedDict()

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
        caller = Caller(identity.tenant_id, identity.user_id, frozenset(identity.scopes), f"key {identity.key_id}")
        return _Remembered(caller, "", until_s)

    def _remember(self, name: bytes, known: _Remembered) -> None:
        self._known[name] = known
        self._known.move_to_end(name)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
