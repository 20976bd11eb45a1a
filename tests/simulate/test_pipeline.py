"""The model: nothing is lost in it, it keeps to its bounds, and more of what is scarce makes it faster."""

from dataclasses import replace

import pytest
from tools.simulate.group import Group, Pod, Record
from tools.simulate.pipeline import Simulation, Trace
from tools.simulate.sizing import busy_s, partitions_for, size
from tools.simulate.values import Slots, shipped
from tools.simulate.workload import Times, Video, burst, night, steady

TIMES = Times(transcription_cpu_s=0.3, plan_cpu_s=0.2, render_cpu_s=3.0)
VIDEO = Video(video_s=45, clips=3, pictures=4)
SLOTS = Slots(20, 9)


def simulate(arrivals: list[float], slots: Slots = SLOTS, times: Times = TIMES) -> Trace:
    return Simulation(shipped(slots), times, VIDEO, slots, arrivals).run()


def test_every_video_is_made_and_all_pods_go() -> None:
    trace = simulate(burst(60, 60))
    assert len(trace.latency_s) == 60
    last = trace.samples[-1]
    assert sum(last.lag.values()) == 0
    assert last.pods == {"transcription": 0, "planner": 1, "kling-gateway": 0, "renderer": 0}


def test_a_single_video_takes_what_its_stages_take_and_the_starts_of_their_pods() -> None:
    (took_s,) = simulate([0.0]).latency_s
    components = shipped(SLOTS)
    work_s = sum(busy_s(TIMES, VIDEO, components).values()) + TIMES.clip_s
    starts_s = 3 * (TIMES.pod_s + TIMES.rebalance_s)
    assert work_s * 0.5 < took_s < 2 * work_s + starts_s + 3 * 15


def test_a_crowd_waits_for_the_slots_and_no_longer() -> None:
    trace = simulate(burst(200, 60))
    at_least_s = 200 * VIDEO.clips * TIMES.clip_s / SLOTS.clips
    assert at_least_s * 0.9 < max(trace.latency_s) < at_least_s * 1.35


def test_more_slots_make_it_faster() -> None:
    arrivals = burst(200, 60)
    assert max(simulate(arrivals, Slots(80, 36)).latency_s) < 0.5 * max(simulate(arrivals).latency_s)


def test_pods_keep_to_the_charts_bounds() -> None:
    trace = simulate(burst(300, 30), Slots(100, 50))
    for name, component in shipped(Slots(100, 50)).items():
        pods = [sample.pods[name] for sample in trace.samples]
        assert component.scaling.least <= min(pods)
        assert max(pods) <= component.scaling.most <= component.partitions / 2


def test_a_render_that_outlasts_its_pods_grace_goes_on_elsewhere() -> None:
    slow = replace(TIMES, render_cpu_s=60.0)
    trace = simulate(night(20, 24), times=slow)
    assert len(trace.latency_s) == len(night(20, 24))
    assert trace.interrupted["renderer"] > 0


def test_the_same_arrivals_come_to_the_same() -> None:
    one, other = simulate(steady(60, 1)), simulate(steady(60, 1))
    assert one.latency_s == other.latency_s
    assert one.samples == other.samples


def test_what_is_done_early_is_lag_until_all_before_it_is_done() -> None:
    group, pod = Group(1), Pod(0.0)
    group.pods.append(pod)
    for born_s in (0.0, 1.0):
        group.append(Record(0, 1.0, born_s))
    first, second = group.take(pod, 2)
    group.finish(pod, second)
    assert group.lags() == [2]
    group.finish(pod, first)
    assert group.lags() == [0]


def test_a_pod_takes_of_its_own_partitions_only_and_the_oldest_first() -> None:
    group, one, other = Group(2), Pod(0.0), Pod(0.0)
    group.pods += [one, other]
    records = [Record(place, 1.0, 9.0 - place, partition=place % 2) for place in range(4)]
    for record in records:
        group.append(record)
    assert [record.project for record in group.take(one, 9)] == [0, 2]
    assert [record.project for record in group.take(other, 1)] == [1]


def test_arrivals_are_as_many_as_said() -> None:
    assert len(steady(100, 10)) == pytest.approx(1000, rel=0.1)
    assert len(burst(500, 60)) == 500
    dark = [at for at in night(100, 48) if at / 3600 % 24 < 6]
    assert dark == []


@pytest.mark.parametrize("per_hour", [50, 150])
def test_what_the_sizing_says_suffices(per_hour: int) -> None:
    """With that many slots and no more pods than that, nobody waits longer than promised."""
    components = shipped(SLOTS)
    sized = size(per_hour, TIMES, VIDEO, components)
    bounded = {
        name: replace(each, scaling=replace(each.scaling, most=sized.pods[name])) for name, each in components.items()
    }
    waits = sorted(Simulation(bounded, TIMES, VIDEO, sized.slots, steady(per_hour, 3)).run().latency_s)
    assert waits[int(len(waits) * 0.95)] < 15 * 60


def test_partitions_are_in_dozens_and_twice_the_pods() -> None:
    assert [partitions_for(pods) for pods in (1, 6, 7, 60, 61)] == [12, 12, 24, 120, 132]
