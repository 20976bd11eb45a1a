"""The planner as a service: a worker on its topic, and the gRPC service that rewrites prompts."""

from reelwright.events.v1.requests_pb2 import PlanRequested
from reelwright.rpc.v1.planner_pb2_grpc import add_PlannerServiceServicer_to_server
from reelwright_chassis.parts import Parts, Service
from reelwright_chassis.rpc import Mounted
from reelwright_chassis.worker import Worker
from reelwright_planner.handler import PlanHandler, PlannerServicer
from reelwright_planner.llm import Llm
from reelwright_planner.settings import PlannerSettings


def planner(parts: Parts, settings: PlannerSettings | None = None) -> Service:
    """The worker that answers PlanRequested with ScenesPlanned."""
    settings = settings or PlannerSettings.load()
    worker = Worker("planner", topic="plan.requests", request=PlanRequested, concurrency=settings.concurrency)
    worker.handles(PlanHandler(open_llm(settings), settings.clip_terms))
    return worker.bind(parts)


def rewrites(settings: PlannerSettings | None = None) -> Mounted:
    """PlannerService, to be served by `reelwright_chassis.rpc.serve`."""
    servicer = PlannerServicer(open_llm(settings or PlannerSettings.load()))
    return Mounted("reelwright.rpc.v1.PlannerService", add_PlannerServiceServicer_to_server, servicer)


def open_llm(settings: PlannerSettings) -> Llm | None:
    """The language model that the settings name; None where the talk alone decides."""
    if settings.provider != "openai":
        return None
    from reelwright_planner.openai_llm import OpenAiLlm  # noqa: PLC0415  # importing openai takes a second

    return OpenAiLlm(settings)
