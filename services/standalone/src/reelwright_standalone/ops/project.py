"""`reelwright ops project`: one project, beginning with why it waits."""

from rich.console import Console

from reelwright.rpc.v1 import ops_pb2 as rpc
from reelwright_chassis.ids import new_id
from reelwright_chassis.rpc import call
from reelwright_standalone.ops import printing
from reelwright_standalone.ops.desk import open_desk
from reelwright_standalone.ops.telling import run


def show_project(console: Console, project_id: str, *, as_json: bool) -> int:
    shown = run(lambda: _show(project_id))
    if as_json:
        printing.print_json(printing.as_dict(shown))
    else:
        _print(console, shown)
    return 0


async def _show(project_id: str) -> rpc.ShowProjectResponse:
    async with open_desk() as desk:
        return await call(desk.ops.ShowProject, rpc.ShowProjectRequest(project_id=project_id))


def retry_project(console: Console, project_id: str) -> int:
    line = run(lambda: _retry(project_id))
    console.print(f"{line.project_id} is {printing.state_name(line.state)} again.", markup=False)
    return 0


async def _retry(project_id: str) -> rpc.ProjectLine:
    async with open_desk() as desk:
        request = rpc.OperatorCommandRequest(project_id=project_id, by=desk.by, idempotency_key=new_id())
        return await call(desk.ops.RetryProject, request)


def _print(console: Console, shown: rpc.ShowProjectResponse) -> None:
    line = shown.line
    console.print(shown.why, markup=False, style="bold", soft_wrap=True)
    if shown.remedy:
        console.print(shown.remedy, markup=False, soft_wrap=True)
    facts = printing.table("", "")
    facts.show_header = False
    facts.add_row("project", f"{line.project_id}, version {line.version}")
    facts.add_row("owner", printing.plain(f"tenant {line.tenant_id}, user {line.user_id}"))
    facts.add_row("state", f"{printing.state_name(line.state)}, waiting on {printing.waiting_name(line.waiting_on)}")
    facts.add_row("created", f"{printing.local(line.created_at)} ({printing.ago(line.created_at)} ago)")
    facts.add_row("changed", f"{printing.local(line.updated_at)} ({printing.ago(line.updated_at)} ago)")
    facts.add_row("cost", f"${line.cost_usd:.2f}")
    facts.add_row("pictures", f"{shown.assets_ready} of {shown.assets_total}")
    facts.add_row("revisions", f"words {shown.transcript_revision}, scenes {shown.plan_revision}, "
                  f"video {shown.video_revision}")  # fmt: skip
    console.print()
    console.print(facts)
    _print_requests(console, shown)
    _print_history(console, shown)
    _print_audit(console, shown)


_WHOLE = ("began", "stage", "attempt", "took", "outcome")


def _print_requests(console: Console, shown: rpc.ShowProjectResponse) -> None:
    rows = printing.table(
        *("stage", "scene", "status", ">for", ">attempts", ">errors", ">lost", ">stalled", "held by", "until")
    )
    for request in shown.requests:
        until = next((t for t in (request.deadline_at, request.retry_at) if t.seconds), request.lease_until)
        numbers = (request.attempts, request.errors, request.losses, request.stalls)
        rows.add_row(
            printing.stage_name(request.stage), request.scene_id, request.status, printing.ago(request.since),
            *map(str, numbers), printing.plain(request.worker), printing.local(until),
        )  # fmt: skip
    printing.print_lines(console, "Work that is outstanding, or failed and remembered", rows, len(shown.requests))


def _print_history(console: Console, shown: rpc.ShowProjectResponse) -> None:
    rows = printing.table("began", "stage", ">attempt", ">took", "outcome", "reason", "worker", whole=_WHOLE)
    for entry in shown.history:
        took_s = printing.seconds(entry.ended_at) - printing.seconds(entry.started_at)
        rows.add_row(
            printing.local(entry.started_at), printing.stage_name(entry.stage), str(entry.attempt or ""),
            f"{took_s:.1f} s" if entry.attempt and entry.ended_at.seconds else "", entry.outcome, entry.reason_code,
            printing.plain(entry.worker),
        )  # fmt: skip
    printing.print_lines(console, "History", rows, len(shown.history))
    traces = dict.fromkeys(entry.trace_id for entry in shown.history if entry.trace_id)
    if traces:
        console.print(f"\n[dim]traces[/]  {'  '.join(traces)}", soft_wrap=True)


def _print_audit(console: Console, shown: rpc.ShowProjectResponse) -> None:
    rows = printing.table("when", "who", "what")
    for line in shown.audit:
        rows.add_row(printing.local(line.at), printing.plain(line.by), printing.plain(line.what))
    printing.print_lines(console, "By operators", rows, len(shown.audit))
