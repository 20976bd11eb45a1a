"""What a look at a part found, and what a provisioning changed: one line each, for people and for scripts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at with this process's own rights. `remedy` says what to do where it is not well."""

    part: str
    """broker, topics, tables, bucket, identity, keys."""
    name: str
    ok: bool
    said: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that provisioning made, or widened; or would, in a dry run. Nothing is ever shrunk or deleted."""

    part: str
    """topic, table, bucket."""
    name: str
    what: str
    """In a few words: "created with 48 partitions"."""
