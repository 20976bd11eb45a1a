"""The caller as a dependency of routes, with the right that they need."""

from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from reelwright_gateway.identity.bearer import ACT_AS_HEADER
from reelwright_gateway.identity.caller import ADMIN, READ, WRITE, Caller, Identifier
from reelwright_gateway.identity.tickets import Tickets
from reelwright_gateway.problems import Problem
from reelwright_gateway.rate.limiter import RateLimiter, route_class

_SAYS = "An API key (rw_...), or a token of the server's OIDC issuer. A laptop's own server needs neither."

Ticket = Annotated[
    str | None,
    Query(
        max_length=4_096,
        description="Instead of the Authorization header, which an EventSource cannot send: from POST "
        "/v1/stream-tickets, good for one connection.",
    ),
]


class _Known(SecurityBase):
    """Whoever asks: identified, within the limits, and with the scope. A security scheme, so that OpenAPI tells of it.

    One dependency for all of that, since each costs every request.
    """

    def __init__(self, scope: str | None = None) -> None:
        self.model = HTTPBearer(description=_SAYS)
        self.scheme_name = "key"
        self._scope = scope

    async def __call__(self, request: Request) -> Caller:
        return _require(await identified(request), self._scope)


async def identified(request: Request) -> Caller:
    """Who sends the request: found out, and counted, once for each. Raises `Problem`."""
    known: Caller | None = getattr(request.state, "caller", None)
    if known is not None:
        return known
    identifier: Identifier = request.app.state.deps.identifier
    caller = await identifier.identify(request)
    limiter: RateLimiter | None = request.app.state.limiter
    if limiter is not None:
        route = route_class(request.method, str(getattr(request.scope.get("route"), "path", "")))
        request.state.rate = await limiter.pass_or_refuse(route, caller.tenant_id, caller.user_id)
    request.state.caller = caller
    return caller


def _require(caller: Caller, scope: str | None) -> Caller:
    if scope is not None and not caller.may(scope):
        raise Problem("not_permitted", f"This needs the scope {scope}.")
    return caller


class _Listening(_Known):
    """Who opens a stream: by a header or by a ticket."""

    async def __call__(self, request: Request, ticket: Ticket = None) -> Caller:
        if ticket is None:
            return await super().__call__(request)
        tickets: Tickets = request.app.state.tickets
        caller = await tickets.take(ticket)
        if ACT_AS_HEADER in request.headers:
            raise Problem("request_invalid", f"A ticket names its user: leave {ACT_AS_HEADER} out.")
        return _require(caller, self._scope)


CallerDep = Annotated[Caller, Depends(_Known())]
ReaderDep = Annotated[Caller, Depends(_Known(READ))]
WriterDep = Annotated[Caller, Depends(_Known(WRITE))]
ListenerDep = Annotated[Caller, Depends(_Listening(READ))]
AdminDep = Annotated[Caller, Depends(_Known(ADMIN))]
