"""An OIDC issuer whose keys are read over HTTP, for services that are processes."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from apihouse import SETTINGS, Issuer
from openapi.answering import answering

_LIFETIME_S = 7_200


@dataclass(frozen=True, slots=True)
class ServedIssuer:
    """`url` is where its keys are."""

    issuer: Issuer
    url: str

    def env(self) -> dict[str, Any]:
        """What a gateway is told, with limits that a test does not reach."""
        named = {f"REELWRIGHT_GATEWAY_{name.upper()}": value for name, value in SETTINGS.items()}
        rates = {f"REELWRIGHT_GATEWAY_RATE_{kind}": "1000000/minute" for kind in ("READ", "WRITE", "CREATE", "STREAM")}
        identity = {"REELWRIGHT_GATEWAY_IDENTITY": "required", "REELWRIGHT_GATEWAY_OIDC_JWKS_URL": self.url}
        return {**named, **rates, **identity}

    def token(self) -> str:
        """An administrator's."""
        return self.issuer.token(sub="ann", groups=["admin"], exp=int(time.time()) + _LIFETIME_S)

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token()}"}


@contextmanager
def serving_keys() -> Iterator[ServedIssuer]:
    """On loopback, while the block lasts."""
    issuer = Issuer()
    with answering({"/jwks": (200, asyncio.run(issuer.read()))}) as url:
        yield ServedIssuer(issuer, f"{url}/jwks")
