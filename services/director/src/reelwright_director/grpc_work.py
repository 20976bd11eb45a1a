"""`WorkService`: the director's leases, for the workers."""

# ruff: noqa: N802 (gRPC names its methods so)

from typing import Any

from reelwright.rpc.v1 import work_pb2 as rpc
from reelwright.rpc.v1.work_pb2_grpc import WorkServiceServicer
from reelwright_chassis.errors import ReelwrightError
from reelwright_chassis.logs import get_logger
from reelwright_chassis.tracing import current
from reelwright_director import inputs
from reelwright_director.apply import Workflow
from reelwright_director.decision import Refused

log = get_logger(__name__)


class WorkServicer(WorkServiceServicer):
    """Answers `Begin` and `Beat`. A project that is gone needs no work; one that we cannot decide about stops."""

    def __init__(self, workflow: Workflow) -> None:
        self._workflow = workflow

    async def Begin(self, request: rpc.BeginRequest, _context: Any) -> rpc.BeginResponse:
        step = current()
        asked = inputs.Begin(request.request_id, request.worker, step.trace_id if step else "", request.redrive)
        return _begin_response(await self._ask(request.project_id, asked))

    async def Beat(self, request: rpc.BeatRequest, _context: Any) -> rpc.BeatResponse:
        asked = inputs.Beat(request.request_id, request.worker, request.attempt, request.paying)
        answer = await self._ask(request.project_id, asked)
        if isinstance(answer, inputs.Go):
            return rpc.BeatResponse(go=rpc.BeatResponse.Go(lease_s=answer.lease_s))
        why = answer.why if isinstance(answer, inputs.Drop) else "lost"
        return rpc.BeatResponse(stop=rpc.BeatResponse.Stop(why=why))

    async def _ask(self, project_id: str, asked: inputs.Begin | inputs.Beat) -> inputs.Answer:
        try:
            applied = await self._workflow.apply(project_id, asked)
        except Refused:
            return inputs.Drop("unknown")
        except ReelwrightError:
            raise
        except Exception:
            log.exception("lease_failed", project_id=project_id, request_id=asked.request_id)
            await self._workflow.apply(project_id, inputs.Fault())
            return inputs.Drop("failed")
        return applied.answer if applied.answer is not None else inputs.Drop("unknown")


def _begin_response(answer: inputs.Answer) -> rpc.BeginResponse:
    match answer:
        case inputs.Go(attempt, lease_s, deadline_s):
            go = rpc.BeginResponse.Go(attempt=attempt, lease_s=lease_s, deadline_s=deadline_s)
            return rpc.BeginResponse(go=go)
        case inputs.Wait(seconds):
            return rpc.BeginResponse(wait=rpc.BeginResponse.Wait(seconds=seconds))
        case inputs.Drop(why):
            return rpc.BeginResponse(drop=rpc.BeginResponse.Drop(why=why))
