"""`OpsService`: the director for operators, across tenants."""

# ruff: noqa: N802 (gRPC names its methods so)

from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from reelwright.rpc.v1 import ops_pb2 as rpc
from reelwright.rpc.v1 import project_pb2
from reelwright.rpc.v1.ops_pb2_grpc import OpsServiceServicer
from reelwright_chassis.clock import Clock
from reelwright_chassis.store.port import Store
from reelwright_director import inputs
from reelwright_director.apply import Guard, Workflow
from reelwright_director.audit import BRAKES, latest, project_subject
from reelwright_director.brakebook import BrakeBook
from reelwright_director.brakes import ALL
from reelwright_director.decision import Refused
from reelwright_director.once import once_of
from reelwright_director.ops_view import audit_view, brake_view, line_view, show_view, stage_of, tally_view
from reelwright_director.overview import Filter, Overview
from reelwright_director.store import ProjectStore
from reelwright_director.terms import State
from reelwright_director.why import why

_MAX_NAME_CHARS = 256
_NOBODY = "an operator"
"""Who asked, where nobody says it: the audit has no line without a name."""


class OpsServicer(OpsServiceServicer):
    """Commands go the same way as users' own, so they can do no harm that a user's could not."""

    def __init__(
        self, store: Store, workflow: Workflow, projects: ProjectStore, brakes: BrakeBook, clock: Clock
    ) -> None:
        self._store = store
        self._workflow = workflow
        self._projects = projects
        self._overview = Overview(store)
        self._brakes = brakes
        self._clock = clock

    async def FindProjects(self, request: rpc.FindProjectsRequest, _: Any) -> rpc.FindProjectsResponse:
        wanted = Filter(
            _state(request.state), request.reason_code, request.tenant_id, _time_s(request, "since"),
            _time_s(request, "until"),
        )  # fmt: skip
        found = await self._overview.find(wanted, request.cursor, request.limit)
        lines = [line_view(project, self._brakes.current()) for project in found.projects]
        return rpc.FindProjectsResponse(projects=lines, next_cursor=found.next_cursor)

    async def ShowProject(self, request: rpc.ShowProjectRequest, _: Any) -> rpc.ShowProjectResponse:
        project = await self._projects.load(request.project_id) if request.project_id else None
        if project is None:
            raise Refused("project_not_found")
        await self._brakes.refresh()
        answer = why(project, self._brakes.entries, self._clock.now_s())
        audit = await latest(self._store, project_subject(project.project_id))
        return show_view(project, self._brakes.current(), answer, audit)

    async def RetryProject(self, request: rpc.OperatorCommandRequest, _context: Any) -> rpc.ProjectLine:
        return await self._obey(request, inputs.Retry())

    async def CancelProject(self, request: rpc.OperatorCommandRequest, _context: Any) -> rpc.ProjectLine:
        return await self._obey(request, inputs.Cancel())

    async def CountProjects(self, request: rpc.CountProjectsRequest, _: Any) -> rpc.CountProjectsResponse:
        wanted = Filter(tenant_id=request.tenant_id, since_s=_time_s(request, "since"))
        return rpc.CountProjectsResponse(states=map(tally_view, await self._overview.count(wanted)))

    async def Pause(self, request: rpc.BrakeRequest, _: Any) -> rpc.ListBrakesResponse:
        stage, tenant_id = _brake_of(request)
        await self._brakes.pause(stage, tenant_id, by=request.by or _NOBODY, why=request.why)
        return await self._list_brakes()

    async def Resume(self, request: rpc.BrakeRequest, _: Any) -> rpc.ListBrakesResponse:
        stage, tenant_id = _brake_of(request)
        await self._brakes.refresh()
        if (stage, tenant_id) in self._brakes.current().paused:
            await self._brakes.resume(stage, tenant_id, by=request.by or _NOBODY)
        return await self._list_brakes()

    async def ListBrakes(self, _: rpc.ListBrakesRequest, __: Any) -> rpc.ListBrakesResponse:
        await self._brakes.refresh()
        return await self._list_brakes()

    async def _list_brakes(self) -> rpc.ListBrakesResponse:
        audit = await latest(self._store, BRAKES)
        return rpc.ListBrakesResponse(brakes=map(brake_view, self._brakes.entries), audit=map(audit_view, audit))

    async def _obey(self, request: rpc.OperatorCommandRequest, command: inputs.Command) -> rpc.ProjectLine:
        once = once_of(request, "ops", type(command).__name__)
        guard = Guard(None, request.if_version, once, by=request.by or _NOBODY)
        applied = await self._workflow.apply(request.project_id, command, guard)
        return line_view(applied.project, self._brakes.current())


def _state(asked: project_pb2.State.ValueType) -> State | None:
    """Raises `Refused`: settings_invalid."""
    if asked == project_pb2.STATE_UNSPECIFIED:
        return None
    if asked not in project_pb2.State.values() or asked == project_pb2.STATE_DELETED:
        raise Refused("settings_invalid", "The state is none by which projects are listed.")
    return State[project_pb2.State.Name(asked).removeprefix("STATE_")]


def _brake_of(request: rpc.BrakeRequest) -> tuple[str, str]:
    """Stage and tenant. Raises `Refused`: settings_invalid."""
    if request.stage not in project_pb2.Stage.values():
        raise Refused("settings_invalid", "The stage is none that this version knows.")
    if "#" in request.tenant_id or max(map(len, (request.tenant_id, request.by, request.why))) > _MAX_NAME_CHARS:
        raise Refused("settings_invalid", f"A tenant, a name and a reason have at most {_MAX_NAME_CHARS} characters.")
    return stage_of(request.stage), request.tenant_id or ALL


def _time_s(request: rpc.FindProjectsRequest | rpc.CountProjectsRequest, name: str) -> float | None:
    """A time of the request as Unix seconds; None where it is not set."""
    stamp: Timestamp = getattr(request, name)
    return stamp.ToNanoseconds() / 1e9 if request.HasField(name) else None  # type: ignore[arg-type]
