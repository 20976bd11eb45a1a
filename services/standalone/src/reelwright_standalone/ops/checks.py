"""The looks of `reelwright ops check`, by part. Each raises `SettingsError` or `Unavailable` where it cannot look."""

# ruff: noqa: PLC0415  # a part's libraries are imported by whoever looks at it

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

import grpc.aio
import httpx

from reelwright.rpc.v1 import keys_pb2
from reelwright_chassis.errors import SettingsError, Unavailable
from reelwright_chassis.findings import Finding
from reelwright_chassis.rpc import call, connect
from reelwright_standalone.ops.desk import Desk
from reelwright_standalone.ops.settings import OpsSettings

Look = Callable[[], Awaitable[Sequence[Finding]]]

_ANSWER_S = 10.0
_ISSUER = "REELWRIGHT_GATEWAY_OIDC_ISSUER"
_JWKS = "REELWRIGHT_GATEWAY_OIDC_JWKS_URL"


async def _broker() -> Sequence[Finding]:
    """The broker and its topics."""
    from reelwright_chassis.bus.kafka_check import check_broker
    from reelwright_chassis.bus.kafka_settings import KafkaSettings

    return await check_broker(KafkaSettings.load())


async def _tables() -> Sequence[Finding]:
    from reelwright_chassis.store.dynamo_check import check_tables
    from reelwright_chassis.store.dynamo_settings import DynamoSettings
    from reelwright_standalone.ops.declared import all_tables

    return await check_tables(DynamoSettings.load(), all_tables())


async def _bucket() -> Sequence[Finding]:
    from reelwright_chassis.blobs.s3_check import check_bucket
    from reelwright_chassis.blobs.s3_settings import S3Settings

    return await check_bucket(S3Settings.load())


async def _director() -> Sequence[Finding]:
    """It answers, and knows API keys: nothing is asked that changes anything."""
    settings = OpsSettings.load()
    if not settings.director_address:
        raise SettingsError("REELWRIGHT_DIRECTOR_ADDRESS is not set.")
    async with connect(settings.director_address) as channel:
        began_s = time.monotonic()
        try:
            await _reach(channel, settings)
        except Unavailable as error:
            remedy = "See that it runs and is ready; correct REELWRIGHT_DIRECTOR_ADDRESS."
            return [Finding("director", settings.director_address, ok=False, said=str(error), remedy=remedy)]
        took_ms = (time.monotonic() - began_s) * 1000
    return [Finding("director", settings.director_address, ok=True, said=f"answers in {took_ms:.0f} ms")]


async def _reach(channel: grpc.aio.Channel, settings: OpsSettings) -> None:
    """Raises `Unavailable`."""
    try:
        async with asyncio.timeout(_ANSWER_S):
            await channel.channel_ready()
    except TimeoutError:
        raise Unavailable(f"nobody answers within {_ANSWER_S:.0f} s") from None
    await call(Desk.at(channel, settings).keys.Identify, keys_pb2.IdentifyRequest())


async def _identity() -> Sequence[Finding]:
    """The issuer of users' tokens, where there is one; API keys need none."""
    issuer = os.environ.get(_ISSUER, "")
    if not issuer:
        return [Finding("identity", "API keys", ok=True, said="no issuer is set; API keys alone")]
    url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    try:
        async with httpx.AsyncClient(timeout=_ANSWER_S, follow_redirects=True) as client:
            told = {"issuer": issuer, "jwks_uri": os.environ.get(_JWKS, "")}
            if not told["jwks_uri"]:
                told = (await client.get(url)).raise_for_status().json()
            keys = (await client.get(told["jwks_uri"])).raise_for_status().json()["keys"]
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
        said = f"no answer that can be used from {os.environ.get(_JWKS) or url}: {type(error).__name__}"
        remedy = f"Correct {_ISSUER} (and {_JWKS}, if set), or open the way to it."
        return [Finding("identity", issuer, ok=False, said=said, remedy=remedy)]
    if told.get("issuer") != issuer:
        said = f"it calls itself {told.get('issuer')!r}: every token would be refused"
        return [Finding("identity", issuer, ok=False, said=said, remedy=f"Set {_ISSUER} to what it calls itself.")]
    return [Finding("identity", issuer, ok=True, said=f"reached, {len(keys)} signing keys")]


_PROVIDERS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "REELWRIGHT_KLING_PROVIDER": {"kling": ("KLING_API_KEY", "REELWRIGHT_KLING_API_KEY"), "sim": ()},
    "REELWRIGHT_PLANNER_PROVIDER": {"openai": ("OPENAI_API_KEY",), "extractive": ()},
    "REELWRIGHT_TRANSCRIPTION_ENGINE": {"openai": ("OPENAI_API_KEY",), "local": ()},
}
"""Who may be named, and which keys they are paid through, any one of them."""


async def _keys() -> Sequence[Finding]:
    """Providers' keys, where a provider is named in this environment. They are not tried out: that may cost money."""
    found = [_key(variable, os.environ[variable]) for variable in _PROVIDERS if os.environ.get(variable)]
    return found or [Finding("keys", "providers", ok=True, said="no provider is named in this environment")]


def _key(variable: str, provider: str) -> Finding:
    keys = _PROVIDERS[variable].get(provider)
    if keys is None:
        names = " or ".join(_PROVIDERS[variable])
        return Finding("keys", variable, ok=False, said=f"{provider!r} is no provider", remedy=f"Set it to {names}.")
    if not keys:
        return Finding("keys", variable, ok=True, said=f"{provider}: needs no key")
    there = next((key for key in keys if os.environ.get(key)), None)
    if there is None:
        said = f"{provider}, and {keys[0]} is not set"
        return Finding("keys", variable, ok=False, said=said, remedy=f"Set {keys[0]}.")
    return Finding("keys", variable, ok=True, said=f"{provider}, with {there}")


CHECKS: Mapping[str, Look] = {
    "broker": _broker,
    "tables": _tables,
    "bucket": _bucket,
    "director": _director,
    "identity": _identity,
    "keys": _keys,
}
