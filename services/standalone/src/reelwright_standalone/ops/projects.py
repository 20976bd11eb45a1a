"""`reelwright ops projects`: many projects, found, counted, retried or canceled."""

import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Literal

import typer
from rich.console import Console

from reelwright.rpc.v1 import ops_pb2 as rpc
from reelwright.rpc.v1 import project_pb2
from reelwright_chassis.errors import Reject
from reelwright_chassis.rpc import call
from reelwright_standalone.errors import InputError
from reelwright_standalone.ops import options, printing
from reelwright_standalone.ops.desk import Desk, open_desk
from reelwright_standalone.ops.pace import Pace
from reelwright_standalone.ops.telling import run

Verb = Literal["retry", "cancel"]
_PAGE = 200
_CALL_S = 30.0
_OVER = frozenset({"not_failed", "nothing_runs", "project_not_found", "project_deleted", "version_conflict"})
"""Why a command is not needed any more: somebody else did it, or its user did something else."""
_ENDED = (project_pb2.STATE_COMPLETED, project_pb2.STATE_FAILED, project_pb2.STATE_CANCELED)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which projects; "" and None for any. Times are Unix seconds of the last change."""

    status: project_pb2.State.ValueType = project_pb2.STATE_UNSPECIFIED
    reason: str = ""
    tenant: str = ""
    since_s: float | None = None
    until_s: float | None = None

    def request(self, cursor: str, limit: int) -> rpc.FindProjectsRequest:
        return rpc.FindProjectsRequest(
            state=self.status, reason_code=self.reason, tenant_id=self.tenant, since=options.stamp(self.since_s),
            until=options.stamp(self.until_s), cursor=cursor, limit=limit,
        )  # fmt: skip


@dataclass
class Tally:
    """What became of a command to many projects."""

    found: int = 0
    done: int = 0
    over: int = 0
    refused: Counter[str] = field(default_factory=Counter)


def to_retry(status: project_pb2.State.ValueType, reason: str, tenant: str, since_s: float | None) -> Selection:
    """Those that failed until now: what fails again meanwhile is not retried for ever. Raises `InputError`."""
    if status != project_pb2.STATE_FAILED:
        raise InputError("Only failed projects can be retried: leave --status out.")
    return Selection(status, reason, tenant, since_s, time.time())


def to_cancel(
    status: project_pb2.State.ValueType, reason: str, tenant: str, since_s: float | None, *, sure: bool
) -> Selection:
    """Raises `InputError` where that would be everything, or nobody has agreed."""
    if not (status or reason or tenant or since_s is not None):
        raise InputError("That would cancel every project: say which, by --status, --reason, --since or --tenant.")
    if status in _ENDED:
        raise InputError("Projects in this state have ended; nothing of them can be canceled.")
    if not sure:
        if not sys.stdin.isatty():
            raise InputError("Add --yes to cancel projects without being asked, or --dry-run to see how many.")
        typer.confirm("Cancel all projects that fit?", abort=True, err=True)
    return Selection(status, reason, tenant, since_s, time.time())


async def find(desk: Desk, selection: Selection) -> AsyncIterator[rpc.ProjectLine]:
    """All of them, oldest change first within a state."""
    cursor = ""
    while True:
        page = await call(desk.ops.FindProjects, selection.request(cursor, _PAGE), timeout_s=_CALL_S)
        for line in page.projects:
            yield line
        cursor = page.next_cursor
        if not cursor:
            return


def list_projects(console: Console, selection: Selection, limit: int, *, as_json: bool) -> int:
    lines, counts = run(lambda: _list(selection, limit))
    if as_json:
        counted = [printing.as_dict(count) for count in counts]
        printing.print_json({"projects": [printing.as_dict(line) for line in lines], "counts": counted})
        return 0
    if not lines:
        console.print("No project fits.")
        return 0
    rows = printing.table("project", "tenant", "state", "waits on", ">for", "reason", ">cost")
    for line in lines:
        reason = f"{printing.stage_name(line.failed_stage)}: {line.reason_code}" if line.reason_code else ""
        rows.add_row(
            line.project_id, printing.plain(line.tenant_id), printing.state_name(line.state),
            printing.waiting_name(line.waiting_on), printing.ago(line.waiting_since), reason, f"${line.cost_usd:.2f}",
        )  # fmt: skip
    console.print(rows)
    if len(lines) == limit:
        console.print(f"[dim]The first {limit}; there may be more (--limit).[/]")
    console.print()
    for count in counts:
        console.print(_count(count), markup=False)
    return 0


async def _list(selection: Selection, limit: int) -> tuple[list[rpc.ProjectLine], list[rpc.StateCount]]:
    async with open_desk() as desk:
        lines: list[rpc.ProjectLine] = []
        async for line in find(desk, selection):
            lines.append(line)
            if len(lines) >= limit:
                break
        asked = rpc.CountProjectsRequest(tenant_id=selection.tenant, since=options.stamp(selection.since_s))
        counts = await call(desk.ops.CountProjects, asked, timeout_s=_CALL_S)
        return lines, list(counts.states)


def _count(count: rpc.StateCount) -> str:
    number = f"{count.count} or more" if count.at_least else str(count.count)
    reasons = ", ".join(f"{code} {of_it}" for code, of_it in sorted(count.reasons.items(), key=lambda item: -item[1]))
    rests = "" if count.state in _ENDED else f", the oldest rests for {printing.ago(count.oldest_at)}"
    return f"{number} {printing.state_name(count.state)}" + rests + (f" ({reasons})" if reasons else "")


def command_projects(
    console: Console, verb: Verb, selection: Selection, *, rate: float, dry_run: bool, as_json: bool
) -> int:
    """Exit status 1 when some were refused."""
    tally = run(lambda: _command_all(verb, selection, rate=rate, dry_run=dry_run))
    if as_json:
        result = {"found": tally.found, "done": tally.done, "not_needed": tally.over, "refused": dict(tally.refused)}
        printing.print_json({"dry_run": dry_run, **result})
    else:
        for sentence in sentences(verb, tally, dry_run=dry_run):
            console.print(sentence, markup=False, soft_wrap=True)
    return 1 if tally.refused else 0


async def _command_all(verb: Verb, selection: Selection, *, rate: float, dry_run: bool) -> Tally:
    """One after another, at most `rate` a second. What changes meanwhile is not in the list, so it comes to an end."""
    tally, pace = Tally(), Pace(rate)
    async with open_desk() as desk:
        async for line in find(desk, selection):
            if verb == "cancel" and line.state in _ENDED:
                continue
            tally.found += 1
            if not dry_run:
                await pace.next()
                await _command(desk, verb, line, tally)
    return tally


async def _command(desk: Desk, verb: Verb, line: rpc.ProjectLine, tally: Tally) -> None:
    """Only a failed project is retried, whatever else changed. One that moves on meanwhile is not canceled."""
    key = f"{line.project_id}-{line.version}"
    request = rpc.OperatorCommandRequest(project_id=line.project_id, by=desk.by, idempotency_key=key)
    method = desk.ops.RetryProject
    if verb == "cancel":
        method, request.if_version = desk.ops.CancelProject, line.version
    try:
        await call(method, request, timeout_s=_CALL_S)
    except Reject as error:
        if error.reason_code in _OVER:
            tally.over += 1
        else:
            tally.refused[error.reason_code] += 1
        return
    tally.done += 1


def sentences(verb: Verb, tally: Tally, *, dry_run: bool) -> list[str]:
    """What came of it."""
    done = {"retry": "Retried", "cancel": "Canceled"}[verb]
    if dry_run:
        return [f"Would {verb} {printing.counted(tally.found, 'project')}. Nothing was changed."]
    if not tally.found:
        return ["No project fits; nothing was changed."]
    told = [f"{done} {tally.done} of {printing.counted(tally.found, 'project')}."]
    if tally.over:
        told.append(f"{tally.over} had changed meanwhile and were left alone.")
    told += [f"{count} refused: {code}." for code, count in tally.refused.most_common()]
    return told
