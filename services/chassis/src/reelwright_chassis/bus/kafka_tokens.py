"""Tokens for OAUTHBEARER: asked for in a thread, kept until shortly before they end."""

import asyncio
import base64
import importlib
import inspect
import json
import time
import urllib.parse
import urllib.request
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast

from aiokafka.abc import AbstractTokenProvider
from aiokafka.errors import AuthenticationFailedError

from reelwright_chassis.bus.kafka_settings import KafkaSettings
from reelwright_chassis.errors import SettingsError

_ASK_S = 10.0
_USED_FOR = 0.8
"""The part of its life for which a token is used."""


@dataclass(frozen=True, slots=True)
class Token:
    value: str
    lifetime_s: float


Fetch = Callable[[], Awaitable[Token]]


class CachedTokens(AbstractTokenProvider):  # type: ignore[misc] # aiokafka is untyped
    """aiokafka asks for a token at each connection; a connection's own is not renewed before the broker closes it."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._token = ""
        self._until_s = float("-inf")
        self._asking = asyncio.Lock()

    async def token(self) -> str:
        """Raises aiokafka's AuthenticationFailedError, which its connections know how to end with."""
        async with self._asking:
            if time.monotonic() >= self._until_s:
                try:
                    token = await self._fetch()
                except Exception as error:
                    raise AuthenticationFailedError(f"no token: {type(error).__name__}: {error}") from error
                self._token, self._until_s = token.value, time.monotonic() + _USED_FOR * token.lifetime_s
            return self._token


def token_provider(settings: KafkaSettings) -> CachedTokens:
    """Raises `SettingsError` for a function that is not there."""
    match settings.token_provider:
        case "aws-msk-iam":
            return CachedTokens(lambda: asyncio.to_thread(_signed_by_aws, settings.aws_region))
        case "oauth":
            return CachedTokens(lambda: asyncio.to_thread(_exchanged, settings))
        case name:
            return CachedTokens(_named(name, settings.variable("token_provider")))


def _signed_by_aws(region: str) -> Token:
    """With the credentials that boto finds: of the pod, the instance or the environment."""
    # Brings boto3 with it: a second that nobody else should wait for.
    from aws_msk_iam_sasl_signer import MSKAuthTokenProvider  # noqa: PLC0415

    value, ends_ms = MSKAuthTokenProvider.generate_auth_token(region)
    return Token(value, ends_ms / 1000 - time.time())


def _exchanged(settings: KafkaSettings) -> Token:
    """RFC 6749, 4.4: the client's credentials for a token."""
    form = {"grant_type": "client_credentials"} | ({"scope": settings.oauth_scope} if settings.oauth_scope else {})
    quoted = [
        urllib.parse.quote(part, safe="")
        for part in (settings.oauth_client_id, settings.oauth_client_secret.get_secret_value())
    ]
    request = urllib.request.Request(  # noqa: S310 - the settings let http and https alone pass
        settings.oauth_token_url,
        data=urllib.parse.urlencode(form).encode(),
        headers={"Authorization": "Basic " + base64.b64encode(":".join(quoted).encode()).decode()},
    )
    with urllib.request.urlopen(request, timeout=_ASK_S) as answer:  # noqa: S310 - as above
        said = json.load(answer)
    return Token(str(said["access_token"]), float(said.get("expires_in", 300)))


def _named(name: str, variable: str) -> Fetch:
    """A function without arguments, sync or async, that returns the token and its lifetime in seconds."""
    module, _, attribute = name.partition(":")
    try:
        function = cast(Callable[[], Any], getattr(importlib.import_module(module), attribute))
    except (ImportError, AttributeError) as error:
        raise SettingsError(f"{variable}={name!r} cannot be imported: {error}. Correct it and start again.") from error

    async def fetch() -> Token:
        said = await function() if inspect.iscoroutinefunction(function) else await asyncio.to_thread(function)
        value, lifetime_s = said
        return Token(str(value), float(lifetime_s))

    return fetch
