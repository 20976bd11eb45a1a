"""The child process that draws: a job per line on its input, an answer per line on its output.

It imports the drawing code, which its parent never does, and it ends when its parent does.
"""

from __future__ import annotations

import json
import os
import sys
from functools import partial
from pathlib import Path
from typing import TextIO

from reelwright_kling_sim.drawing import DrawJob, draw_whole

NICENESS = 10


def draw_look(job: DrawJob, path: Path, parent_pid: int) -> None:
    """Draw the job by the look that suits its prompt, or the one it names."""
    from reelwright_kling_sim import looks  # noqa: PLC0415 - heavy, and only needed once there is a job

    choice = looks.choose(job.prompt, job.seed, look=job.look)
    if job.duration_s:
        alive = partial(_require_parent, parent_pid)
        looks.render_clip(
            path,
            choice,
            seed=job.seed,
            width=job.width,
            height=job.height,
            duration_s=job.duration_s,
            mark=job.mark,
            progress=alive,
        )
    else:
        looks.render_still(path, choice, seed=job.seed, width=job.width, height=job.height, mark=job.mark)


def _require_parent(parent_pid: int, *_: object) -> None:
    if os.getppid() != parent_pid:
        sys.exit(0)


def serve(jobs: TextIO, answers: TextIO, parent_pid: int) -> None:
    """Draw job after job until the input ends."""
    for line in jobs:
        job = DrawJob(**json.loads(line))
        answers.write(json.dumps({"error": _error_of(job, parent_pid)}) + "\n")
        answers.flush()


def _error_of(job: DrawJob, parent_pid: int) -> str | None:
    try:
        draw_whole(job, lambda path: draw_look(job, path, parent_pid))
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent is told and the task fails
        return f"{type(error).__name__}: {error}"
    return None


def main() -> None:
    """Take the standard output for answers alone, and serve."""
    os.nice(NICENESS)
    with os.fdopen(os.dup(1), "w") as answers:
        os.dup2(2, 1)
        serve(sys.stdin, answers, int(sys.argv[1]))


if __name__ == "__main__":
    main()
