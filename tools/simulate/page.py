"""docs/scaling.md and its plots, out of what was simulated."""

from collections.abc import Iterator, Mapping, Sequence

from tools.simulate.costs import CPU_HOUR_USD
from tools.simulate.pipeline import Trace
from tools.simulate.scenarios import NEAR, Choice, Outcome, Scenario
from tools.simulate.sizing import BUSY, RATES, Size, partitions_for, size
from tools.simulate.svg import Panel, plot
from tools.simulate.values import Component
from tools.simulate.workload import Times, Video

Runs = Sequence[tuple[Scenario, Trace, Outcome]]

_HEAD = """# How it scales: a simulation

Written by `make simulate`. Recordings arrive in three ways at a model of the workers: Kafka's partitions and groups,
offsets that are committed as far as all before is done, KEDA's and the autoscaler's own arithmetic with the numbers of
[values.yaml](../charts/reelwright/values.yaml), pods that take time to start, groups that share out their partitions
anew, the director's window before the provider's slots. Its seconds are measured where this project can measure them.

**Nothing here ran on a cluster.** It shows what follows from the numbers, and which of them matter; the seconds of your
provider, your nodes and your users are yours.
"""


def page(runs: Runs, choices: Sequence[Choice], times: Times, video: Video, components: Mapping[str, Component]) -> str:
    parts = [
        _HEAD,
        *_inputs(times, video, components),
        *_outcomes(runs),
        *_choices(choices),
        *_sizes([size(rate, times, video, components) for rate in RATES]),
    ]
    return "\n".join(parts) + "\n"


def picture(scenario: Scenario, trace: Trace) -> str:
    """Pods, what waits for them, and what waits for the provider, over the hours."""
    names = list(trace.samples[0].pods)
    hours = [(sample.at_s / 3600, sample) for sample in trace.samples]
    pods = {name: [(at, float(sample.pods[name])) for at, sample in hours] for name in names}
    lag = {name: [(at, float(sample.lag[name])) for at, sample in hours] for name in names}
    waiting = {"pictures and clips": [(at, float(sample.waiting_for_slot)) for at, sample in hours]}
    panels = [
        Panel("pods", pods),
        Panel("lag of each group", lag),
        Panel("waiting for a slot of the provider", waiting),
    ]
    return plot(scenario.title, panels)


def _inputs(times: Times, video: Video, components: Mapping[str, Component]) -> Iterator[str]:
    cpus = {name: each.cpus for name, each in components.items()}
    yield "## What goes in\n\n| what | value | where it is from |\n|---|---|---|"
    rows: list[tuple[str, str, str]] = [
        ("transcription", f"{times.transcription_cpu_s} CPU s per second of recording", "measured"),
        ("plan", f"{times.plan_cpu_s} CPU s", "measured"),
        ("render", f"{times.render_cpu_s} CPU s per second of video", "measured"),
        (
            "pods",
            f"{cpus['transcription']:g} and {cpus['renderer']:g} CPUs for transcription and renderer",
            "values.yaml",
        ),
        ("video", f"{video.video_s:g} s, {video.clips} clips and {video.pictures} pictures", "the sample's plan"),
        ("recording", f"{video.recording_s:g} s", "assumed"),
        ("a clip, a picture", f"{times.clip_s:g} s, {times.picture_s:g} s in the mean", "assumed"),
        ("a pod's start", f"{times.pod_s:g} s, its node's among them", "assumed"),
        ("a rebalance", f"{times.rebalance_s:g} s in which a group begins nothing", "assumed"),
        ("a render's use of its cores", f"{times.efficiency:.0%}", "assumed"),
        ("a vCPU with 2 GiB", f"${CPU_HOUR_USD} an hour", "assumed"),
    ]
    yield from (f"| {what} | {value} | {source} |" for what, value, source in rows)
    yield "\nMeasured by `python -m tools.simulate.measure`, in CPU seconds of this project's build machine."


def _outcomes(runs: Runs) -> Iterator[str]:
    yield "\n## What comes out\n"
    yield (
        "| arrivals | videos | median | 95 % within | last "
        "| most pods: transcription, planner, kling-gateway, renderer |"
    )
    yield "|---|---|---|---|---|---|"
    for scenario, _, came in runs:
        most = ", ".join(str(number) for number in came.most_pods.values())
        yield (
            f"| {scenario.title} | {came.videos:,} | {came.median_min:.0f} min | {came.p95_min:.0f} min "
            f"| {came.last_min:.0f} min | {most} |"
        )
    yield "\n| arrivals | pods, $ per video | provider, $ per video | rebalances | work interrupted |"
    yield "|---|---|---|---|---|"
    for scenario, _, came in runs:
        yield (
            f"| {scenario.title} | {came.pods_usd:.4f} | {came.provider_usd:.2f} | {came.rebalances} "
            f"| {came.interrupted} |"
        )
    yield "\n" + _WHAT_IT_SAYS
    yield from (f"\n![{scenario.title}](images/scaling-{scenario.name}.svg)" for scenario, _, _ in runs)


_WHAT_IT_SAYS = """The provider's slots decide how long a crowd waits, and its prices what a video costs; our own pods
are a hundredth of it. With more slots the same crowd is through in a fraction of the time, by the same chart: only
`videoSlots` and `imageSlots` differ, and the kling-gateway's pods follow from them."""


def _choices(choices: Sequence[Choice]) -> Iterator[str]:
    yield f"""
## Why the chart ships these numbers

Each was tried over a day with its night, 150 videos an hour at noon, all others as shipped. The smallest is taken whose
95 % are within {NEAR - 1:.0%} of the shortest wait: a larger one keeps more pods for nothing. A unit test holds the
chart to it."""
    for choice in choices:
        yield f"\n| `{choice.number}` | median, min | 95 % within, min | rebalances | pods, $ per video | |"
        yield "|---|---|---|---|---|---|"
        for value, came in choice.tried.items():
            mark = "**shipped**" if value == choice.chosen else ""
            told = f"{value:g}" + (" x concurrency" if choice.number == "lagThreshold" else "")
            yield f"| {told} | {came.median_min} | {came.p95_min} | {came.rebalances} | {came.pods_usd:.4f} | {mark} |"


def _sizes(sizes: Sequence[Size]) -> Iterator[str]:
    yield f"""
## How much for how many

By the same seconds, at {BUSY:.0%} of everything busy in the mean. Pods are `maxReplicaCount`; partitions are at least
twice the pods, in dozens, and those that are declared suffice where the number is not bold.
"""
    yield (
        "| videos an hour | slots: clips, pictures | transcription | planner | kling-gateway | renderer "
        "| partitions for renders | vCPUs | pods, $/h | provider, $/h |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for each in sizes:
        pods, wanted = each.pods, partitions_for(each.pods["renderer"])
        partitions = str(wanted) if wanted <= 120 else f"**{wanted}**"
        yield (
            f"| {each.per_hour:,} | {each.slots.clips}, {each.slots.pictures} | {pods['transcription']} "
            f"| {pods['planner']} | {pods['kling-gateway']} | {pods['renderer']} | {partitions} | {each.cpus:.0f} "
            f"| {each.pods_usd_per_hour:.2f} | {each.provider_usd_per_hour:,.0f} |"
        )
    yield """
A GPU pool has no row: no GPU that encodes was there to measure with. Give it a small `maxReplicaCount`, look at
`reelwright_render_time_ratio` of its pods, and set it anew."""
