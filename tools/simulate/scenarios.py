"""What is simulated: three curves of arrivals, and the choice of the scaling's numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tools.simulate.costs import cost
from tools.simulate.pipeline import Simulation, Trace
from tools.simulate.values import Component, Slots, shipped, shipped_slots
from tools.simulate.workload import Times, Video, burst, measured_times, measured_video, night, steady

WINDOWS_S = (0.0, 60.0, 300.0, 600.0, 900.0, 1800.0)
COOLDOWNS_S = (60.0, 300.0, 900.0, 1800.0)
THRESHOLDS = (1, 2, 4)
"""Unfinished records for each pod, in multiples of what it works on at once."""
NEAR = 1.02
"""What is this near to the shortest wait is as good: chance alone moves it that far."""


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    title: str
    slots: Slots
    arrivals: Sequence[float]


def scenarios() -> list[Scenario]:
    slots, many = shipped_slots(), Slots(200, 90)
    return [
        Scenario("steady", f"150 videos an hour for 6 hours, {slots.clips} slots for clips", slots, steady(150, 6)),
        Scenario("burst", f"5,000 videos within 10 minutes, {slots.clips} slots", slots, burst(5000, 600)),
        Scenario("burst-slots", f"5,000 within 10 minutes, {many.clips} slots", many, burst(5000, 600)),
        Scenario(
            "night", f"two days with their nights, 150 an hour at noon, {slots.clips} slots", slots, night(150, 48)
        ),
    ]


@dataclass(frozen=True, slots=True)
class Outcome:
    """In minutes and US dollars; `rebalances` and `interrupted` of all groups."""

    videos: int
    median_min: float
    p95_min: float
    last_min: float
    most_pods: Mapping[str, int]
    rebalances: int
    interrupted: int
    pods_usd: float
    provider_usd: float


def outcome(trace: Trace, components: Mapping[str, Component], video: Video) -> Outcome:
    waits = sorted(trace.latency_s)
    spent = cost(trace, components, video)
    return Outcome(
        videos=len(waits),
        median_min=_minutes(waits[len(waits) // 2]),
        p95_min=_minutes(waits[int(len(waits) * 0.95)]),
        last_min=_minutes(waits[-1]),
        most_pods={name: max(sample.pods[name] for sample in trace.samples) for name in components},
        rebalances=sum(trace.rebalances.values()),
        interrupted=sum(trace.interrupted.values()),
        pods_usd=round(spent.pods, 4),
        provider_usd=round(spent.provider, 3),
    )


def _minutes(seconds: float) -> float:
    return round(seconds / 60, 2)


def run(scenario: Scenario, times: Times, video: Video, **scaling: float) -> tuple[Trace, Outcome]:
    """One scenario, with numbers of all workers' scaling replaced."""
    components = {
        name: replace(each, scaling=replace(each.scaling, **scaling))  # type: ignore[arg-type]
        for name, each in shipped(scenario.slots).items()
    }
    trace = Simulation(components, times, video, scenario.slots, scenario.arrivals).run()
    return trace, outcome(trace, components, video)


@dataclass(frozen=True, slots=True)
class Choice:
    """What was tried for one number, and what came of it; `chosen` is the smallest that is as good as the best."""

    number: str
    tried: Mapping[float, Outcome]

    @property
    def chosen(self) -> float:
        best = min(each.p95_min for each in self.tried.values())
        return min(value for value, each in self.tried.items() if each.p95_min <= best * NEAR)


def choices() -> list[Choice]:
    """By a day with its night: what goes up and down by itself shows what scaling does."""
    times, video = measured_times(), measured_video()
    day = Scenario("day", "", shipped_slots(), night(150, 24))
    return [
        Choice("stabilizationWindowSeconds", {each: run(day, times, video, window_s=each)[1] for each in WINDOWS_S}),
        Choice("cooldownPeriod", {each: run(day, times, video, cooldown_s=each)[1] for each in COOLDOWNS_S}),
        Choice("lagThreshold", {each: _with_threshold(day, times, video, each) for each in THRESHOLDS}),
    ]


def _with_threshold(day: Scenario, times: Times, video: Video, multiple: int) -> Outcome:
    components = {
        name: replace(each, scaling=replace(each.scaling, lag_threshold=each.concurrency * multiple))
        for name, each in shipped(day.slots).items()
    }
    trace = Simulation(components, times, video, day.slots, day.arrivals).run()
    return outcome(trace, components, video)
