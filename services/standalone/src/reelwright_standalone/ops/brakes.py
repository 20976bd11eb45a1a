"""`reelwright ops pause`, `resume` and `status`."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias

from rich.console import Console

from reelwright.rpc.v1 import ops_pb2 as rpc
from reelwright.rpc.v1 import project_pb2
from reelwright_chassis.rpc import call
from reelwright_standalone.ops import printing
from reelwright_standalone.ops.desk import Desk, open_desk
from reelwright_standalone.ops.telling import run

if TYPE_CHECKING:
    Stage: TypeAlias = project_pb2.Stage.ValueType


def pause(console: Console, stage: "Stage", tenant: str, why: str) -> int:
    answer = run(lambda: _pause(stage, tenant, why))
    console.print(f"Paused: {_what(stage, tenant)}. New work waits within 5 s; what runs goes on.", markup=False)
    _print(console, answer.brakes)
    return 0


async def _pause(stage: "Stage", tenant: str, why: str) -> rpc.ListBrakesResponse:
    async with open_desk() as desk:
        return await call(desk.ops.Pause, rpc.BrakeRequest(stage=stage, tenant_id=tenant, by=desk.by, why=why))


def resume(console: Console, stage: "Stage", tenant: str) -> int:
    """Exit status 1 when it was not paused: another brake may still hold it."""
    was_paused, answer = run(lambda: _resume(stage, tenant))
    if was_paused:
        console.print(f"Resumed: {_what(stage, tenant)}. Work goes on within 5 s.", markup=False)
    else:
        console.print(f"Not paused: {_what(stage, tenant)}. Nothing was changed.", markup=False)
    _print(console, answer.brakes)
    return 0 if was_paused else 1


async def _resume(stage: "Stage", tenant: str) -> tuple[bool, rpc.ListBrakesResponse]:
    async with open_desk() as desk:
        before = await _brakes(desk)
        was_paused = any((brake.stage, brake.tenant_id) == (stage, tenant) for brake in before.brakes)
        request = rpc.BrakeRequest(stage=stage, tenant_id=tenant, by=desk.by)
        return was_paused, await call(desk.ops.Resume, request)


async def _brakes(desk: Desk) -> rpc.ListBrakesResponse:
    return await call(desk.ops.ListBrakes, rpc.ListBrakesRequest())


def status(console: Console, stage: "Stage | None", tenant: str, *, as_json: bool) -> int:
    """Of one stage (None: of all) and tenant (empty: of all)."""
    answer = run(_status)
    kept = [brake for brake in answer.brakes if _concerns(brake, stage, tenant)]
    if as_json:
        audit = [printing.as_dict(line) for line in answer.audit]
        printing.print_json({"brakes": [printing.as_dict(brake) for brake in kept], "audit": audit})
        return 0
    if not kept:
        console.print("Nothing is paused.")
    _print(console, kept)
    rows = printing.table("when", "who", "what")
    for line in answer.audit:
        rows.add_row(printing.local(line.at), printing.plain(line.by), printing.plain(line.what))
    printing.print_lines(console, "Lately", rows, len(answer.audit))
    return 0


async def _status() -> rpc.ListBrakesResponse:
    async with open_desk() as desk:
        return await _brakes(desk)


def _concerns(brake: rpc.Brake, stage: "Stage | None", tenant: str) -> bool:
    of_stage = not stage or brake.stage in (project_pb2.STAGE_UNSPECIFIED, stage)
    return of_stage and (not tenant or brake.tenant_id in ("", tenant))


def _what(stage: "Stage", tenant: str) -> str:
    of_stage = printing.stage_name(stage) or "every stage"
    return f"{of_stage} for {'all tenants' if not tenant else f'tenant {tenant}'}"


def _print(console: Console, brakes: Iterable[rpc.Brake]) -> None:
    found = list(brakes)
    rows = printing.table("paused", "tenant", ">for", "by", "why")
    for brake in found:
        rows.add_row(
            printing.stage_name(brake.stage) or "every stage", printing.plain(brake.tenant_id) or "all",
            printing.ago(brake.since), printing.plain(brake.by), printing.plain(brake.why),
        )  # fmt: skip
    if found:
        console.print(rows)
