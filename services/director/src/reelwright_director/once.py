"""Commands that are obeyed once: who repeats one with its idempotency key gets what came of it then. Kept for a day."""

import hashlib
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message

from reelwright_chassis.store.port import Absent, Item, Put, Store
from reelwright_director import tables
from reelwright_director.codec import SCHEMA_VERSION
from reelwright_director.decision import Refused
from reelwright_director.policy import DAY_S

_KEPT_S = DAY_S
_NOT_ASKED = ("idempotency_key", "defaults", "required_terms")
"""Fields that are not of the sender's wish: they may differ when it is sent again."""


@dataclass(frozen=True, slots=True)
class Once:
    """A command's idempotency key (with its owner and verb in it) and the digest of what it asked."""

    key: str
    digest: str


def once_of(request: Any, owner: str, verb: str) -> Once | None:
    """Of a request with a field `idempotency_key`. None when it is empty: its sender minds its own repetitions."""
    key = request.idempotency_key
    return Once(f"{owner}#{verb}#{key}", asked_digest(request)) if key else None


def asked_digest(request: Message) -> str:
    """What a command asks, its idempotency key apart: the same key with another digest is another command."""
    plain = type(request)()
    plain.CopyFrom(request)
    for name in set(plain.DESCRIPTOR.fields_by_name).intersection(_NOT_ASKED):
        plain.ClearField(name)
    return hashlib.sha256(plain.SerializeToString(deterministic=True)).hexdigest()


def once_put(once: Once, now_s: float, **made: str) -> Put:
    """Remembers the command, and the names of what it made: in one transaction with that."""
    item: Item = {
        "idempotency_key": once.key,
        "schema_version": SCHEMA_VERSION,
        "digest": once.digest,
        "expires_at": int(now_s + _KEPT_S),
        **made,
    }
    return Put(tables.IDEMPOTENCY, item, when=Absent())


async def made_before(store: Store, once: Once | None) -> Item | None:
    """What `once_put` remembered of it; None when it is new. Raises `Refused`: idempotency_key_reused."""
    item = await store.get(tables.IDEMPOTENCY, {"idempotency_key": once.key}) if once is not None else None
    if item is not None and once is not None and item["digest"] != once.digest:
        raise Refused("idempotency_key_reused")
    return item
