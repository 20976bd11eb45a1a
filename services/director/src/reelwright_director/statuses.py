"""What projects stand under in the index by status: their state, but those that are fetched apart from the new ones.

So whoever counts our work reads these, and not all the others that wait for an upload, some of them for ever.
"""

from reelwright_director.state import Project
from reelwright_director.terms import State
from reelwright_director.waiting import is_fetched

FETCHING = "fetching"
"""No state: to its user the project is as new."""


def status_of(project: Project) -> str:
    return FETCHING if is_fetched(project) else project.state.value


def statuses_of(state: State) -> tuple[str, ...]:
    """All under which a project of this state may stand."""
    return (state.value, FETCHING) if state is State.CREATED else (state.value,)
