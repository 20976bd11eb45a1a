"""`python bad_planner.py`: the planner, but that it misbehaves as the project's direction says: fail, hang or die."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from reelwright.events.v1.facts_pb2 import ScenesPlanned
from reelwright.events.v1.requests_pb2 import PlanRequested
from reelwright_chassis.parts import Parts
from reelwright_chassis.serving import Built, run_program
from reelwright_chassis.worker import RetryPolicy, Worker
from reelwright_chassis.worker.job import Job
from reelwright_planner.__main__ import PROGRAM
from reelwright_planner.handler import PlanHandler
from reelwright_planner.settings import PlannerSettings


class BadHandler(PlanHandler):
    async def __call__(self, request: PlanRequested, job: Job) -> ScenesPlanned:
        match request.direction:
            case "fail":
                raise ZeroDivisionError("somebody's private words")
            case "hang":
                await asyncio.Event().wait()
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
        return await super().__call__(request, job)


@asynccontextmanager
async def build(parts: Parts, settings: PlannerSettings) -> AsyncIterator[Built]:
    once = RetryPolicy(tries=0)  # or it would try again in place for a minute
    worker = Worker("planner", topic="plan.requests", request=PlanRequested, concurrency=4, retry=once)
    worker.handles(BadHandler(None, settings.clip_terms))
    yield Built([worker.bind(parts)], [])


if __name__ == "__main__":
    run_program(replace(PROGRAM, build=build))
