"""`reelwright projects`: what has been made on this machine, why something waits, and how to be rid of it."""

from collections.abc import Sequence
from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp
from rich.console import Console
from rich.table import Table

from reelwright.rpc.v1 import project_pb2
from reelwright.rpc.v1.project_pb2 import (
    DeleteProjectRequest,
    GetHistoryRequest,
    HistoryEntry,
    ListProjectsRequest,
    Project,
)
from reelwright_chassis.ids import new_id
from reelwright_standalone import signals
from reelwright_standalone.books import Runtime, open_director
from reelwright_standalone.errors import InputError
from reelwright_standalone.jobs import JobBook
from reelwright_standalone.rpc import LOCAL
from reelwright_standalone.settings import StandaloneSettings


def list_projects(console: Console) -> int:
    projects = signals.run(_all())
    if not projects:
        console.print("No projects yet. Make a video: reelwright make talk.mp3")
        return 0
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("project", "made", "title", "state", "cost"):
        table.add_column(column)
    for project in projects:
        table.add_row(
            project.project_id, _local(project.created_at), _plain(_title(project)), _state(project),
            f"${project.cost_usd:.2f}",
        )  # fmt: skip
    console.print(table)
    return 0


def show_project(console: Console, wanted: str) -> int:
    project, history = signals.run(_one(wanted))
    console.print(_why(project), markup=False)
    console.print(f"project {project.project_id}, version {project.version}, cost ${project.cost_usd:.2f}")
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("stage", "attempt", "began", "seconds", "outcome", "reason"):
        table.add_column(column)
    for entry in history:
        stage = project_pb2.Stage.Name(entry.stage).removeprefix("STAGE_").lower()
        seconds = (entry.ended_at.ToMicroseconds() - entry.started_at.ToMicroseconds()) / 1e6
        began = _local(entry.started_at) if entry.HasField("started_at") else ""
        table.add_row(
            stage if entry.stage else "", str(entry.attempt or ""), began, f"{max(seconds, 0):.1f}" if began else "",
            entry.outcome, entry.reason_code,
        )  # fmt: skip
    console.print(table)
    return 0


def remove_projects(console: Console, wanted: Sequence[str]) -> int:
    removed = signals.run(_remove(wanted))
    for project in removed:
        console.print(f"Removed {project.project_id} {_title(project)}", markup=False)
    return 0


async def _all() -> list[Project]:
    async with open_director(StandaloneSettings.load()) as runtime:
        return await _every(runtime)


async def _every(runtime: Runtime) -> list[Project]:
    found: list[Project] = []
    request = ListProjectsRequest(caller=LOCAL, limit=100)
    while True:
        page = await runtime.projects.ListProjects(request)
        found += page.projects
        if not page.next_cursor:
            return found
        request.cursor = page.next_cursor


async def _one(wanted: str) -> tuple[Project, Sequence[HistoryEntry]]:
    async with open_director(StandaloneSettings.load()) as runtime:
        project = _match(await _every(runtime), wanted)
        request = GetHistoryRequest(caller=LOCAL, project_id=project.project_id)
        return project, list((await runtime.projects.GetHistory(request)).entries)


async def _remove(wanted: Sequence[str]) -> list[Project]:
    async with open_director(StandaloneSettings.load()) as runtime:
        everything = await _every(runtime)
        chosen = [_match(everything, name) for name in wanted]
        book = JobBook(runtime.parts.store)
        for project in chosen:
            await runtime.projects.DeleteProject(
                DeleteProjectRequest(caller=LOCAL, project_id=project.project_id, idempotency_key=new_id())
            )
            await book.forget(project.client_reference)
        return chosen


def _match(projects: Sequence[Project], wanted: str) -> Project:
    matching = [project for project in projects if project.project_id.lower().endswith(wanted.lower())]
    if len(matching) == 1:
        return matching[0]
    problem = "is no project of yours" if not matching else "fits more than one project"
    raise InputError(f"{wanted!r} {problem}; see `reelwright projects list`.")


def _title(project: Project) -> str:
    return project.settings.title or project.labels.get("recording", "")


def _state(project: Project) -> str:
    name = project_pb2.State.Name(project.state).removeprefix("STATE_").lower().replace("_", " ")
    return f"{name} ({project.failure.reason_code})" if project.state == project_pb2.STATE_FAILED else name


def _why(project: Project) -> str:
    """The first line that somebody wants who asks why nothing happens."""
    if project.state == project_pb2.STATE_FAILED:
        return f"Failed: {project.failure.message} {project.failure.remedy}".strip()
    waiting = project_pb2.WaitingOn.Name(project.waiting_on).removeprefix("WAITING_ON_").lower().replace("_", " ")
    if waiting in ("nothing", "unspecified"):
        return f"{_state(project).capitalize()}; it waits for nothing."
    return f"{_state(project).capitalize()}; waiting on {waiting} since {_local(project.waiting_since)}."


def _local(moment: Timestamp) -> str:
    return datetime.fromtimestamp(moment.ToMicroseconds() / 1e6).astimezone().strftime("%Y-%m-%d %H:%M")


def _plain(text: str) -> str:
    return text.replace("[", "\\[")
