"""Addresses to listen on, as `HOST:PORT`."""

from typing import Annotated, NamedTuple

from pydantic import AfterValidator


class HostPort(NamedTuple):
    host: str
    port: int


def split_address(address: str) -> HostPort:
    """The two halves of "HOST:PORT" or "[IPV6]:PORT". Raises ValueError."""
    host, colon, port = address.rpartition(":")
    if not (host and colon and port.isascii() and port.isdigit() and int(port) <= 65_535):
        raise ValueError("it must be HOST:PORT, as 127.0.0.1:8081 or 0.0.0.0:8081")
    return HostPort(host.removeprefix("[").removesuffix("]"), int(port))


def _checked(address: str) -> str:
    split_address(address)
    return address


ListenAddress = Annotated[str, AfterValidator(_checked)]
"""A setting that names where to listen. Port 0 takes a free one."""
