"""`reelwright provision`: makes what is missing of topics, tables and bucket rules; never shrinks or deletes."""

# ruff: noqa: PLC0415  # a part's libraries are imported by whoever needs it

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from rich.console import Console

from reelwright_chassis.errors import ReelwrightError
from reelwright_chassis.findings import Change
from reelwright_standalone.errors import InputError
from reelwright_standalone.ops import printing
from reelwright_standalone.ops.telling import run


async def _topics(*, dry_run: bool) -> Sequence[Change]:
    from reelwright_chassis.bus.kafka_settings import KafkaSettings
    from reelwright_chassis.bus.kafka_topics import provision_topics
    from reelwright_chassis.topics import topics

    return await provision_topics(KafkaSettings.load(), topics(), dry_run=dry_run)


async def _tables(*, dry_run: bool) -> Sequence[Change]:
    from reelwright_chassis.store.dynamo_settings import DynamoSettings
    from reelwright_chassis.store.dynamo_tables import provision_tables
    from reelwright_standalone.ops.declared import all_tables

    return await provision_tables(DynamoSettings.load(), all_tables(), dry_run=dry_run)


async def _bucket(*, dry_run: bool) -> Sequence[Change]:
    from reelwright_chassis.blobs.s3_bucket import provision_bucket
    from reelwright_chassis.blobs.s3_settings import S3Settings

    return await provision_bucket(S3Settings.load(), dry_run=dry_run)


PARTS: Mapping[str, Callable[..., Awaitable[Sequence[Change]]]] = {
    "topics": _topics,
    "tables": _tables,
    "bucket": _bucket,
}


@dataclass
class Provisioned:
    """What changed (or would), and what kept a part from being provisioned, by part."""

    changes: list[Change] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


def provision(console: Console, only: Sequence[str], *, dry_run: bool, as_json: bool) -> int:
    """Exit status 1 when a part could not be provisioned; the others are all the same."""
    for name in only:
        if name not in PARTS:
            raise InputError(f"{name!r} is no part that is provisioned; there are {', '.join(PARTS)}.")
    came = run(lambda: _provision([name for name in PARTS if not only or name in only], dry_run=dry_run))
    if as_json:
        changes = [asdict(change) for change in came.changes]
        printing.print_json({"dry_run": dry_run, "changes": changes, "failed": came.failed})
    else:
        _print(console, came, dry_run=dry_run)
    return 1 if came.failed else 0


async def _provision(names: Sequence[str], *, dry_run: bool) -> Provisioned:
    came = Provisioned()
    for name in names:
        try:
            came.changes += await PARTS[name](dry_run=dry_run)
        except ReelwrightError as error:
            came.failed[name] = str(error)
    return came


def _print(console: Console, came: Provisioned, *, dry_run: bool) -> None:
    rows = printing.table("part", "name", "would be" if dry_run else "was")
    for change in came.changes:
        rows.add_row(f"[bold]{change.part}[/]", printing.plain(change.name), printing.plain(change.what))
    if came.changes:
        console.print(rows)
    elif not came.failed:
        console.print("Everything is there as declared; nothing to change.")
    for name, why in came.failed.items():
        console.print(f"{name}: {why}", style="red", markup=False, soft_wrap=True)
    if dry_run and came.changes:
        console.print("[dim]A dry run: nothing was changed.[/]")
