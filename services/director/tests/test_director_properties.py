"""Whatever happens, in whatever order: nothing is bought twice, and no project waits for nothing.

A machine plays the bus (records in any order, twice, delivered again after a crash), the workers (who succeed, stumble,
refuse, vanish), the user (every command at any moment), the clock, and a director that restarts.
"""

import contextlib
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from google.protobuf.message import Message
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from reelwright.events.v1 import media_pb2 as media
from reelwright.events.v1 import requests_pb2 as requests
from reelwright_director import inputs
from reelwright_director.codec import item_project, project_item
from reelwright_director.decide.ticks import due_at_s
from reelwright_director.decision import Refused
from reelwright_director.policy import Policy
from reelwright_director.state import AssetOrder, Project, ProjectSettings
from reelwright_director.terms import ENDED, RUNNING, Review, Stage, State, Status, Waiting
from reelwright_director.testing.messages import plan, scene, transcript
from reelwright_director.testing.provider import Provider
from reelwright_director.testing.world import REQUESTS, World
from reelwright_director.waiting import waiting_on

_POLICY = Policy(lease_s=45.0, max_errors=3, max_losses=4)
_SCENES = st.lists(
    st.builds(
        scene,
        st.integers(0, 2),
        st.sampled_from(["a", "b"]),
        st.sampled_from([media.ASSET_KIND_CLIP, media.ASSET_KIND_STILL, media.ASSET_KIND_CARD]),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda made: made.scene_id,
)
_pick = st.integers(0, 1_000)


@dataclass
class Job:
    """A worker at work on a record. A job whose process is gone says nothing any more."""

    request: Any
    attempt: int
    worker: str


class Life(RuleBasedStateMachine):
    """One project. `records` are what the bus still holds for workers, `facts` what it holds for the director."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(_POLICY)
        self.provider = Provider()
        self.records: list[Any] = []
        self.taken: list[Any] = []
        self.facts: list[Message] = []
        self.told: list[Message] = []
        self.jobs: list[Job] = []
        self.raises = 0
        self.workers = 0
        self.version = 0

    @initialize(
        review=st.sampled_from(list(Review)),
        budget_usd=st.sampled_from([2.0, 5.0, 1.2, 0.06, 0.0]),
        lowest_rung=st.sampled_from([media.RUNG_PLANNED, media.RUNG_STILL, media.RUNG_CARD]),
        head_start=st.sampled_from([5, 3, 2, 8, 1, 0]),
    )
    def start(self, review: Review, budget_usd: float, lowest_rung: int, head_start: int) -> None:
        """Most of a project's life is reached only when nothing goes wrong for a while."""
        self.budget_usd = budget_usd
        self.world.create(ProjectSettings(review=review, budget_usd=budget_usd, lowest_rung=lowest_rung))
        if head_start:
            self.world.upload()
        self.all_goes_well(head_start)

    @rule(rounds=st.integers(1, 3))
    def all_goes_well(self, rounds: int) -> None:
        """Workers and clock do for a while what they should, and the user agrees."""
        for _ in range(rounds):
            if self.world.project.state in RUNNING:
                self._work_fairly()
            elif self.world.project.state is State.TRANSCRIBED:
                self._command(lambda: self.world.do(inputs.StartStage(Stage.PLAN)))
            elif self.world.project.state is State.PLANNED:
                self._command(lambda: self.world.do(inputs.ApprovePlan()))

    # --- the bus and the workers --------------------------------------------------------------------------------------

    @precondition(lambda self: self.records)
    @rule(pick=_pick, keep=st.booleans())
    def deliver_record(self, pick: int, keep: bool) -> None:
        """A worker takes any record up; `keep`: it is delivered once more, to another worker."""
        index = pick % len(self.records)
        request = self.records[index] if keep else self.records.pop(index)
        self.workers += 1
        self._begin(request, f"w{self.workers}")

    def _begin(self, request: Any, worker: str) -> None:
        match self.world.begin(request.request_id, worker):
            case inputs.Go(attempt):
                self.jobs.append(Job(request, attempt, worker))
            case inputs.Wait():
                self.records.append(request)
            case inputs.Drop():
                pass

    @precondition(lambda self: self.jobs)
    @rule(pick=_pick, ending=st.sampled_from(["succeed", "succeed", "refuse", "stumble", "busy"]), twice=st.booleans())
    def end_job(self, pick: int, ending: str, twice: bool) -> None:
        """A job ends in a fact; `twice`: its record was not committed, and comes again."""
        job = self.jobs.pop(pick % len(self.jobs))
        if twice:
            self.records.append(job.request)
        match ending:
            case "succeed":
                fact = self.provider.succeed(job.request, job.attempt)
            case "refuse":
                fact = self.provider.refuse(job.request, job.attempt)
            case _:
                fact = self.provider.stumble(job.request, job.attempt, busy=ending == "busy")
        self.facts.append(fact)

    @precondition(lambda self: self.jobs)
    @rule(pick=_pick, bought=st.booleans())
    def lose_job(self, pick: int, bought: bool) -> None:
        """The worker is killed, perhaps after it paid; its record is delivered again some time."""
        job = self.jobs.pop(pick % len(self.jobs))
        if bought:
            self.provider.succeed(job.request, job.attempt)
        self.records.append(job.request)

    @precondition(lambda self: self.jobs)
    @rule(pick=_pick)
    def beat(self, pick: int) -> None:
        job = self.jobs[pick % len(self.jobs)]
        answer = self.world.do(inputs.Beat(job.request.request_id, job.worker, job.attempt))
        if isinstance(answer, inputs.Drop):
            self.jobs.remove(job)

    @precondition(lambda self: self.facts)
    @rule(pick=_pick)
    def deliver_fact(self, pick: int) -> None:
        fact = self.facts.pop(pick % len(self.facts))
        self.told.append(fact)
        self.world.do(fact)  # type: ignore[arg-type]

    @precondition(lambda self: self.told)
    @rule(pick=_pick)
    def deliver_fact_again(self, pick: int) -> None:
        """A fact that was heard before changes nothing, however late it comes, but what it may always change."""
        self.world.do(self.told[pick % len(self.told)])  # type: ignore[arg-type]

    # --- the clock and the director itself ----------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([1.0, 20.0, 50.0, 400.0, 3_000.0]))
    def time_passes(self, seconds: float) -> None:
        self.world.now_s += seconds
        self.world.do(inputs.Tick())

    @rule(pick=st.sets(st.integers(0, 3)))
    def dispatch(self, pick: set[int]) -> None:
        ready = [r.request_id for r in self.world.project.requests if r.status is Status.READY]
        self.world.do(inputs.Dispatch(frozenset(ready[n] for n in pick if n < len(ready))))

    @rule()
    def restart(self) -> None:
        """Everything runs in one process, which is killed: no job survives, every record comes again."""
        self.records += [job.request for job in self.jobs]
        self.jobs.clear()
        self.world.do(inputs.EndLeases())

    # --- the user -----------------------------------------------------------------------------------------------------

    @rule()
    def upload(self) -> None:
        self._command(self.world.upload)

    @rule(
        what=st.sampled_from(
            [
                inputs.ApproveTranscript(),
                inputs.ApprovePlan(),
                inputs.Cancel(),
                *(inputs.StartStage(stage) for stage in Stage),
            ]
        )
    )
    def command(self, what: inputs.Command) -> None:
        self._command(lambda: self.world.do(what))

    @rule(text=st.sampled_from(["a b c d e f g h", "one two three four"]))
    def edit_script(self, text: str) -> None:
        self._command(lambda: self.world.do(inputs.EditScript(requests.GivenText(text=text))))

    @rule(text=st.sampled_from(["x y z", "one two three four"]))
    def edit_transcript(self, text: str) -> None:
        self._command(lambda: self.world.do(inputs.EditTranscript(transcript(text))))

    @rule(scenes=_SCENES)
    def edit_plan(self, scenes: list[media.Scene]) -> None:
        self._command(lambda: self.world.do(inputs.EditPlan(plan(*scenes))))

    @rule(style=st.sampled_from(["highlight", "pop"]), look=st.sampled_from(["auto", "ocean"]))
    def update(self, style: str, look: str) -> None:
        had = self.world.project.settings
        wanted = ProjectSettings(
            review=had.review,
            budget_usd=had.budget_usd,
            lowest_rung=had.lowest_rung,
            caption_style=style,
            look=look,
        )
        self._command(lambda: self.world.do(inputs.Update(wanted)))

    @precondition(lambda self: self.world.project.takes)
    @rule(pick=_pick)
    def choose(self, pick: int) -> None:
        takes = self.world.project.takes
        self._command(lambda: self.world.do(inputs.ChooseAsset(takes[pick % len(takes)].asset.asset_id)))

    @precondition(lambda self: self.world.project.takes)
    @rule(pick=_pick)
    def regenerate(self, pick: int) -> None:
        takes = self.world.project.takes
        self._raise(inputs.RegenerateAsset(takes[pick % len(takes)].asset.asset_id))

    @rule()
    def retry(self) -> None:
        self._raise(inputs.Retry())

    @precondition(lambda self: len(self.told) > 6)
    @rule()
    def delete(self) -> None:
        self._command(lambda: self.world.do(inputs.Delete()))

    def _raise(self, command: inputs.Command) -> None:
        before = dict(self.world.project.take_numbers)
        self._command(lambda: self.world.do(command))
        after = self.world.project.take_numbers
        self.raises += sum(number - before.get(subject, 1) for subject, number in after.items())

    def _command(self, act: Any) -> None:
        with contextlib.suppress(Refused):
            act()
        self._collect()

    def _collect(self) -> None:
        """What was published goes to the workers' topics."""
        for topic, message in self.world.published:
            if isinstance(message, REQUESTS) and not topic.endswith(".dlq"):
                self.records.append(message)
        self.world.published.clear()

    # --- what always holds --------------------------------------------------------------------------------------------

    @invariant()
    def nothing_is_asked_twice_at_once(self) -> None:
        project = self.world.project
        ids = [request.request_id for request in project.requests]
        assert len(ids) == len(set(ids))
        orders = [request.order.asset_id for request in project.requests if request.order]
        assert len(orders) == len(set(orders))
        singles = [r for r in project.requests if r.stage is not Stage.ASSET and r.status is not Status.FAILED]
        assert len(singles) <= 1

    @invariant()
    def only_the_user_buys_again(self) -> None:
        """Assets bought beyond one per subject are those takes that the user asked for."""
        subjects = {request.order.subject for request in self.world.ordered.values() if request.order}
        assert len(self._bought()) <= len(subjects) + self.raises

    @invariant()
    def nothing_is_bought_before_its_last_take_is_told(self) -> None:
        """Whatever is canceled, lost or tried again: at most one paid picture of a subject is unheard of."""
        told = {m.asset.asset_id for m in self.told if hasattr(m, "asset")}
        unheard = Counter(order.subject for order in self._bought() if order.asset_id not in told)
        assert all(count <= 1 for count in unheard.values())

    def _bought(self) -> list[AssetOrder]:
        orders = [r.order for r in self.world.ordered.values() if r.order is not None]
        return [order for order in orders if order.asset_id in self.provider.bought]

    @invariant()
    def the_ledger_is_true(self) -> None:
        """What is booked is what the provider charged for all that it told, once."""
        told = {m.asset.asset_id for m in self.told if hasattr(m, "asset")}
        charged = sum(self.provider.bought[asset_id] for asset_id in told)
        assert abs(self.world.project.cost_usd - charged) < 1e-6
        assert abs(sum(booking.cost_usd for booking in self.world.bookings) - charged) < 1e-6

    @invariant()
    def the_budget_holds(self) -> None:
        """Not only what is booked: what the provider charged, told or not."""
        assert sum(self.provider.bought.values()) <= self.budget_usd + 1e-6

    @invariant()
    def it_waits_for_something_named(self) -> None:
        self._collect()
        project = self.world.project
        on = waiting_on(project)
        assert project.waiting.on is on
        if project.state in RUNNING:
            assert on not in (Waiting.NOTHING, Waiting.USER)
            assert any(self._moves(project, request) for request in project.requests)
        else:
            assert (on is Waiting.USER) == (project.state not in ENDED)

    def _moves(self, project: Project, request: Any) -> bool:
        """Somebody will do something about this request by itself: a record, the dispatcher or the clock."""
        told: list[Any] = [*self.records, *self.facts]
        in_bus = any(message.request_id == request.request_id for message in told)
        match request.status:
            case Status.READY:
                return True
            case Status.ASKED:
                return in_bus or due_at_s(project) is not None
            case Status.RUNNING | Status.RETRYING:
                return due_at_s(project) is not None
        return False

    @invariant()
    def failures_say_why(self) -> None:
        project = self.world.project
        assert (project.failure is not None) == (project.state is State.FAILED)

    @invariant()
    def versions_rise(self) -> None:
        assert self.world.project.version >= self.version
        self.version = self.world.project.version

    @invariant()
    def it_survives_the_store(self) -> None:
        assert item_project(project_item(self.world.project)) == self.world.project

    def teardown(self) -> None:
        """From wherever it is: with workers that work and a clock that ticks, it comes to rest."""
        if not hasattr(self.world, "project"):
            return
        for _ in range(200):
            if self.world.project.state not in RUNNING:
                return
            self._work_fairly()
        raise AssertionError(f"still {self.world.project.state}: {self.world.project.requests}")

    def _work_fairly(self) -> None:
        self._collect()
        self.world.dispatch()
        self._collect()
        records, self.records = self.records, []
        for record in records:
            self._begin(record, "fair")
        for job in self.jobs:
            self.facts.append(self.provider.succeed(job.request, job.attempt))
        self.jobs.clear()
        for fact in self.facts:
            self.told.append(fact)
            self.world.do(fact)  # type: ignore[arg-type]
        self.facts.clear()
        self.world.now_s += 60.0
        self.world.do(inputs.Tick())


Life.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=timedelta(seconds=5),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestLife = Life.TestCase
