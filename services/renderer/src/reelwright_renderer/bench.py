"""Measures what a render costs beside the bare encode of the same frames.

`python -m reelwright_renderer.bench --out FILE` composes the frames once into raw memory. Then whole renders (nothing
cached: picture, captions, sound, join, side files, processes started anew) and bare x264 encodes of those frames
alternate on the same machine in the same minutes, and their medians are compared. Some stages are timed alone.
"""

import argparse
import asyncio
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import cv2

from reelwright.events.v1.requests_pb2 import RenderRequested, RenderSettings
from reelwright_chassis.blobs.folder import FolderBlobs
from reelwright_renderer.audio.make import make_sound
from reelwright_renderer.bench_job import FULL_SIZE, JOB_S, QUICK_JOB_S, build_job, edited
from reelwright_renderer.bench_raw import compose_raw, encode_raw
from reelwright_renderer.compose import compose
from reelwright_renderer.lanes import usable_cores
from reelwright_renderer.render import render
from reelwright_renderer.settings import RendererSettings

PAIRS, QUICK_PAIRS = 5, 2
SETTINGS = RendererSettings(encoder="libx264")


@dataclass(frozen=True, slots=True)
class Cost:
    wall_s: float
    cpu_s: float


def measured(work: Callable[[], object]) -> Cost:
    """Wall time and CPU time of `work`, its child processes' included."""
    wall, cpu = time.perf_counter(), sum(os.times()[:4])
    work()
    return Cost(round(time.perf_counter() - wall, 3), round(sum(os.times()[:4]) - cpu, 3))


class Bench:
    """One job, its frames in memory, and a folder to work in."""

    def __init__(self, folder: Path, raw_folder: Path, seconds: float, settings: RenderSettings) -> None:
        self._folder, self._raw = folder, raw_folder / "frames.yuv"
        self._blobs = FolderBlobs(folder / "blobs")
        self.request: RenderRequested = asyncio.run(build_job(self._blobs, folder, seconds, settings))
        self.composed_ms: dict[str, float] = compose_raw(self.request, folder / "blobs", self._raw)

    def render_anew(self) -> Cost:
        shutil.rmtree(self._folder / "blobs/audio-projects/bench/segments", ignore_errors=True)
        return measured(lambda: self.render(self.request))

    def render(self, request: RenderRequested) -> None:
        asyncio.run(render(request, self._blobs, self._folder, lambda *_: None, lambda: False, settings=SETTINGS))

    def encode(self) -> Cost:
        return measured(lambda: encode_raw(self._raw, self.request, self._folder / "bare.mp4", usable_cores()))

    def sound(self) -> Cost:
        timeline = compose(self.request)
        recording, target = self._folder / "blobs" / self.request.audio.key, self._folder / "sound.mp4"
        return measured(lambda: make_sound(recording, timeline.audio, timeline.duration_s, target))

    def edit(self) -> Cost:
        return measured(lambda: self.render(edited(self.request)))

    def again(self) -> Cost:
        return measured(lambda: self.render(self.request))

    def close(self) -> None:
        self._blobs.close()


def run(seconds: float, pairs: int, settings: RenderSettings = FULL_SIZE) -> dict[str, object]:
    """All measurements as what is written to the file."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory(dir=_memory(seconds)) as raw:
        bench = Bench(Path(folder), Path(raw), seconds, settings)
        try:
            runs = [(bench.render_anew(), bench.encode()) for _ in range(pairs)]
            stages = {"sound": bench.sound(), "again": bench.again(), "one_scene_edited": bench.edit()}
        finally:
            bench.close()
    return report(bench, runs, stages)


def report(bench: Bench, runs: list[tuple[Cost, Cost]], stages: dict[str, Cost]) -> dict[str, object]:
    renders, encodes = [render for render, _ in runs], [encode for _, encode in runs]
    return {
        "render_to_encode_ratio": round(_median(renders, "wall_s") / _median(encodes, "wall_s"), 3),
        "render_to_encode_cpu_ratio": round(_median(renders, "cpu_s") / _median(encodes, "cpu_s"), 3),
        "ratio_of_each_pair": [round(render.wall_s / encode.wall_s, 3) for render, encode in runs],
        "render": {"wall_s": _median(renders, "wall_s"), "cpu_s": _median(renders, "cpu_s")},
        "encode": {"wall_s": _median(encodes, "wall_s"), "cpu_s": _median(encodes, "cpu_s")},
        "stages": {name: {"wall_s": cost.wall_s, "cpu_s": cost.cpu_s} for name, cost in stages.items()},
        "compose_cpu_ms_per_frame": bench.composed_ms,
        "job": {"duration_s": bench.request.plan.duration_s, "frames": compose(bench.request).frames},
        "machine": {"cores": usable_cores(), "python": sys.version.split()[0], "av": version("av")},
    }


def _median(costs: list[Cost], field: str) -> float:
    return round(float(statistics.median(getattr(cost, field) for cost in costs)), 3)


def _memory(seconds: float) -> str | None:
    """Where raw frames lie without a disk; None (the usual place) where that has no room for them."""
    shared, needed = Path("/dev/shm"), seconds * 30 * 1080 * 1920 * 1.5  # noqa: S108 - only if it is there
    return str(shared) if shared.is_dir() and shutil.disk_usage(shared).free > 1.2 * needed else None


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--quick", action="store_true", help="a short job, twice: shows that it runs, not more")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    result = run(QUICK_JOB_S, QUICK_PAIRS) if options.quick else run(JOB_S, PAIRS)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(f"render / encode: {result['render_to_encode_ratio']} (written to {options.out})\n")


if __name__ == "__main__":
    main()
