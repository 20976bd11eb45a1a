"""The director's tables. `schema_version` is on every item; times are Unix seconds."""

from reelwright_chassis.store.port import Index, Table

PROJECTS = Table(
    "audio-projects",
    "project_id",
    indexes=(
        Index("user-projects", "owner", "created_at", numeric=True),
        Index("tenant-projects", "tenant_id", "created_at", numeric=True),
        Index("status", "status", "updated_at", numeric=True),
        Index("due", "due_shard", "due_at", numeric=True),
    ),
    ttl="expires_at",
)
REFERENCES = Table("project-references", "reference", "project_id")
"""A client's own name for a project -> the project. A table and no index, because indexes may lag."""
TRANSCRIPTS = Table("transcripts", "transcript_id", indexes=(Index("project", "project_id", "transcript_id"),))
"""Words by revision; the script that the user gave is kept here too, as its own kind."""
SCENES = Table("scene-beats", "project_id", "sequence_number", numeric=True, indexes=(Index("beat-id", "beat_id"),))
"""Scenes: sequence_number = revision * 100 + place; place 0 holds the plan without its scenes."""
OUTBOX = Table("outbox", "shard", "outbox_id")
DISPATCH = Table("dispatch", "family", "request_id")
"""Asset requests that are ready or asked, by product family: what the window is counted from."""
USAGE = Table(
    "usage",
    "request_id",
    "attempt",
    numeric=True,
    indexes=(
        Index("owner-usage", "owner", "booked_at", numeric=True),
        Index("tenant-usage", "tenant_id", "booked_at", numeric=True),
    ),
)
"""The ledger: one line per attempt that was charged, and per video. Stays when its project is deleted."""
IDEMPOTENCY = Table("idempotency", "idempotency_key", ttl="expires_at")
CONTROLS = Table("controls", "control", "name")
API_KEYS = Table(
    "api-keys",
    "key_id",
    indexes=(
        Index("tenant-keys", "tenant_id", "created_at", numeric=True),
        Index("all-keys", "listed", "created_at", numeric=True),
    ),
    ttl="forget_at",
)
AUDIT = Table("audit", "subject", "audit_id", ttl="forget_at")
"""Who did what, and when: by what was done it to, in the order of time."""

WEBHOOKS = Table("webhooks", "tenant_id", "webhook_id")
DELIVERIES = Table(
    "deliveries",
    "webhook_id",
    "delivery_id",
    indexes=(Index("due", "due_shard", "due_at", numeric=True),),
    ttl="forget_at",
)
"""What webhooks were told, or are still to be told: by webhook, in the order of time."""

ALL = (
    PROJECTS, REFERENCES, TRANSCRIPTS, SCENES, OUTBOX, DISPATCH, USAGE, IDEMPOTENCY, CONTROLS, API_KEYS, AUDIT,
    WEBHOOKS, DELIVERIES,
)  # fmt: skip
