"""Whoever sends a request."""

from dataclasses import dataclass
from typing import Protocol

from starlette.requests import HTTPConnection

from reelwright.rpc.v1 import project_pb2 as rpc

READ, WRITE, ACT_AS, ADMIN = "projects:read", "projects:write", "act_as", "admin"
ALL_SCOPES = frozenset({READ, WRITE, ACT_AS, ADMIN})


@dataclass(frozen=True, slots=True)
class Caller:
    """`user_id` is whose projects these are; `by` who really asks, which differs for a key that acts for others."""

    tenant_id: str
    user_id: str
    scopes: frozenset[str]
    by: str
    key_id: str = ""

    @property
    def rpc(self) -> rpc.Caller:
        return rpc.Caller(tenant_id=self.tenant_id, user_id=self.user_id)

    def may(self, scope: str) -> bool:
        return scope in self.scopes or ADMIN in self.scopes


class Identifier(Protocol):
    """Tells who sends a request."""

    async def identify(self, request: HTTPConnection) -> Caller:
        """Raises `Problem`: not_authenticated, not_permitted."""
