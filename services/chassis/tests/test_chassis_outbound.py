"""Calls to URLs that users name: which addresses are called, and that nothing gets around it."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from parts.certificates import make_certificates

from reelwright_chassis.outbound import (
    AddressRefused,
    Allowed,
    TooLarge,
    check_url,
    guarded_client,
    is_public,
    read_at_most,
)

INWARD = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.254", "127.0.0.1", "127.8.8.8", "169.254.169.254",
    "172.16.0.1", "192.0.0.1", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
    "240.0.0.1", "255.255.255.255",
    "::", "::1", "fe80::1", "fe80::1%1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1", "2001::1",
    "2002:7f00:1::", "2002:808:808::", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:169.254.169.254",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]
HERE = Allowed(loopback=True)


@pytest.mark.parametrize("text", INWARD)
def test_no_address_of_our_own_nets_is_public(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_addresses_of_the_internet_are(text: str) -> None:
    assert is_public(ip_address(text))


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_the_same_in_every_spelling(address: IPv4Address) -> None:
    spelled = (IPv6Address(f"::ffff:{address}"), IPv6Address(int(IPv6Address("64:ff9b::")) + int(address)))
    assert {is_public(each) for each in spelled} == {is_public(address)}


@given(st.ip_addresses(v=6))
def test_nothing_outside_global_unicast_is_public(address: IPv6Address) -> None:
    embeds = address.ipv4_mapped is not None or address in ip_network("64:ff9b::/96")
    if is_public(address) and not embeds:
        assert address.exploded[0] in "23"


@given(st.ip_addresses(network="169.254.0.0/16") | st.ip_addresses(network="fc00::/7"))
def test_loopback_allowed_opens_nothing_else(address: IPv4Address | IPv6Address) -> None:
    assert not HERE.address(address)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "no URL"),
        ("example.com", "no URL"),
        ("https://", "no URL"),
        ("https://exa mple.com", "no URL"),
        ("https://[::1", "no URL"),
        ("https://example.com/" + "a" * 2000, "no URL"),
        ("https://user:secret@example.com", "no user"),
        ("https://example.com/#part", "fragment"),
        ("http://example.com", "https"),
        ("ftp://example.com", "https"),
        ("file:///etc/passwd", "no URL"),
        ("https://127.0.0.1", "public internet"),
        ("https://[::ffff:10.0.0.1]:8443/x", "public internet"),
        ("https://169.254.169.254/latest/meta-data", "public internet"),
    ],
)
def test_a_url_that_is_not_called_is_refused_by_its_letters(url: str, says: str) -> None:
    with pytest.raises(AddressRefused, match=says) as refused:
        check_url(url)
    assert "secret" not in str(refused.value)


def test_loopback_without_tls_only_where_it_was_allowed() -> None:
    assert check_url("http://127.0.0.1:9/x", HERE).port == 9
    with pytest.raises(AddressRefused, match="https"):
        check_url("http://127.0.0.1:9/x")
    with pytest.raises(AddressRefused, match="public internet"):
        check_url("http://10.0.0.1/x", HERE)


class Names:
    """A resolver that answers as it is told, each time the next; counts how often it was asked."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        if not self.answers:
            raise OSError("no such host")
        return self.answers.pop(0)


class Server:
    """Answers every request with `answer` and keeps the requests' heads."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.heads: list[str] = []
        self.port = 0

    async def hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(self.answer)
        await writer.drain()
        writer.close()


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


@asynccontextmanager
async def serving(answer: bytes = OK, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    server = Server(answer)
    listening = await asyncio.start_server(server.hear, "127.0.0.1", 0, ssl=tls)
    async with listening:
        server.port = listening.sockets[0].getsockname()[1]
        yield server


async def test_the_call_goes_to_the_address_that_was_judged_and_names_its_host() -> None:
    names = Names(["127.0.0.1"])
    async with serving() as server, guarded_client(HERE, timeout_s=30, resolve=names) as client:
        answer = await client.get(f"http://hooks.example:{server.port}/x?y=1")
    assert answer.text == "ok"
    assert names.asked == [("hooks.example", server.port)]
    assert f"Host: hooks.example:{server.port}" in server.heads[0]
    assert server.heads[0].startswith("GET /x?y=1 ")


async def test_a_name_that_points_elsewhere_the_second_time_is_looked_up_and_judged_again() -> None:
    """Rebinding: the answer that was judged is the one that is called, and each call judges anew."""
    names = Names(["127.0.0.1"], ["10.0.0.1"])
    async with serving() as server, guarded_client(HERE, timeout_s=30, resolve=names) as client:
        url = f"http://hooks.example:{server.port}/"
        assert (await client.get(url)).status_code == 200
        with pytest.raises(AddressRefused, match="public internet"):
            await client.get(url)
    assert len(server.heads) == 1
    assert len(names.asked) == 2


@pytest.mark.parametrize("inward", INWARD)
async def test_one_inward_address_among_a_names_addresses_is_enough(inward: str) -> None:
    async with guarded_client(Allowed(), timeout_s=30, resolve=Names(["8.8.8.8", inward])) as client:
        with pytest.raises(AddressRefused):
            await client.get("https://hooks.example/")


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "127.1", "localhost", "[::1]"])
async def test_the_systems_own_spellings_of_loopback_lead_nowhere(host: str) -> None:
    """The system's resolver, as in production: it reads 127.1 and 0x7f.1 as addresses."""
    async with serving() as server, guarded_client(Allowed(), timeout_s=30) as client:
        with pytest.raises((AddressRefused, httpx.ConnectError)):
            await client.get(f"https://{host}:{server.port}/")
    assert server.heads == []


async def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    async with serving(moved) as server, guarded_client(HERE, timeout_s=30) as client:
        answer = await client.get(f"http://127.0.0.1:{server.port}/")
    assert (answer.status_code, len(server.heads)) == (302, 1)


async def test_plain_http_reaches_no_name_of_the_internet_even_where_loopback_is_allowed() -> None:
    async with guarded_client(HERE, timeout_s=30, resolve=Names(["8.8.8.8"])) as client:
        with pytest.raises(AddressRefused, match="https"):
            await client.get("http://hooks.example/")


async def test_the_next_address_is_tried_when_nobody_listens_on_the_first() -> None:
    names = Names(["127.0.0.2", "127.0.0.1"])
    async with serving() as server, guarded_client(HERE, timeout_s=30, resolve=names) as client:
        answer = await client.post(f"http://hooks.example:{server.port}/", content=b"body")
    assert answer.status_code == 200


async def test_a_name_that_nobody_knows_is_a_connect_error() -> None:
    async with guarded_client(Allowed(), timeout_s=30, resolve=Names()) as client:
        with pytest.raises(httpx.ConnectError, match="not known"):
            await client.get("https://hooks.example/")


async def test_the_environments_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    async with serving() as server, guarded_client(HERE, timeout_s=30) as client:
        assert (await client.get(f"http://127.0.0.1:{server.port}/")).status_code == 200


async def test_the_certificate_must_be_the_names(tmp_path: Path) -> None:
    made = make_certificates(tmp_path)
    shown = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    shown.load_cert_chain(made.broker)
    trusted = ssl.create_default_context(cafile=str(made.authority))
    names = Names(["127.0.0.1"], ["127.0.0.1"])
    async with (
        serving(tls=shown) as server,
        guarded_client(HERE, timeout_s=30, resolve=names, verify=trusted) as client,
    ):
        assert (await client.get(f"https://localhost:{server.port}/")).status_code == 200
        with pytest.raises(httpx.ConnectError, match="certificate"):
            await client.get(f"https://hooks.example:{server.port}/")


async def test_a_body_is_held_only_up_to_its_bound() -> None:
    async with serving() as server, guarded_client(HERE, timeout_s=30) as client:
        url = f"http://127.0.0.1:{server.port}/"
        async with client.stream("GET", url) as answer:
            assert await read_at_most(answer, 2) == b"ok"
        async with client.stream("GET", url) as answer:
            with pytest.raises(TooLarge):
                await read_at_most(answer, 1)
