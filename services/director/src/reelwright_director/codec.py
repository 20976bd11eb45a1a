"""A project as the store keeps it, and back.

Keys and what indexes need are plain attributes; the rest is one compressed JSON text, since each heartbeat writes the
whole item.
"""

import zlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import TypeAdapter

from reelwright.events.v1.media_pb2 import ScenePlan, Transcript
from reelwright.events.v1.requests_pb2 import GivenText
from reelwright_chassis.errors import StateTooNew
from reelwright_chassis.store.port import Value
from reelwright_director.decide.ticks import due_at_s
from reelwright_director.decision import Document
from reelwright_director.expect import typed
from reelwright_director.keys import due_shard, owner_key
from reelwright_director.state import Project
from reelwright_director.statuses import status_of
from reelwright_director.terms import State

D = TypeVar("D", GivenText, Transcript, ScenePlan)
SCHEMA_VERSION = 1
_REMEMBERED = 512
"""Projects whose decoded form is kept; a few tens of kilobytes each."""
_ADAPTER: TypeAdapter[Project] = TypeAdapter(Project)
_MIGRATIONS: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""From schema version N to N + 1, on the decoded JSON."""


def project_item(project: Project) -> dict[str, Value]:
    """The item of `audio-projects`. Attributes that an index is sparse on are left out where they do not apply."""
    item: dict[str, Value] = {
        "project_id": project.project_id,
        "schema_version": SCHEMA_VERSION,
        "version": project.version,
        "created_at": project.created_at_s,
        "updated_at": project.updated_at_s,
        "tenant_id": project.tenant_id,
        "body": zlib.compress(_ADAPTER.dump_json(project)),
    }
    if project.state is not State.DELETED:
        item["owner"] = owner_key(project.tenant_id, project.user_id)
        item["status"] = status_of(project)
    if project.failure is not None:
        item["reason"] = project.failure.reason_code
    if project.removal is not None:
        item["expires_at"] = int(project.removal.expires_at_s)
    due = due_at_s(project)
    if due is not None:
        item |= {"due_shard": due_shard(project.project_id), "due_at": due}
    return item


def item_project(item: Mapping[str, Value]) -> Project:
    """Raises `StateTooNew`."""
    schema, body = typed(int, item["schema_version"]), typed(bytes, item["body"])
    if schema > SCHEMA_VERSION:
        raise StateTooNew("This project was written by a newer version of Reelwright: upgrade this one first.")
    return _decoded(body) if schema == SCHEMA_VERSION else _migrated(schema, body)


@lru_cache(maxsize=_REMEMBERED)
def _decoded(body: bytes) -> Project:
    """By the very bytes that were read, so that nothing remembered is ever out of date. Projects are frozen values."""
    return _ADAPTER.validate_json(zlib.decompress(body))


def _migrated(schema: int, body: bytes) -> Project:
    fields: dict[str, Any] = TypeAdapter(dict[str, Any]).validate_json(zlib.decompress(body))
    for version in range(schema, SCHEMA_VERSION):
        fields = _MIGRATIONS[version](fields)
    return _ADAPTER.validate_python(fields)


def packed(document: Document) -> bytes:
    """A long text as one attribute."""
    return zlib.compress(document.SerializeToString(deterministic=True))


def unpacked(kind: type[D], data: Value) -> D:
    return kind.FromString(zlib.decompress(typed(bytes, data)))
