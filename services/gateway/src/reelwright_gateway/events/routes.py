"""Live: server-sent events of one project, or of all of the caller's."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sse_starlette import EventSourceResponse
from sse_starlette.sse import SendTimeoutError
from starlette.types import Receive, Scope, Send

from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright_chassis import metrics
from reelwright_chassis.logs import get_logger
from reelwright_gateway.deps import Deps, DepsDep, TellingDep
from reelwright_gateway.events.models import ProjectChange, StageProgress, StreamTicket
from reelwright_gateway.events.stream import Snapshot, stream
from reelwright_gateway.identity import ListenerDep, ReaderDep
from reelwright_gateway.identity.tickets import Tickets
from reelwright_gateway.live.encode import sse
from reelwright_gateway.live.hub import of_owner, of_project, of_tenant
from reelwright_gateway.problems import documented
from reelwright_gateway.projects.models import ProjectPage
from reelwright_gateway.projects.routes import Id

log = get_logger(__name__)

router = APIRouter(tags=["events"])

_SNAPSHOT_PROJECTS = 100


def _documented(snapshot: str) -> dict[int | str, dict[str, Any]]:
    says = "A stream of events: `hello`, then `snapshot`, then `change` and `progress`, each with JSON as its data."
    content = {"text/event-stream": {"schema": _event_schema(snapshot)}}
    return {200: {"description": says, "content": content}, **documented(404)}


def _event_schema(snapshot: str) -> dict[str, Any]:
    """Of each event, which is how OpenAPI 3.1 describes such a stream."""
    carried = {"snapshot": snapshot, "change": ProjectChange.__name__, "progress": StageProgress.__name__}
    kinds = [_one_event("hello", {"type": "object"}, "Nothing yet; `retry` says when to come back, should it end.")]
    kinds += [
        _one_event(name, {"$ref": f"#/components/schemas/{model}"}, f"A {model}. `id` is the project's version.")
        for name, model in carried.items()
    ]
    return {"oneOf": kinds}


def _one_event(name: str, data: dict[str, Any], says: str) -> dict[str, Any]:
    fields = {
        "event": {"type": "string", "const": name},
        "data": {"type": "string", "contentMediaType": "application/json", "contentSchema": data},
        "id": {"type": "string"},
        "retry": {"type": "integer", "description": "In milliseconds."},
    }
    return {"type": "object", "description": says, "properties": fields, "required": ["event", "data"]}


@router.get(
    "/v1/projects/{project_id}/events",
    summary="Follow a project live",
    response_class=EventSourceResponse,
    responses=_documented("Project"),
)
async def follow_project(
    project_id: Id, request: Request, caller: ListenerDep, deps: DepsDep, telling: TellingDep
) -> Response:
    """A snapshot of the project, then its changes and progress as they happen.

    The stream ends now and then; an `EventSource` connects again by itself, and gets a new snapshot.
    """

    async def snapshot() -> Snapshot:
        project = await deps.director.project(caller, project_id)
        told = await telling.project(project)
        data = sse("snapshot", told.model_dump_json(), event_id=project.version)
        return Snapshot(data, {project_id: project.version})

    await deps.director.project(caller, project_id)  # its refusal is an answer, not a stream
    return _response(deps, request, snapshot, of_project(project_id))


@router.get(
    "/v1/events",
    summary="Follow all of your projects live",
    response_class=EventSourceResponse,
    responses=_documented("ProjectPage"),
)
async def follow_all(request: Request, caller: ListenerDep, deps: DepsDep, telling: TellingDep) -> Response:
    """A snapshot of the newest projects, then changes and progress of all of them as they happen."""

    async def snapshot() -> Snapshot:
        asked = rpc.ListProjectsRequest(caller=caller.rpc, limit=_SNAPSHOT_PROJECTS)
        page = await deps.director.call(deps.director.projects.ListProjects, asked)
        items = [await telling.summary(project) for project in page.projects]
        body = ProjectPage(items=items, next_cursor=page.next_cursor or None)
        versions = {project.project_id: project.version for project in page.projects}
        return Snapshot(sse("snapshot", body.model_dump_json()), versions)

    name = of_tenant(caller.tenant_id) if caller.is_admin else of_owner(caller.tenant_id, caller.user_id)
    return _response(deps, request, snapshot, name)


@router.post("/v1/stream-tickets", summary="Get a ticket for a stream", status_code=201, responses=documented())
async def create_ticket(request: Request, caller: ReaderDep) -> StreamTicket:
    """For one connection within a minute: `new EventSource(url + "?ticket=" + ticket)`; each needs a new one."""
    tickets: Tickets = request.app.state.tickets
    made = tickets.make(caller)
    return StreamTicket(ticket=made.text, expires_at=made.expires_at)


class _Stream(EventSourceResponse):
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ends, too, once its listener took nothing for too long. That is no fault of ours."""
        try:
            await super().__call__(scope, receive, send)
        except SendTimeoutError:
            metrics.LISTENERS_LET_GO.inc()
            log.info("listener_let_go")


def _response(deps: Deps, request: Request, snapshot: Any, name: tuple[str, ...]) -> EventSourceResponse:
    """Listens from before the snapshot is taken until the client is gone, so that nothing falls in between."""

    async def events() -> Any:
        with deps.hub.listening(name) as listener:
            async for data in stream(listener, snapshot, deps.clock, lifetime_s=deps.settings.stream_lifetime_s):
                yield data

    request.state.streams = True
    return _Stream(events(), ping=deps.settings.heartbeat_s, send_timeout=deps.settings.stream_send_s, sep="\n")
