"""API keys: how one is spelled, what is remembered of it, and whether it still opens anything. Pure.

A key is `rw_<key_id>_<secret>`. The secret holds 256 bits of chance, so nobody guesses it from its hash: a plain
SHA-256 is all that it needs. Slow hashes (bcrypt, argon2) are for what people think up, and would cost each request a
tenth of a second. Hashes are compared in constant time.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from reelwright_chassis.ids import new_id
from reelwright_chassis.store.port import Value
from reelwright_director.codec import SCHEMA_VERSION
from reelwright_director.expect import number, typed
from reelwright_director.policy import DAY_S

KEPT_S = 90 * DAY_S
"""How long a revoked or expired key is still known as such."""
SCOPES = ("projects:read", "projects:write", "act_as", "admin")
USUAL_SCOPES = ("projects:read", "projects:write")
LISTED = "key"
_SECRET_BYTES = 32
_SPELLING = re.compile(r"rw_([0-9a-z]{26})_([0-9a-f]{64})", re.ASCII)


class Refusal(StrEnum):
    """Why a key identifies nobody."""

    UNKNOWN = "unknown"
    REVOKED = "revoked"
    EXPIRED = "expired"


class Spelled(NamedTuple):
    key_id: str
    secret: str

    def __str__(self) -> str:
        return f"rw_{self.key_id}_{self.secret}"


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """What is remembered of a key. Times are Unix seconds."""

    key_id: str
    secret_sha256: bytes
    tenant_id: str
    user_id: str
    scopes: tuple[str, ...]
    label: str
    created_at_s: float
    created_by: str
    expires_at_s: float | None = None
    last_used_at_s: float | None = None
    revoked_at_s: float | None = None
    revoked_by: str = ""
    version: int = 1


def new_key() -> Spelled:
    return Spelled(new_id().lower(), secrets.token_hex(_SECRET_BYTES))


def read_key(text: str) -> Spelled | None:
    """The two halves of a key; None for what is spelled like none."""
    found = _SPELLING.fullmatch(text.strip())
    return Spelled(found[1], found[2]) if found else None


def secret_hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def refusal(record: KeyRecord, secret: str, now_s: float) -> Refusal | None:
    """Why this key opens nothing; None when it does. Only who has the whole key learns what became of it."""
    if not hmac.compare_digest(record.secret_sha256, secret_hash(secret)):
        return Refusal.UNKNOWN
    if record.revoked_at_s is not None:
        return Refusal.REVOKED
    if record.expires_at_s is not None and record.expires_at_s <= now_s:
        return Refusal.EXPIRED
    return None


def key_item(record: KeyRecord) -> dict[str, Value]:
    """The item of `api-keys`. What does not apply is left out."""
    item: dict[str, Value] = {
        "key_id": record.key_id,
        "schema_version": SCHEMA_VERSION,
        "version": record.version,
        "listed": LISTED,
        "tenant_id": record.tenant_id,
        "user_id": record.user_id,
        "secret_sha256": record.secret_sha256,
        "scopes": list(record.scopes),
        "label": record.label,
        "created_at": record.created_at_s,
        "created_by": record.created_by,
        "revoked_by": record.revoked_by,
    }
    times = {
        "expires_at": record.expires_at_s,
        "last_used_at": record.last_used_at_s,
        "revoked_at": record.revoked_at_s,
    }
    ends = [time_s for time_s in (record.expires_at_s, record.revoked_at_s) if time_s is not None]
    forget = {"forget_at": int(min(ends) + KEPT_S)} if ends else {}
    return item | {name: time_s for name, time_s in times.items() if time_s is not None} | forget


def item_key(item: Mapping[str, Value]) -> KeyRecord:
    def time_s(name: str) -> float | None:
        return number(item[name]) if name in item else None

    return KeyRecord(
        key_id=str(item["key_id"]),
        secret_sha256=typed(bytes, item["secret_sha256"]),
        tenant_id=str(item["tenant_id"]),
        user_id=str(item["user_id"]),
        scopes=tuple(str(scope) for scope in typed(list, item["scopes"])),
        label=str(item["label"]),
        created_at_s=number(item["created_at"]),
        created_by=str(item["created_by"]),
        expires_at_s=time_s("expires_at"),
        last_used_at_s=time_s("last_used_at"),
        revoked_at_s=time_s("revoked_at"),
        revoked_by=str(item["revoked_by"]),
        version=typed(int, item["version"]),
    )
