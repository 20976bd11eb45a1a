"""Fetches a result from the provider's store to a local file, and makes sure that it is what was bought."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from reelwright_chassis.errors import ReelwrightError
from reelwright_chassis.processes import ProcessCrashed
from reelwright_kling_gateway.client.order import Product
from reelwright_kling_gateway.probe import MediaFacts, NotMedia

Probe = Callable[[Path], Awaitable[MediaFacts]]
"""`probe.probe`, called where a crash does no harm."""

SIZE_LIMIT_BYTES = 400_000_000
"""A 15 s clip in 4k has about 60 MB; this only stops a runaway."""
_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
_FETCH_S = 600.0
_PROBE_S = 120.0
_SUFFIXES = {"video/mp4": "mp4", "image/jpeg": "jpg", "image/png": "png"}
_CONTENT = {Product.CLIP: ("video/mp4",), Product.STILL: ("image/jpeg", "image/png")}


class NoResult(ReelwrightError):
    """This address does not give the result: expired, gone, cut off, or something else lies there."""


class Unreachable(ReelwrightError):
    """The provider's store did not answer; it may do so later."""


@dataclass(frozen=True, slots=True)
class Media:
    """A checked local file; `suffix` without a dot."""

    path: Path
    facts: MediaFacts

    @property
    def suffix(self) -> str:
        return _SUFFIXES[self.facts.content_type]


async def download(client: httpx.AsyncClient, probe: Probe, url: str, product: Product, folder: Path) -> Media:
    """Stream `url` to a file in `folder` and look into it. No credential is sent: the address itself is signed.

    Raises `NoResult` and `Unreachable`.
    """
    path = folder / f"{product}.download"
    try:
        async with asyncio.timeout(_FETCH_S):
            await _stream(client, url, path)
    except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
        raise NoResult("the result's address is malformed") from error
    except (httpx.TransportError, TimeoutError) as error:
        raise Unreachable("the result could not be fetched") from error
    facts = await _look_into(path, probe)
    if facts.content_type not in _CONTENT[product]:
        raise NoResult(f"a {facts.content_type} was delivered as a {product}")
    return Media(path, facts)


async def _stream(client: httpx.AsyncClient, url: str, path: Path) -> None:
    async with client.stream("GET", url, timeout=_TIMEOUT, follow_redirects=True) as response:
        if response.status_code >= 500 or response.status_code == 429:
            raise Unreachable(f"the result's address answers {response.status_code}")
        if not response.is_success:
            raise NoResult(f"the result's address answers {response.status_code}")
        size_bytes = 0
        with path.open("wb") as file:
            async for chunk in response.aiter_bytes(1 << 20):
                size_bytes += len(chunk)
                if size_bytes > SIZE_LIMIT_BYTES:
                    raise NoResult("the result is far larger than any clip")
                await asyncio.to_thread(file.write, chunk)


async def _look_into(path: Path, probe: Probe) -> MediaFacts:
    try:
        async with asyncio.timeout(_PROBE_S):
            return await probe(path)
    except NotMedia as error:
        raise NoResult(f"the result is no whole clip or picture: {error}") from error
    except (ProcessCrashed, TimeoutError) as error:
        raise NoResult("the result cannot be decoded") from error
