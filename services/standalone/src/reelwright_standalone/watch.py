"""Waits for a project to come to rest, showing its progress meanwhile."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Self

from reelwright.events.v1.facts_pb2 import Progressed, ProjectChanged
from reelwright.rpc.v1 import project_pb2
from reelwright.rpc.v1.project_pb2 import GetProjectRequest, Project
from reelwright_chassis.bus.port import Bus, Record
from reelwright_standalone.progress import StageProgress
from reelwright_standalone.rpc import LOCAL

if TYPE_CHECKING:
    from reelwright.rpc.v1.project_pb2_grpc import ProjectServiceAsyncStub

_AT_REST = {
    project_pb2.STATE_COMPLETED,
    project_pb2.STATE_FAILED,
    project_pb2.STATE_CANCELED,
    project_pb2.STATE_DELETED,
}
_STAGES = ("transcription", "plan", "asset", "render")
_STAGES_DONE = {
    project_pb2.STATE_TRANSCRIBED: 1,
    project_pb2.STATE_PLANNING: 1,
    project_pb2.STATE_PLANNED: 2,
    project_pb2.STATE_GENERATING: 2,
    project_pb2.STATE_READY_FOR_COMPILATION: 3,
    project_pb2.STATE_COMPILING: 3,
    project_pb2.STATE_COMPLETED: 4,
}
"""How many of the stages lie behind a project in that state."""


def at_rest(project: Project) -> bool:
    """Nothing will happen by itself any more: ended, or waiting for its user."""
    return project.state in _AT_REST or project.waiting_on == project_pb2.WAITING_ON_USER


class ProjectWatch:
    """One project's changes and progress, from `__aenter__` on."""

    def __init__(self, bus: Bus, projects: "ProjectServiceAsyncStub", project_id: str, progress: StageProgress) -> None:
        self._bus = bus
        self._projects = projects
        self._project_id = project_id
        self._progress = progress
        self._changed = asyncio.Event()
        self._percents: dict[tuple[str, str], float] = {}
        self._assets_total = 1
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._tasks = [
            asyncio.create_task(self._follow_changes(self._bus.follow("project.changes"))),
            asyncio.create_task(self._follow_progress(self._bus.follow("progress"))),
        ]
        return self

    async def __aexit__(self, *error: object) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def rest(self) -> Project:
        """The project once it is at rest."""
        while True:
            self._changed.clear()
            project = await self._projects.GetProject(GetProjectRequest(caller=LOCAL, project_id=self._project_id))
            self._show(project)
            if at_rest(project):
                return project
            # The change may have come between the question and following the topic: ask again now and then.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), timeout=2.0)

    def _show(self, project: Project) -> None:
        self._assets_total = max(1, len(project.scenes))
        for stage in _STAGES[: _STAGES_DONE.get(project.state, 0)]:
            self._progress.done(stage)

    async def _follow_changes(self, records: AsyncIterator[Record]) -> None:
        async for record in records:
            change = ProjectChanged.FromString(record.value)
            if change.project_id == self._project_id:
                self._assets_total = max(1, change.assets_total)
                self._changed.set()

    async def _follow_progress(self, records: AsyncIterator[Record]) -> None:
        async for record in records:
            told = Progressed.FromString(record.value)
            if told.project_id == self._project_id:
                self._percents[told.stage, told.request_id] = told.percent
                self._progress.update(told.stage, self._stage_percent(told.stage), told.doing)

    def _stage_percent(self, stage: str) -> float:
        """The assets of all scenes are one stage to the user; each other stage is one request."""
        percents = [percent for (name, _), percent in self._percents.items() if name == stage]
        return sum(percents) / max(len(percents), self._assets_total if stage == "asset" else 1)
