"""Projects on their way through the workers, event by event, with pods as the scalers would have them."""

import heapq
import random
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count

from tools.simulate.group import Group, Pod, Record
from tools.simulate.scaler import SYNC_S, Scaler
from tools.simulate.values import Component, Slots
from tools.simulate.workload import Times, Video

WINDOW_PER_SLOT = 2
"""How many assets the director has outstanding per slot of the provider."""
_LONGEST_S = 72 * 3600.0


@dataclass(frozen=True, slots=True)
class Sample:
    """How it stood at a moment: by worker, its pods (those that start among them) and the lag of its group."""

    at_s: float
    pods: Mapping[str, int]
    lag: Mapping[str, int]
    waiting_for_slot: int


@dataclass(slots=True)
class Trace:
    """What happened. `latency_s` is each finished project's time from upload to video."""

    samples: list[Sample] = field(default_factory=list)
    latency_s: list[float] = field(default_factory=list)
    pod_s: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    rebalances: Counter[str] = field(default_factory=Counter)
    interrupted: Counter[str] = field(default_factory=Counter)
    ended_s: float = 0.0


class Stage:
    """One worker: its group, its pods, its scaler."""

    def __init__(self, simulation: "Simulation", name: str, component: Component) -> None:
        self._simulation = simulation
        self._name = name
        self._component = component
        self._scaler = Scaler(component.scaling)
        self._stalled_until_s = 0.0
        self._wanted = component.scaling.least
        self._attempt: dict[Record, int] = {}
        self.group = Group(component.partitions)
        for _ in range(self._wanted):
            self.group.pods.append(Pod(0.0))

    @property
    def pods(self) -> int:
        """Those that are paid for: ready or starting."""
        return self._wanted

    def put(self, record: Record) -> None:
        record.partition = self._simulation.chance.randrange(self._component.partitions)
        if pod := self.group.append(record):
            self._begin(pod)

    def look(self, now_s: float) -> None:
        """The scaler's look, and what follows from it."""
        before, self._wanted = self._wanted, self._scaler.look(now_s, self.group.lags(), self._wanted)
        for _ in range(self._wanted - before):
            self._simulation.after(self._simulation.times.pod_s, self._join)
        for _ in range(before - self._wanted):
            self._leave()

    def _join(self) -> None:
        if len(self.group.pods) < self._wanted:
            self.group.pods.append(Pod(self._simulation.now_s))
            self._rebalance()

    def _leave(self) -> None:
        """The youngest goes, as a ReplicaSet chooses; what it cannot end within its grace goes back.

        A paid task runs on at the provider, and the next pod adopts it: nothing of it is lost.
        """
        if not self.group.pods:
            return
        pod = max(self.group.pods, key=lambda each: each.born_s)
        self.group.pods.remove(pod)
        for record in [] if self._name == "kling-gateway" else list(pod.running):
            if self._simulation.left_s(record) > self._component.grace_s:
                self._simulation.trace.interrupted[self._name] += 1
                self._attempt[record] = self._attempt.get(record, 0) + 1
                record.work_s = self._simulation.left_s(record)
                self.group.give_back(pod, record)
        self._rebalance()

    def _rebalance(self) -> None:
        self._simulation.trace.rebalances[self._name] += 1
        self._stalled_until_s = self._simulation.now_s + self._simulation.times.rebalance_s
        self._simulation.after(self._simulation.times.rebalance_s, self._begin_all)

    def _begin_all(self) -> None:
        for pod in list(self.group.pods):
            self._begin(pod)

    def _begin(self, pod: Pod) -> None:
        if self._simulation.now_s < self._stalled_until_s or pod not in self.group.pods:
            return
        for record in self.group.take(pod, self._component.concurrency):
            self._simulation.start(record, partial(self._ended, pod, record, self._attempt.get(record, 0)))

    def _ended(self, pod: Pod, record: Record, attempt: int) -> None:
        if self._attempt.get(record, 0) != attempt:
            return  # it was given back meanwhile, and this is the end that it would have had
        self._attempt.pop(record, None)
        self.group.finish(pod, record)
        self._simulation.done(self._name, record)
        self._begin(pod)


class Provider:
    """One product family of the provider: so many at once, the rest in turn; and the director's window before it."""

    def __init__(self, slots: int) -> None:
        self.slots = slots
        self.ready: deque[Record] = deque()
        self.outstanding = 0
        self.busy = 0
        self.queue: deque[Callable[[], None]] = deque()


class Simulation:
    """One run over the given arrivals, in seconds."""

    def __init__(
        self, components: Mapping[str, Component], times: Times, video: Video, slots: Slots, arrivals: Sequence[float]
    ) -> None:
        self.times, self._video, self._components = times, video, components
        self.chance = random.Random(7)
        self.trace = Trace()
        self.now_s = 0.0
        self._order = count()
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._ends: dict[Record, float] = {}
        self._arrivals = arrivals
        self._missing: dict[int, int] = {}
        self._family: dict[Record, Provider] = {}
        self._clips, self._pictures = Provider(slots.clips), Provider(slots.pictures)
        self._stages = {name: Stage(self, name, component) for name, component in components.items()}

    def run(self) -> Trace:
        for project, at_s in enumerate(self._arrivals):
            self._at(at_s, partial(self._uploaded, project))
        self._at(0.0, self._look)
        while self._events and self.now_s < _LONGEST_S:
            self.now_s, _, event = heapq.heappop(self._events)
            event()
        self.trace.ended_s = self.now_s
        return self.trace

    def after(self, delay_s: float, event: Callable[[], None]) -> None:
        self._at(self.now_s + delay_s, event)

    def _at(self, at_s: float, event: Callable[[], None]) -> None:
        heapq.heappush(self._events, (at_s, next(self._order), event))

    def left_s(self, record: Record) -> float:
        """How long a record that is being worked on still takes; one that waits for a slot has not begun."""
        return max(0.0, self._ends.get(record, self.now_s + record.work_s) - self.now_s)

    def start(self, record: Record, ended: Callable[[], None]) -> None:
        """Work on a record; an asset's begins once the provider has a slot for it."""
        family = self._family.get(record)
        if family is None:
            self._work(record, ended)
        elif family.busy < family.slots:
            self._occupy(family, record, ended)
        else:
            family.queue.append(partial(self._occupy, family, record, ended))

    def _occupy(self, family: Provider, record: Record, ended: Callable[[], None]) -> None:
        family.busy += 1

        def free() -> None:
            family.busy -= 1
            ended()
            if family.queue:
                family.queue.popleft()()

        self._work(record, free)

    def _work(self, record: Record, ended: Callable[[], None]) -> None:
        at_s = self._ends[record] = self.now_s + record.work_s

        def end() -> None:
            if self._ends.get(record) == at_s:
                del self._ends[record]
            ended()

        self.after(record.work_s, end)

    def done(self, stage: str, record: Record) -> None:
        """What follows in the project's life."""
        match stage:
            case "transcription":
                self._stages["planner"].put(self._record(record.project, self.times.plan_cpu_s))
            case "planner":
                self._ask_for_assets(record.project)
            case "kling-gateway":
                self._asset_done(record)
            case "renderer":
                self.trace.latency_s.append(self.now_s - self._arrivals[record.project])

    def _ask_for_assets(self, project: int) -> None:
        self._missing[project] = self._video.clips + self._video.pictures
        for family, number, work_s in (
            (self._clips, self._video.clips, self.times.clip_s),
            (self._pictures, self._video.pictures, self.times.picture_s),
        ):
            family.ready.extend(self._record(project, self._spread(work_s)) for _ in range(number))
            self._dispatch(family)

    def _asset_done(self, record: Record) -> None:
        family = self._family.pop(record)
        family.outstanding -= 1
        self._dispatch(family)
        self._missing[record.project] -= 1
        if not self._missing[record.project]:
            self._stages["renderer"].put(self._record(record.project, self._render_s()))

    def _dispatch(self, family: Provider) -> None:
        while family.ready and family.outstanding < WINDOW_PER_SLOT * family.slots:
            record = family.ready.popleft()
            family.outstanding += 1
            self._family[record] = family
            self._stages["kling-gateway"].put(record)

    def _record(self, project: int, work_s: float) -> Record:
        return Record(project, work_s, self.now_s)

    def _uploaded(self, project: int) -> None:
        cpu_s = self.times.transcription_cpu_s * self._spread(self._video.recording_s)
        self._stages["transcription"].put(self._record(project, cpu_s / self._components["transcription"].cpus))

    def _render_s(self) -> float:
        cpu_s = self.times.render_cpu_s * self._video.video_s
        return cpu_s / (self._components["renderer"].cpus * self.times.efficiency)

    def _spread(self, mean: float) -> float:
        """Most take about as long as the mean, some twice as long."""
        return mean * self.chance.lognormvariate(-0.06, 0.35)

    def _look(self) -> None:
        for stage in self._stages.values():
            stage.look(self.now_s)
        self._sample()
        is_idle = not any(any(stage.group.lags()) for stage in self._stages.values())
        at_rest = all(stage.pods == self._components[name].scaling.least for name, stage in self._stages.items())
        if self._events or not (is_idle and at_rest):
            self.after(SYNC_S, self._look)

    def _sample(self) -> None:
        pods = {name: stage.pods for name, stage in self._stages.items()}
        lag = {name: sum(stage.group.lags()) for name, stage in self._stages.items()}
        waiting = sum(len(family.ready) + len(family.queue) for family in (self._clips, self._pictures))
        self.trace.samples.append(Sample(self.now_s, pods, lag, waiting))
        for name, number in pods.items():
            self.trace.pod_s[name] += number * SYNC_S
