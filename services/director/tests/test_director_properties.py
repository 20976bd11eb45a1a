"""Whatever happens, in whatever order: nothing is bought twice, and no project waits for nothing.

A machine plays the bus (records in any order, twice, delivered again after a crash), the workers (who succeed, stumble,
refuse, vanish), the user (every command at any moment), the clock, and a director that restarts.
"""

import contextlib
import random
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from google.protobuf.message import Message
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from reelwright.events.v1 import media_pb2 as media
from reelwright.events.v1 import requests_pb2 as requests
from reelwright_director import inputs
from reelwright_director.brakes import ALL, Brakes
from reelwright_director.codec import item_project, project_item
from reelwright_director.decide.ticks import due_at_s
from reelwright_director.decision import Refused
from reelwright_director.policy import Policy
from reelwright_director.state import AssetOrder, Project, ProjectSettings
from reelwright_director.table import START, Cell, Refusal, Verb, verdict
from reelwright_director.terms import ENDED, RUNNING, Review, Stage, State, Status, Waiting
from reelwright_director.testing.messages import blob, plan, scene, transcript
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
_EDITS = st.one_of(
    st.builds(inputs.EditPlan, _SCENES.map(lambda scenes: plan(*scenes))),
    st.builds(inputs.EditTranscript, st.sampled_from(["x y z", "one two three four"]).map(transcript)),
    st.builds(
        inputs.EditScript, st.sampled_from(["a b c", "one two three"]).map(lambda text: requests.GivenText(text=text))
    ),
)
_HAPPENINGS = (
    *("take", "hear", "hear", "dispatch", "succeed", "succeed", "stumble", "time_passes"),
    *("take_again", "hear_again", "succeed_uncommitted", "refuse", "lose", "lose_paid", "beat", "beat"),
    *("go_on", "go_on", "change_mind", "beat_paused", "redrive", "redrive"),
)


@dataclass
class Record:
    """A request on its topic; with a redrive's id, a dead letter that was sent again."""

    request: Any
    redrive: str = ""


@dataclass
class Job:
    """A worker at work on a record. A job whose process is gone says nothing any more."""

    record: Record
    attempt: int
    worker: str

    @property
    def request(self) -> Any:
        return self.record.request


class Life(RuleBasedStateMachine):
    """One project. `records` are what the bus still holds for workers, `facts` what it holds for the director."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(_POLICY)
        self.provider = Provider()
        self.records: list[Record] = []
        self.letters: list[Any] = []
        self.redrives = 0
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

    @rule(count=st.integers(1, 40), seed=st.integers(0, 2**32))
    def things_happen(self, count: int, seed: int) -> None:
        """What happens for a while between a bus and its workers; what cannot happen now does not."""
        chance = random.Random(seed)
        for _ in range(count):
            getattr(self, f"_{chance.choice(_HAPPENINGS)}")(chance.randrange(1_000))
            self._collect()

    def _take(self, pick: int, *, again: bool = False) -> None:
        """A worker takes any record up."""
        if self.records:
            index = pick % len(self.records)
            self._begin(self.records[index] if again else self.records.pop(index))

    def _take_again(self, pick: int) -> None:
        """And it will be delivered once more, to another worker."""
        self._take(pick, again=True)

    def _begin(self, record: Record) -> None:
        self.workers += 1
        request = record.request
        worker = f"w{self.workers}"
        known = self.world.project.request(request.request_id)
        lease = known.lease if known is not None else None
        match self.world.begin(request.request_id, worker, record.redrive):
            case inputs.Go(attempt):
                assert lease is None or lease.until_s <= self.world.now_s, "two hold a lease on one request"
                self.jobs.append(Job(record, attempt, worker))
            case inputs.Wait():
                self.records.append(record)
            case inputs.Drop():
                pass

    def _job(self, pick: int) -> Job | None:
        """Any job, or one that begins just now."""
        if not self.jobs:
            self._dispatch(pick)
            self._collect()
            self._take(pick)
        return self.jobs.pop(pick % len(self.jobs)) if self.jobs else None

    def _succeed(self, pick: int) -> None:
        if job := self._job(pick):
            self.facts.append(self.provider.succeed(job.request, job.attempt))

    def _succeed_uncommitted(self, pick: int) -> None:
        """The fact is out, and the worker dies before it commits: its record comes again."""
        if job := self._job(pick):
            self.facts.append(self.provider.succeed(job.request, job.attempt))
            self.records.append(job.record)

    def _refuse(self, pick: int) -> None:
        if job := self._job(pick):
            self.facts.append(self.provider.refuse(job.request, job.attempt))

    def _stumble(self, pick: int) -> None:
        if job := self._job(pick):
            self.facts.append(self.provider.stumble(job.request, job.attempt, busy=pick % 2 == 0))

    def _lose(self, pick: int) -> None:
        """The worker is killed; its record is delivered again some time."""
        if job := self._job(pick):
            self.records.append(job.record)

    def _lose_paid(self, pick: int) -> None:
        """The worker is killed between paying and telling."""
        if job := self._job(pick):
            self.provider.succeed(job.request, job.attempt)
            self.records.append(job.record)

    def _beat(self, pick: int) -> None:
        if job := self._job(pick):
            answer = self.world.do(inputs.Beat(job.request.request_id, job.worker, job.attempt))
            if not isinstance(answer, inputs.Drop):
                self.jobs.append(job)

    def _beat_paused(self, pick: int) -> None:
        """An operator paused everything, and the worker asks whether it may pay. Then the brake is off again."""
        if job := self._job(pick):
            self.world.context = replace(self.world.context, brakes=Brakes(frozenset({(ALL, ALL)})))
            answer = self.world.do(inputs.Beat(job.request.request_id, job.worker, job.attempt, paying=True))
            assert isinstance(answer, inputs.Drop)
            self.world.context = replace(self.world.context, brakes=Brakes())

    def _redrive(self, pick: int) -> None:
        """An operator sends a dead letter again."""
        if self.letters:
            self.redrives += 1
            letter = self.letters.pop(pick % len(self.letters))
            self.records.append(Record(letter, f"redrive-{self.redrives}"))

    def _hear(self, pick: int) -> None:
        if self.facts:
            self.told.append(self.facts.pop(pick % len(self.facts)))
            self.world.do(self.told[-1])  # type: ignore[arg-type]

    def _hear_again(self, pick: int) -> None:
        if self.told:
            self.world.do(self.told[pick % len(self.told)])  # type: ignore[arg-type]

    def _go_on(self, pick: int) -> None:
        """Their user has something made (again), where nothing is being made."""
        if self.world.project.state not in RUNNING:
            allowed = [what for verb, what in self._commands() if not isinstance(self._verdict(verb), Refusal)]
            wanted = [what for what in allowed if not isinstance(what, inputs.Cancel)]
            self._raise(wanted[pick % len(wanted)] if wanted else inputs.Delete())

    def _change_mind(self, pick: int) -> None:
        """Their user edits a scene, or (seldom) cancels."""
        prompts = [scene(n, "ab"[(pick >> n) % 2]) for n in range(1 + pick % 3)]
        self._command(lambda: self.world.do(inputs.Cancel() if pick % 7 == 0 else inputs.EditPlan(plan(*prompts))))

    def _dispatch(self, pick: int) -> None:
        ready = [r.request_id for r in self.world.project.requests if r.status is Status.READY]
        self.world.do(inputs.Dispatch(frozenset(ready[: 1 + pick % 3])))

    def _time_passes(self, pick: int) -> None:
        self.world.now_s += (1.0, 20.0, 50.0, 120.0, 400.0, 3_000.0)[pick % 6]
        self.world.do(inputs.Tick())

    @rule()
    def restart(self) -> None:
        """Everything runs in one process, which is killed: no job survives, every record comes again."""
        self.records += [job.record for job in self.jobs]
        self.jobs.clear()
        self.world.do(inputs.EndLeases())

    # --- the user -----------------------------------------------------------------------------------------------------

    @rule(data=st.data())
    def command(self, data: st.DataObject) -> None:
        """Any command that the table allows now."""
        allowed = [what for verb, what in self._commands() if not isinstance(self._verdict(verb), Refusal)]
        self._raise(data.draw(st.sampled_from(allowed or [inputs.Delete()])))

    @rule(data=st.data())
    def command_out_of_place(self, data: st.DataObject) -> None:
        self._raise(data.draw(st.sampled_from([what for _, what in self._commands()])))

    @rule(edit=_EDITS)
    def edit(self, edit: inputs.Command) -> None:
        self._command(lambda: self.world.do(edit))

    @rule(style=st.sampled_from(["highlight", "pop"]), look=st.sampled_from(["auto", "ocean"]))
    def update(self, style: str, look: str) -> None:
        settings = replace(self.world.project.settings, caption_style=style, look=look)
        self._command(lambda: self.world.do(inputs.Update(settings)))

    @precondition(lambda self: len(self.told) > 12)
    @rule()
    def delete(self) -> None:
        self._command(lambda: self.world.do(inputs.Delete()))

    def _verdict(self, verb: Verb) -> Cell:
        return verdict(verb, self.world.project.state)

    def _commands(self) -> list[tuple[Verb, inputs.Command]]:
        """Every command but edits and deletes; of takes, those of the oldest and the newest."""
        takes = self.world.project.takes
        of_takes = {take.asset.asset_id for take in (*takes[:1], *takes[-1:])}
        return [
            (Verb.APPROVE_TRANSCRIPT, inputs.ApproveTranscript()),
            (Verb.APPROVE_PLAN, inputs.ApprovePlan()),
            (Verb.CANCEL, inputs.Cancel()),
            (Verb.RETRY, inputs.Retry()),
            *((START[stage], inputs.StartStage(stage)) for stage in START),
            *((Verb.REGENERATE, inputs.RegenerateAsset(asset_id)) for asset_id in sorted(of_takes)),
            *((Verb.CHOOSE, inputs.ChooseAsset(asset_id)) for asset_id in sorted(of_takes)),
            (Verb.UPLOAD, inputs.CompleteUpload(blob("audio-projects/p1/audio"))),
        ]

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
            if isinstance(message, REQUESTS):
                if topic.endswith(".dlq"):
                    self.letters.append(message)
                else:
                    self.records.append(Record(message))
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
        told: list[Any] = [*(record.request for record in self.records), *self.facts]
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
            self._begin(record)
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
    max_examples=80,
    stateful_step_count=30,
    deadline=timedelta(seconds=5),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestLife = Life.TestCase
