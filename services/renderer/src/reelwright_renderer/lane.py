"""One process of a render: takes tasks from its parent, one after another, and answers.

It is started by `lanes.py` as `python -m reelwright_renderer.lane`, so that nothing of the parent's program is imported
again. When the parent is gone, the process ends at once, whatever it is doing.
"""

import os
import sys
import threading
import traceback
from queue import SimpleQueue
from typing import BinaryIO, cast

import cv2

from reelwright_chassis.errors import Reject
from reelwright_renderer.captioning import painter_of
from reelwright_renderer.encode import EncoderFailed
from reelwright_renderer.messages import Done, Failed, Progress, packed, read
from reelwright_renderer.painting import Painter, Studio
from reelwright_renderer.tasks import Task


def main() -> None:
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints must not mix with the answers
    cv2.setNumThreads(1)  # the processes are what fills the cores
    inbox: SimpleQueue[object] = SimpleQueue()
    threading.Thread(target=_receive, args=(inbox,), daemon=True).start()
    painter = Painter(cast(Studio, inbox.get()), painter_of)
    while True:
        _send(answers, _answer(cast(Task[object], inbox.get()), painter, answers))


def _receive(inbox: SimpleQueue[object]) -> None:
    for message in read(sys.stdin.buffer):
        inbox.put(message)
    os._exit(0)


def _answer(task: Task[object], painter: Painter, answers: BinaryIO) -> Done | Failed:
    try:
        return Done(task.run(painter, lambda frames: _send(answers, Progress(frames))))
    except Exception as error:  # noqa: BLE001 - the parent decides what any failure calls for
        kind = "encoder" if isinstance(error, EncoderFailed) else "reject" if isinstance(error, Reject) else "other"
        return Failed(kind, str(error), getattr(error, "reason_code", ""), traceback.format_exc())


def _send(answers: BinaryIO, message: object) -> None:
    answers.write(packed(message))
    answers.flush()


if __name__ == "__main__":
    main()
