"""Whoever sends a request."""

from dataclasses import dataclass
from typing import Protocol

from starlette.requests import HTTPConnection

from reelwright.rpc.v1 import project_pb2 as rpc

READ, WRITE, ACT_AS, ADMIN = "projects:read", "projects:write", "act_as", "admin"
ALL_SCOPES = frozenset({READ, WRITE, ACT_AS, ADMIN})
_MAX_NAME_CHARS = 256


def is_name(text: str) -> bool:
    """Whether this can be a tenant's or a user's id: "#" separates the two in keys of tables."""
    return 0 < len(text) <= _MAX_NAME_CHARS and text.isascii() and text.isprintable() and "#" not in text


@dataclass(frozen=True, slots=True)
class Caller:
    """`user_id` is whose projects these are; `by` who really asks, which differs for a key that acts for others."""

    tenant_id: str
    user_id: str
    scopes: frozenset[str]
    by: str

    @property
    def is_admin(self) -> bool:
        """Sees all of its tenant."""
        return ADMIN in self.scopes

    @property
    def rpc(self) -> rpc.Caller:
        by = self.by if self.by != self.user_id else ""
        return rpc.Caller(tenant_id=self.tenant_id, user_id=self.user_id, whole_tenant=self.is_admin, by=by)

    def may(self, scope: str) -> bool:
        return scope in self.scopes or self.is_admin


class Identifier(Protocol):
    """Tells who sends a request."""

    async def identify(self, request: HTTPConnection) -> Caller:
        """Raises `Problem`: not_authenticated, not_permitted; `Unavailable`."""

    def forget(self) -> None:
        """A key was revoked here: answer from no memory."""
