"""The `Authorization` header, and acting for users."""

from starlette.requests import HTTPConnection

from reelwright_gateway.identity.caller import ACT_AS, READ, WRITE, Caller, is_name
from reelwright_gateway.problems import Problem

ACT_AS_HEADER = "Reelwright-User"
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="reelwright"'}


def bearer(request: HTTPConnection) -> str:
    """The token of the `Authorization` header. Raises `Problem`: not_authenticated."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise unauthenticated("The Authorization header has no bearer token.")
    return token.strip()


def unauthenticated(says: str) -> Problem:
    return Problem("not_authenticated", says, headers=_CHALLENGE)


def acting(caller: Caller, request: HTTPConnection) -> Caller:
    """The caller, or the user whom it acts for. Raises `Problem`: not_permitted, request_invalid."""
    user = request.headers.get(ACT_AS_HEADER)
    if user is None:
        return caller
    if not caller.may(ACT_AS):
        raise Problem("not_permitted", f"{ACT_AS_HEADER} needs the scope {ACT_AS}.")
    if not is_name(user):
        raise Problem("request_invalid", f"{ACT_AS_HEADER} is no user's id.")
    scopes = frozenset(scope for scope in (READ, WRITE) if caller.may(scope))
    return Caller(caller.tenant_id, user, scopes, caller.by)
