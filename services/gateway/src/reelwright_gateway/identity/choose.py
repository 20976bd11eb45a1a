"""Which way callers are told apart, by the settings."""

from functools import partial

from starlette.requests import HTTPConnection

from reelwright_chassis.clock import Clock
from reelwright_chassis.errors import SettingsError
from reelwright_gateway.director import Director
from reelwright_gateway.identity.bearer import acting, bearer
from reelwright_gateway.identity.caller import Caller, Identifier
from reelwright_gateway.identity.jwks import Jwks, ReadJwks, read_keys
from reelwright_gateway.identity.keys import KEY_PREFIX, KeyIdentifier
from reelwright_gateway.identity.local import LocalIdentifier
from reelwright_gateway.identity.tokens import TokenIdentifier
from reelwright_gateway.settings import GatewaySettings, listed


class BearerIdentifier:
    """Implements `Identifier`: an API key by its beginning, anything else as a token of the issuer."""

    def __init__(self, keys: KeyIdentifier, tokens: TokenIdentifier | None) -> None:
        self._keys = keys
        self._tokens = tokens

    async def identify(self, request: HTTPConnection) -> Caller:
        shown = bearer(request)
        if self._tokens is None or shown.startswith(KEY_PREFIX):
            return acting(await self._keys.of_key(shown), request)
        return acting(await self._tokens.of_token(shown), request)

    def forget(self) -> None:
        self._keys.forget()


def identifier(
    settings: GatewaySettings, director: Director, clock: Clock, read_jwks: ReadJwks | None = None
) -> Identifier:
    """`read_jwks` reads the issuer's keys; by default over the network. Raises `SettingsError`."""
    if settings.identity == "none":
        return LocalIdentifier(frozenset(listed(settings.cors_origins)))
    keys = KeyIdentifier(director, clock, cache_s=settings.key_cache_s)
    if not settings.oidc_issuer:
        return BearerIdentifier(keys, None)
    if not settings.oidc_audience:
        raise SettingsError("REELWRIGHT_GATEWAY_OIDC_AUDIENCE is not set: without it any token of the issuer would do.")
    read = read_jwks or partial(read_keys, settings.oidc_issuer, settings.oidc_jwks_url)
    jwks = Jwks(read, clock, age_s=settings.oidc_jwks_age_s)
    return BearerIdentifier(keys, TokenIdentifier(settings, jwks, clock))
