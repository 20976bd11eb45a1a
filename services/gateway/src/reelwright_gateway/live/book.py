"""What running jobs told last of their progress: the newest word of each, for projects that are being worked on."""

from collections import OrderedDict
from dataclasses import dataclass, field

from reelwright.events.v1.facts_pb2 import Progressed, ProjectChanged

_PROJECTS = 20_000
_JOBS = 32
"""Of one project; it has 12 scenes at most."""
RUNNING = frozenset({"transcribing", "planning", "generating", "compiling"})


@dataclass(slots=True)
class Running:
    """The jobs of one project's current stage: percent by request. `since_s` and `first` are of its first word."""

    stage: str
    since_s: float
    first: float
    percents: dict[str, float] = field(default_factory=dict)


class ProgressBook:
    """Pure, bounded: the longest unheard of is forgotten first."""

    def __init__(self) -> None:
        self._projects: OrderedDict[str, Running] = OrderedDict()

    def tell(self, told: Progressed, now_s: float) -> None:
        running = self._projects.get(told.project_id)
        if running is None or running.stage != told.stage:
            running = Running(told.stage, now_s, told.percent)
            self._projects[told.project_id] = running
        if told.request_id in running.percents or len(running.percents) < _JOBS:
            running.percents[told.request_id] = told.percent
        self._projects.move_to_end(told.project_id)
        while len(self._projects) > _PROJECTS:
            self._projects.popitem(last=False)

    def change(self, changed: ProjectChanged) -> None:
        """A project at rest has no jobs."""
        if changed.state not in RUNNING:
            self._projects.pop(changed.project_id, None)

    def running(self, project_id: str, stage: str) -> Running | None:
        """What is known of this stage of the project; None when nothing was told yet."""
        running = self._projects.get(project_id)
        return running if running is not None and running.stage == stage else None
