"""`make dev`: all services as processes, on the real Kafka, DynamoDB Local and an S3 server, with one log.

State lies in build/dev and is kept. Ctrl-C ends everything.
"""

import argparse
import signal
import sys
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from tools.dev.cluster import CommandFailed, kept_key, provision
from tools.dev.fleet import Running, end_all
from tools.dev.log import Log
from tools.dev.parts_here import NotHere, start_parts
from tools.dev.plans import Plans
from tools.first_video import how_to_begin

STATE = Path(__file__).resolve().parents[2] / "build" / "dev"
_LOOK_EVERY_S = 0.5


def main() -> int:
    options = arguments()
    log, stopping = Log(), threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    options.state.mkdir(parents=True, exist_ok=True)
    try:
        with ExitStack() as stack:
            parts = start_parts(options.state, log, stack)
            provision(parts, log)
            run(Plans(parts, options.state, options.port), parts, options.state, log, stopping)
    except (NotHere, CommandFailed, RuntimeError) as error:
        log.say("dev", str(error))
        return 1
    log.say("dev", "all of it has ended")
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make dev", description=__doc__)
    parser.add_argument("--port", type=int, default=8080, help="the API's")
    parser.add_argument("--state", type=Path, default=STATE, help="the folder that is kept over restarts")
    return parser.parse_args()


def run(plans: Plans, parts: Mapping[str, str], state: Path, log: Log, stopping: threading.Event) -> None:
    """Until it is asked to stop. Raises `CommandFailed`."""
    with ExitStack() as stack:
        running: list[Running] = []
        stack.callback(end_all, running)
        for plan in plans.all():
            running.append(Running(plan, log))  # noqa: PERF401 - what was started ends, also if a later one cannot be
        told = False
        while not stopping.wait(_LOOK_EVERY_S):
            for each in running:
                each.look()
            if not told and all(each.ready() for each in running):
                key = kept_key(state / "api-key", plans.director, parts)
                log.tell(how_to_begin(plans.url, key, others={}, end="Ctrl-C ends all of it; build/dev is kept."))
                told = True
        log.say("dev", "ending; what runs is finished or given back")


if __name__ == "__main__":
    sys.exit(main())
