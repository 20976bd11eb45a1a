"""The caller as a dependency of routes, with the right that they need."""

from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.security import HTTPBearer

from reelwright_gateway.identity.caller import ADMIN, READ, WRITE, Caller, Identifier
from reelwright_gateway.identity.tickets import Tickets
from reelwright_gateway.problems import Problem
from reelwright_gateway.rate.limiter import RateLimiter, route_class

# Says in the OpenAPI how to authenticate; who it is, the identifier finds out.
_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="key",
    description="An API key (rw_...), or a token of the server's OIDC issuer. A laptop's own server needs neither.",
)


async def _caller(request: Request, _: Annotated[object, Depends(_bearer)]) -> Caller:
    """Identified, and within the limits."""
    identifier: Identifier = request.app.state.deps.identifier
    caller = await identifier.identify(request)
    limiter: RateLimiter | None = request.app.state.limiter
    if limiter is not None:
        route = route_class(request.method, str(getattr(request.scope.get("route"), "path", "")))
        request.state.rate = await limiter.pass_or_refuse(route, caller.tenant_id, caller.user_id)
    return caller


CallerDep = Annotated[Caller, Depends(_caller)]


def _require(caller: Caller, scope: str) -> Caller:
    if not caller.may(scope):
        raise Problem("not_permitted", f"This needs the scope {scope}.")
    return caller


async def _listener(
    request: Request,
    bearing: Annotated[object, Depends(_bearer)],
    ticket: Annotated[
        str | None,
        Query(
            max_length=4_096,
            description="Instead of the Authorization header, which an EventSource cannot send: from POST "
            "/v1/stream-tickets, good for one connection.",
        ),
    ] = None,
) -> Caller:
    """Who opens a stream."""
    if ticket is None:
        return await _reader(await _caller(request, bearing))
    tickets: Tickets = request.app.state.tickets
    return _require(await tickets.take(ticket), READ)


async def _reader(caller: CallerDep) -> Caller:
    return _require(caller, READ)


async def _writer(caller: CallerDep) -> Caller:
    return _require(caller, WRITE)


async def _admin(caller: CallerDep) -> Caller:
    return _require(caller, ADMIN)


ReaderDep = Annotated[Caller, Depends(_reader)]
WriterDep = Annotated[Caller, Depends(_writer)]
ListenerDep = Annotated[Caller, Depends(_listener)]
AdminDep = Annotated[Caller, Depends(_admin)]
