"""`ProjectService`: the director's commands and questions, for whoever faces users."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from reelwright.rpc.v1.project_pb2_grpc import ProjectServiceServicer
from reelwright_director.apply import Workflow
from reelwright_director.brakes import Brakes
from reelwright_director.commands_rpc import Commands
from reelwright_director.listing import Listing
from reelwright_director.project_view import Views
from reelwright_director.questions_rpc import Questions
from reelwright_director.store import ProjectStore

if TYPE_CHECKING:
    from reelwright.rpc.v1.planner_pb2_grpc import PlannerServiceAsyncStub


class ProjectServicer(Commands, Questions, ProjectServiceServicer):
    """`planner` is only needed to rewrite a scene's prompt while its editor waits."""

    def __init__(
        self,
        workflow: Workflow,
        projects: ProjectStore,
        listing: Listing,
        brakes: Callable[[], Brakes],
        planner: "PlannerServiceAsyncStub | None" = None,
    ) -> None:
        self._workflow = workflow
        self._projects = projects
        self._listing = listing
        self._current_brakes = brakes
        self._planner = planner
        self._views = Views()

    def _brakes(self) -> Brakes:
        return self._current_brakes()
