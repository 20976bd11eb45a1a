"""What is counted: ends by their fault and reason, waits, costs, attempts, fallbacks by their rung, each once."""

from prometheus_client import REGISTRY

from reelwright.events.v1 import media_pb2 as media
from reelwright.events.v1.requests_pb2 import (
    AssetRequested,
    PlanRequested,
    RenderRequested,
    TranscriptionRequested,
)
from reelwright_director import inputs
from reelwright_director.counting import begin_at_zero, count
from reelwright_director.decision import Decision
from reelwright_director.policy import Policy
from reelwright_director.state import ProjectSettings
from reelwright_director.terms import Review, Stage, State
from reelwright_director.testing.messages import answer, failure
from reelwright_director.testing.world import World


class Counted(World):
    """Counts each decision as `apply` does."""

    _cause = "Create"

    def do(self, what: inputs.Input) -> inputs.Answer | None:
        self._cause = type(what).__name__
        return super().do(what)

    def _take(self, decision: Decision) -> None:
        before = self.project if hasattr(self, "project") else None
        super()._take(decision)
        if decision.project is not before:
            count(before, decision, self._cause)

    def answer_after(self, seconds: float, kind: type) -> None:
        """A worker begins the one request of this kind at once, and ends it so many seconds later."""
        self.dispatch()
        (request,) = self.asked(kind)
        self.begin(request.request_id)  # type: ignore[attr-defined]
        self.now_s += seconds
        self.do(answer(request))  # type: ignore[arg-type]


class Grown:
    """How much a sample has grown since this was made."""

    def __init__(self, name: str, **labels: str) -> None:
        self._name, self._labels = name, labels
        self._had = self._value()

    def _value(self) -> float:
        return REGISTRY.get_sample_value(self._name, self._labels) or 0.0

    @property
    def by(self) -> float:
        return round(self._value() - self._had, 6)


def test_a_fallback_is_counted_when_it_appears() -> None:
    world, cards = Counted(), Grown("reelwright_asset_fallbacks_total", rung="card")
    degraded = Grown("reelwright_videos_completed_total", quality="degraded", simulated="false")
    world.make_video(ProjectSettings(budget_usd=0.0, lowest_rung=media.RUNG_CARD))
    assert world.project.state is State.COMPLETED
    assert (cards.by, degraded.by) == (2, 1)


def test_a_failure_is_counted_with_its_reason_and_whose_fault_it_is() -> None:
    failed = Grown("reelwright_project_failures_total", stage="asset", reason="budget_exceeded")
    faults = {fault: Grown("reelwright_projects_ended_total", state="failed", fault=fault) for fault in ("user", "us")}
    world = Counted()
    world.make_video(ProjectSettings(budget_usd=0.0))
    assert failed.by == 1
    assert {fault: grown.by for fault, grown in faults.items()} == {"user": 1, "us": 0}


def test_a_video_is_counted_with_what_its_user_waited_for_us() -> None:
    waited = Grown("reelwright_project_duration_seconds_sum", video="first")
    again = Grown("reelwright_project_duration_seconds_sum", video="another")
    done = Grown("reelwright_projects_ended_total", state="completed", fault="")
    full = Grown("reelwright_videos_completed_total", quality="full", simulated="false")
    world = Counted()
    world.create(ProjectSettings(review=Review.TRANSCRIPT))
    world.now_s += 1_000  # before the upload nobody waits for us
    world.upload()
    world.answer_after(30, TranscriptionRequested)
    world.now_s += 5_000  # its user reads the words
    world.do(inputs.ApproveTranscript())
    world.answer_after(7, PlanRequested)
    world.serve(AssetRequested)
    world.answer_after(20, RenderRequested)
    assert (done.by, full.by) == (1, 1)
    assert waited.by == 30 + 7 + 20
    world.now_s += 9_000  # it is watched
    world.do(inputs.RegenerateAsset(world.project.takes[0].asset.asset_id))
    world.serve(AssetRequested)
    world.do(inputs.StartStage(Stage.RENDER))
    world.answer_after(5, RenderRequested)
    assert (done.by, waited.by, again.by) == (2, 57, 5)


def test_a_request_is_counted_when_it_is_begun_and_when_it_is_done() -> None:
    waited = Grown("reelwright_request_wait_seconds_sum", stage="transcription")
    lasted = Grown("reelwright_request_duration_seconds_sum", stage="transcription")
    begun = Grown("reelwright_request_wait_seconds_count", stage="transcription")
    done = Grown("reelwright_attempts_ended_total", stage="transcription", outcome="done")
    failed = Grown("reelwright_attempts_ended_total", stage="transcription", outcome="failed")
    world = Counted()
    world.create()
    world.upload()
    world.now_s += 12
    (request,) = world.asked(TranscriptionRequested)
    world.begin(request.request_id)  # type: ignore[attr-defined]
    world.now_s += 1
    world.do(failure(request, retryable=True))
    world.now_s += 100
    world.do(inputs.Tick())
    world.answer_after(30, TranscriptionRequested)
    assert (waited.by, begun.by, lasted.by) == (12, 1, 143)
    assert (done.by, failed.by) == (1, 1)


def test_what_is_tried_too_often_is_counted_among_the_dead_letters() -> None:
    letters = Grown("reelwright_dead_letters_total", topic="transcription.requests")
    given_up = Grown("reelwright_requests_given_up_total", stage="transcription")
    ours = Grown("reelwright_projects_ended_total", state="failed", fault="us")
    world = Counted(Policy(max_errors=1))
    world.create()
    world.upload()
    (request,) = world.asked(TranscriptionRequested)
    world.begin(request.request_id)  # type: ignore[attr-defined]
    world.do(failure(request, retryable=True))
    assert (letters.by, given_up.by, ours.by) == (1, 1, 1)


def test_what_is_booked_is_counted_by_stage() -> None:
    spent = Grown("reelwright_cost_usd_total", stage="asset")
    world = Counted()
    world.create()
    world.upload()
    world.serve(cost_usd=0.25)
    assert spent.by == 0.5


def test_rates_begin_at_zero() -> None:
    begin_at_zero()
    for fault in ("user", "provider", "us"):
        assert (
            REGISTRY.get_sample_value("reelwright_projects_ended_total", {"state": "failed", "fault": fault})
            is not None
        )
