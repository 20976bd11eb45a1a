"""Calls to addresses that users name (webhooks, recordings to fetch): only ever to the public internet.

A name is looked up here, each address found is judged, and the connection goes to exactly the addresses judged: what
the name says a moment later (DNS rebinding) changes nothing. TLS still asks for the certificate of the name. Redirects
are not followed, proxies of the environment are not used, and no connection is kept for the next call.
"""

import asyncio
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpx

from reelwright_chassis.errors import ReelwrightError

LONGEST_URL = 2000
CONNECT_TIMEOUT_S = 10.0
IpAddress = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""(host, port) -> its addresses as text; raises OSError when there are none."""

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_HOST = re.compile(rb"[a-z0-9_.-]+")
_CHUNK_BYTES = 64 * 1024


class AddressRefused(ReelwrightError):
    """The URL leads where we do not call; the message says why and what to give instead, without the URL."""


class TooLarge(ReelwrightError):
    """The answer's body is longer than was asked for."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """Where calls may go. `loopback`: this machine too, and there without TLS; only for the embedded form and tests."""

    loopback: bool = False

    def address(self, address: IpAddress) -> bool:
        return is_public(address) or (self.loopback and _plain(address).is_loopback)


def is_public(address: IpAddress) -> bool:
    """Whether it belongs to the public internet: nothing private, shared, local, reserved, multicast or tunneled.

    The registries are IANA's special-purpose ones, as `ipaddress` knows them. An IPv4 address inside an IPv6 one
    (mapped, NAT64) is judged itself.
    """
    address = _plain(address)
    if isinstance(address, IPv4Address):
        return address.is_global and not (address.is_multicast or address.is_reserved)
    tunneled = address.sixtofour is not None or address.teredo is not None
    return address in _GLOBAL_UNICAST and address.is_global and not tunneled


def _plain(address: IpAddress) -> IpAddress:
    """The IPv4 address inside an IPv6 one, where it is only another spelling of it."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else address


def check_url(text: str, allowed: Allowed = Allowed()) -> httpx.URL:
    """The URL, if it may be called as far as its letters tell; its name is looked up only by the call itself.

    Raises `AddressRefused`.
    """
    try:
        url = httpx.URL(text) if len(text) <= LONGEST_URL else None
    except (httpx.InvalidURL, ValueError):
        url = None
    if url is None or (_literal(url) is None and not _HOST.fullmatch(url.raw_host)):
        raise AddressRefused(
            f"This is no URL; give one like https://example.com/path of up to {LONGEST_URL} characters."
        )
    if url.userinfo or url.fragment:
        raise AddressRefused("The URL must have no user, no password and no #fragment; leave them out.")
    if url.scheme != "https" and not (url.scheme == "http" and allowed.loopback):
        raise AddressRefused("Only https is called; give a URL that starts with https://.")
    literal = _literal(url)
    if literal is not None and not allowed.address(literal):
        raise AddressRefused(_NOT_PUBLIC)
    return url


_NOT_PUBLIC = "The host has an address that is not on the public internet; give a host that can be reached from there."


def _literal(url: httpx.URL) -> IpAddress | None:
    try:
        return ip_address(url.host)
    except ValueError:
        return None


async def look_up(host: str, port: int) -> Sequence[str]:
    """Every address of the host, by the system's resolver, in the order of its preference."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class GuardedTransport(httpx.AsyncBaseTransport):
    """Looks the host up, refuses it when one of its addresses may not be called, and connects to those addresses.

    Raises `AddressRefused` beside what httpx raises.
    """

    def __init__(self, allowed: Allowed, *, resolve: Resolve = look_up, verify: bool | ssl.SSLContext = True) -> None:
        self._allowed = allowed
        self._resolve = resolve
        # None is kept: a kept connection belongs to an address, and another name may have led there.
        self._inner = httpx.AsyncHTTPTransport(verify=verify, limits=httpx.Limits(max_keepalive_connections=0))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        check_url(str(request.url), self._allowed)
        addresses = await self._addresses(request)
        if request.url.scheme != "https" and not all(_plain(address).is_loopback for address in addresses):
            raise AddressRefused("Only https is called; give a URL that starts with https://.")
        for address in addresses[:-1]:
            try:
                return await self._inner.handle_async_request(_aimed(request, address))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue  # nothing was sent: the next address may answer
        return await self._inner.handle_async_request(_aimed(request, addresses[-1]))

    async def _addresses(self, request: httpx.Request) -> list[IpAddress]:
        url, timeout_s = request.url, request.extensions.get("timeout", {}).get("connect")
        try:
            async with asyncio.timeout(timeout_s):
                found = await self._resolve(url.raw_host.decode("ascii"), url.port or _PORTS[url.scheme])
        except TimeoutError as error:
            raise httpx.ConnectTimeout("the host's name was not resolved in time", request=request) from error
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError("the host's name is not known", request=request) from error
        addresses = [ip_address(text) for text in found]
        if not addresses:
            raise httpx.ConnectError("the host's name has no address", request=request)
        if not all(map(self._allowed.address, addresses)):
            raise AddressRefused(_NOT_PUBLIC)
        return addresses

    async def aclose(self) -> None:
        await self._inner.aclose()


_PORTS = {"https": 443, "http": 80}


def _aimed(request: httpx.Request, address: IpAddress) -> httpx.Request:
    """The same request, to this address; its Host header and its certificate's name stay the URL's."""
    url = request.url
    return httpx.Request(
        request.method,
        url.copy_with(host=str(address)),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": url.raw_host.decode("ascii")},
    )


def guarded_client(
    allowed: Allowed,
    *,
    timeout_s: float,
    resolve: Resolve = look_up,
    verify: bool | ssl.SSLContext = True,
) -> httpx.AsyncClient:
    """A client for URLs that users name. `timeout_s` bounds each wait; bound the whole call by `asyncio.timeout`.

    Its calls raise `AddressRefused` beside what httpx raises. A redirect is an answer like any other.
    """
    return httpx.AsyncClient(
        transport=GuardedTransport(allowed, resolve=resolve, verify=verify),
        timeout=httpx.Timeout(timeout_s, connect=min(timeout_s, CONNECT_TIMEOUT_S)),
        follow_redirects=False,
        trust_env=False,
    )


async def read_at_most(response: httpx.Response, size_bytes: int) -> bytes:
    """The body of a streamed answer. Raises `TooLarge` once it is longer; no more than that is held."""
    held = bytearray()
    async for chunk in response.aiter_raw(_CHUNK_BYTES):
        held += chunk
        if len(held) > size_bytes:
            raise TooLarge(f"the answer is longer than {size_bytes} bytes")
    return bytes(held)
