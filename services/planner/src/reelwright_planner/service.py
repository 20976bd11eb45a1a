"""The planner as a service: a worker on its topic, and the gRPC service that rewrites prompts."""

from reelwright.events.v1.requests_pb2 import PlanRequested
from reelwright.rpc.v1.planner_pb2_grpc import add_PlannerServiceServicer_to_server
from reelwright_chassis.parts import Parts, Service
from reelwright_chassis.rpc import Mounted
from reelwright_chassis.worker import Worker
from reelwright_planner.handler import PlanHandler, PlannerServicer
from reelwright_planner.llm import Llm
from reelwright_planner.settings import PlannerSettings


def planner(parts: Parts, settings: PlannerSettings, llm: Llm | None = None) -> Service:
    """The worker that answers PlanRequested with ScenesPlanned. Without `llm` it opens the one that is named."""
    worker = Worker("planner", topic="plan.requests", request=PlanRequested, concurrency=settings.concurrency)
    worker.handles(PlanHandler(llm or open_llm(settings), settings.clip_terms))
    return worker.bind(parts)


def rewrites(settings: PlannerSettings, llm: Llm | None = None) -> Mounted:
    """PlannerService, to be served by `reelwright_chassis.rpc.serve`."""
    servicer = PlannerServicer(llm or open_llm(settings))
    return Mounted("reelwright.rpc.v1.PlannerService", add_PlannerServiceServicer_to_server, servicer)


def open_llm(settings: PlannerSettings) -> Llm | None:
    """The language model that the settings name; None where the talk alone decides. Raises `SettingsError`."""
    if settings.provider != "openai":
        return None
    settings.check_key()
    from reelwright_planner.openai_llm import OpenAiLlm  # noqa: PLC0415  # importing openai takes a second

    return OpenAiLlm(settings)
