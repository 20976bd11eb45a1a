"""Drawing a task's media: one job at a time, in a child process of low priority or, when it is cheap, in a thread."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from reelwright_kling_sim.faults import read_markers
from reelwright_kling_sim.media import drawn_size
from reelwright_kling_sim.tasks import Task, seed_of

log = logging.getLogger(__name__)


class DrawingFailed(Exception):
    """A picture could not be drawn; the text says why."""


@dataclass(frozen=True, slots=True)
class DrawJob:
    """One media file to draw; `duration_s` 0 for a still. `path` ends in .mp4 or .jpg."""

    path: str
    prompt: str
    look: str
    seed: int
    width: int
    height: int
    duration_s: float
    mark: str | None = None


Draw = Callable[[DrawJob], None]
"""Draws the job's file; blocks; raises on failure. What it leaves at `path` is never half a file."""


def job_of(task: Task, name: str, folder: Path, *, max_height: int, mark: str | None) -> DrawJob:
    """The job of one of a task's media files."""
    markers = read_markers(task.prompt)
    width, height = drawn_size(task, max_height)
    return DrawJob(
        path=str(folder / name),
        prompt=markers.prompt,
        look=markers.values.get("look") or "auto",
        seed=seed_of(task.seed, name.rpartition("-")[2]),
        width=width,
        height=height,
        duration_s=task.media_duration_s if task.family == "video" else 0.0,
        mark=mark,
    )


def draw_or_fail(draw: Draw, job: DrawJob) -> None:
    """Draw; whatever goes wrong is a `DrawingFailed`."""
    try:
        draw(job)
    except DrawingFailed:
        raise
    except Exception as error:
        raise DrawingFailed(f"{type(error).__name__}: {error}") from error


def draw_whole(job: DrawJob, draw: Callable[[Path], None]) -> None:
    """Let `draw` write beside the job's path, then put the whole file in its place."""
    path = Path(job.path)
    unfinished = path.with_name(f".{os.getpid()}-{path.name}")
    try:
        draw(unfinished)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


class DrawingProcess:
    """A `Draw` that hands its jobs to a child process, started with the first one and again after a crash.

    The child ends by itself when this process dies. One job at a time: it is to be called from one thread.
    """

    def __init__(self) -> None:
        self._child: subprocess.Popen[str] | None = None
        self._stopped = False
        self._starting = threading.Lock()

    def __call__(self, job: DrawJob) -> None:
        """Draw the job's file; raises `DrawingFailed`."""
        child = self._running()
        answer = _ask(child, json.dumps(asdict(job)))
        if not answer:
            code = child.wait()
            raise DrawingFailed(f"the drawing process ended with {code}")
        error = json.loads(answer)["error"]
        if error is not None:
            raise DrawingFailed(error)

    def stop(self) -> None:
        """End the child, in the middle of a job if need be, and start none again; callable from any thread."""
        with self._starting:
            self._stopped = True
            if self._child is not None:
                self._child.kill()
                self._child.wait()

    def close(self) -> None:
        """Stop, and let go of the child's pipes; callable once no job is in hand."""
        self.stop()
        self._release_pipes()

    def _running(self) -> subprocess.Popen[str]:
        with self._starting:
            if self._stopped:
                raise DrawingFailed("the simulator is stopping")
            if self._child is None or self._child.poll() is not None:
                self._release_pipes()
                self._child = _spawn()
            return self._child

    def _release_pipes(self) -> None:
        for pipe in (self._child.stdin, self._child.stdout) if self._child else ():
            if pipe is not None:
                pipe.close()


def _spawn() -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "reelwright_kling_sim.drawing_worker", str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
    )


def _ask(child: subprocess.Popen[str], line: str) -> str:
    """The child's answer to a line; '' when it has died."""
    if child.stdin is None or child.stdout is None:
        raise DrawingFailed("the drawing process has no pipes")
    try:
        child.stdin.write(line + "\n")
        child.stdin.flush()
        return child.stdout.readline()
    except OSError:
        return ""
