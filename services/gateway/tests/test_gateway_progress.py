"""How far a project is, in numbers."""

import pytest

from reelwright.events.v1.facts_pb2 import Progressed, ProjectChanged
from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright_gateway.live.book import ProgressBook
from reelwright_gateway.progress import Progress, progress

NOW_S = 1_700_000_000.0


def _told(request_id: str, percent: float, stage: str = "asset") -> Progressed:
    return Progressed(project_id="p", request_id=request_id, stage=stage, percent=percent)


@pytest.mark.parametrize(
    ("state", "stage", "percent"),
    [
        (rpc.STATE_CREATED, "transcription", 0),
        (rpc.STATE_TRANSCRIBED, "plan", 20),
        (rpc.STATE_PLANNED, "asset", 25),
        (rpc.STATE_COMPILING, "render", 65),
        (rpc.STATE_COMPLETED, None, 100),
        (rpc.STATE_CANCELED, None, 0),
    ],
)
def test_a_state_alone_says_which_stages_are_done(
    state: rpc.State.ValueType, stage: str | None, percent: float
) -> None:
    assert progress(rpc.Project(state=state), None, NOW_S) == Progress(stage, percent, None)


def test_pictures_count_when_they_are_there_and_in_part_while_they_are_made() -> None:
    book = ProgressBook()
    for request, percent in (("a", 100.0), ("b", 50.0)):
        book.tell(_told(request, percent), NOW_S)
    scenes = [rpc.SceneOutcome(asset_id="a"), *(rpc.SceneOutcome() for _ in range(3))]
    project = rpc.Project(project_id="p", state=rpc.STATE_GENERATING, scenes=scenes)
    assert progress(project, book.running("p", "asset"), NOW_S).percent == 25 + 40 * 1.5 / 4


def test_the_end_is_expected_by_the_pace_so_far() -> None:
    book = ProgressBook()
    book.tell(_told("r", 0, "render"), NOW_S)
    book.tell(_told("r", 50, "render"), NOW_S + 10)
    project = rpc.Project(project_id="p", state=rpc.STATE_COMPILING)
    assert progress(project, book.running("p", "render"), NOW_S + 1).eta_at is None
    eta = progress(project, book.running("p", "render"), NOW_S + 10).eta_at
    assert eta is not None
    assert eta.timestamp() == pytest.approx(NOW_S + 20)


def test_a_project_at_rest_has_no_jobs() -> None:
    book = ProgressBook()
    book.tell(_told("r", 50), NOW_S)
    book.change(ProjectChanged(project_id="p", state="generating"))
    assert book.running("p", "asset") is not None
    book.change(ProjectChanged(project_id="p", state="planned"))
    assert book.running("p", "asset") is None


def test_the_book_does_not_grow_for_ever() -> None:
    book = ProgressBook()
    for number in range(20_005):
        book.tell(Progressed(project_id=str(number), request_id="r", stage="asset", percent=1), NOW_S)
    assert book.running("4", "asset") is None
    assert book.running("5", "asset") is not None
