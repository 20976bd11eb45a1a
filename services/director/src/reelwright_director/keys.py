"""How keys of tables are spelled."""

import zlib

DUE_SHARDS = 4
OUTBOX_SHARDS = 16


def owner_key(tenant_id: str, user_id: str) -> str:
    return f"{tenant_id}#{user_id}"


def due_shard(project_id: str) -> str:
    return f"due-{_spread(project_id, DUE_SHARDS)}"


def outbox_shard(project_id: str) -> str:
    return f"outbox-{_spread(project_id, OUTBOX_SHARDS):02}"


def all_due_shards() -> list[str]:
    return [f"due-{n}" for n in range(DUE_SHARDS)]


def all_outbox_shards() -> list[str]:
    return [f"outbox-{n:02}" for n in range(OUTBOX_SHARDS)]


def _spread(text: str, shards: int) -> int:
    return zlib.crc32(text.encode()) % shards
