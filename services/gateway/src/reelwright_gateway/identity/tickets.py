"""Tickets for streams: an `EventSource` cannot send a token, so it shows one of these in its address, once."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jwt
import jwt.types
from limits import RateLimitItemPerSecond
from limits.aio.strategies import MovingWindowRateLimiter

from reelwright_chassis.clock import Clock
from reelwright_chassis.ids import new_id
from reelwright_gateway.identity.bearer import unauthenticated
from reelwright_gateway.identity.caller import Caller
from reelwright_gateway.rate.counters import Counters
from reelwright_gateway.settings import GatewaySettings

_ALGORITHM = "HS256"
_AUDIENCE = "stream"
LIFETIME_S = 60
_ONCE = RateLimitItemPerSecond(1, 2 * LIFETIME_S)


@dataclass(frozen=True, slots=True)
class Ticket:
    text: str
    expires_at: datetime


class Tickets:
    """Made and taken by any replica. Replicas know through Valkey that one was used; without it each for itself."""

    def __init__(self, settings: GatewaySettings, clock: Clock) -> None:
        self._secret = settings.secret
        self._clock = clock
        self._used = Counters(MovingWindowRateLimiter, settings.rate_valkey_url, clock)

    def make(self, caller: Caller) -> Ticket:
        expires_at_s = int(self._clock.now_s()) + LIFETIME_S
        claims = {
            "aud": _AUDIENCE,
            "exp": expires_at_s,
            "jti": new_id(),
            "t": caller.tenant_id,
            "u": caller.user_id,
            "s": sorted(caller.scopes),
            "b": caller.by,
        }
        text = jwt.encode(claims, self._secret.get_secret_value(), _ALGORITHM)
        return Ticket(text, datetime.fromtimestamp(expires_at_s, UTC))

    async def take(self, text: str) -> Caller:
        """Whose it is. Raises `Problem`: not_authenticated, also the second time."""
        claims = self._claims(text)
        if claims["exp"] <= self._clock.now_s():
            raise unauthenticated("The ticket has expired.")
        name = str(claims["jti"])
        if not await self._used.ask(lambda counter: counter.hit(_ONCE, _AUDIENCE, name)):
            raise unauthenticated("The ticket was used before.")
        return Caller(claims["t"], claims["u"], frozenset(claims["s"]), claims["b"])

    async def close(self) -> None:
        await self._used.close()

    def _claims(self, text: str) -> dict[str, Any]:
        # By our own clock, above.
        options: jwt.types.Options = {"require": ["exp", "jti", "t", "u", "s", "b"], "verify_exp": False}
        try:
            claims: dict[str, Any] = jwt.decode(
                text, self._secret.get_secret_value(), [_ALGORITHM], options=options, audience=_AUDIENCE
            )
        except jwt.InvalidTokenError:
            raise unauthenticated("The ticket is not valid.") from None
        return claims
