"""No identity: one person, one machine. Pages of other origins, and names that lead here by trickery, are kept out."""

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from reelwright_gateway.identity.caller import ALL_SCOPES, Caller
from reelwright_gateway.problems import Problem

LOCAL = Caller(tenant_id="local", user_id="local", scopes=ALL_SCOPES, by="local")
_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})


def is_loopback(host: str) -> bool:
    """Whether a server on this address is reached from this machine alone."""
    return host in {"localhost", "::1"} or host.startswith("127.")


class LocalIdentifier:
    """Implements `Identifier`: everybody is `LOCAL`.

    A name in `Host` that is not this machine's is how a page elsewhere gets here by DNS rebinding; an `Origin` that is
    not ours is a page elsewhere. `origins` are those that were allowed.
    """

    def __init__(self, origins: frozenset[str] = frozenset()) -> None:
        self._origins = origins

    async def identify(self, request: HTTPConnection) -> Caller:
        host, origin = request.headers.get("host", ""), request.headers.get("origin")
        if not is_own(urlsplit(f"//{host}").hostname):
            raise Problem("origin_refused")
        if origin is not None and origin not in self._origins and urlsplit(origin).netloc != host:
            raise Problem("origin_refused")
        return LOCAL

    def forget(self) -> None:
        """Nothing is remembered."""


def is_own(name: str | None) -> bool:
    return name is not None and (name in _NAMES or is_loopback(name))
