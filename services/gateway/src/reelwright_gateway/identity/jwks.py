"""An issuer's public keys: read when needed, read again when they are old or a new one is named."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx
import jwt

from reelwright_chassis.clock import Clock
from reelwright_chassis.errors import Unavailable
from reelwright_chassis.logs import get_logger

log = get_logger(__name__)

_TIMEOUT_S = 5.0
_AGAIN_S = 10.0
"""Unknown key ids have the keys read again no more often: anybody can make up a key id."""


ReadJwks = Callable[[], Awaitable[Mapping[str, Any]]]


class Jwks:
    """Keys by their id. While the issuer is away, the keys that are known stay good."""

    def __init__(self, read: ReadJwks, clock: Clock, *, age_s: float) -> None:
        self._read = read
        self._clock = clock
        self._age_s = age_s
        self._keys: dict[str, jwt.PyJWK] = {}
        self._tried_at_s = float("-inf")
        self._read_at_s = float("-inf")
        self._reading: asyncio.Task[None] | None = None

    async def key(self, key_id: str) -> jwt.PyJWK | None:
        """None when the issuer has no such key. Raises `Unavailable` when its keys were never read."""
        if self._is_due(key_id):
            await self._refreshed()
        return self._keys.get(key_id)

    async def _refreshed(self) -> None:
        """One reading, for all who come while it lasts."""
        if self._reading is None:
            self._reading = asyncio.create_task(self._refresh())
            self._reading.add_done_callback(self._ended)
        await asyncio.shield(self._reading)

    def _ended(self, reading: "asyncio.Task[None]") -> None:
        self._reading = None
        if not reading.cancelled():
            reading.exception()  # seen, also where nobody waits for it any more

    def _is_due(self, key_id: str) -> bool:
        now_s = self._clock.monotonic_s()
        wanted = key_id not in self._keys or now_s - self._read_at_s > self._age_s
        return wanted and now_s - self._tried_at_s > _AGAIN_S

    async def _refresh(self) -> None:
        try:
            read = await self._read()
            self._keys = {key.key_id: key for key in jwt.PyJWKSet.from_dict(dict(read)).keys if key.key_id}
        except (httpx.HTTPError, jwt.PyJWKSetError, ValueError, TypeError, KeyError) as error:
            log.warning("jwks_unreadable", error=type(error).__name__)
            if not self._keys:
                raise Unavailable("the issuer's keys cannot be read") from error
        else:
            self._read_at_s = self._clock.monotonic_s()
        self._tried_at_s = self._clock.monotonic_s()


async def read_keys(issuer: str, url: str) -> Mapping[str, Any]:
    """The issuer's key set, from `url` or from where its configuration says. Raises `httpx.HTTPError`, ValueError."""
    async with httpx.AsyncClient(timeout=_TIMEOUT_S, follow_redirects=False) as client:
        if not url:
            found = await _json(client, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            url = str(found["jwks_uri"])
        return await _json(client, url)


async def _json(client: httpx.AsyncClient, url: str) -> dict[str, Any]:
    answer = await client.get(url)
    answer.raise_for_status()
    told: dict[str, Any] = answer.json()
    return told
