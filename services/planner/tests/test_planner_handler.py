"""What the planner answers to events and calls."""

from pathlib import Path

from reelwright.events.v1.facts_pb2 import ScenesPlanned
from reelwright.events.v1.media_pb2 import Scene
from reelwright.rpc.v1.planner_pb2 import RewritePromptRequest
from reelwright.rpc.v1.planner_pb2_grpc import PlannerServiceStub
from reelwright_chassis import rpc
from reelwright_chassis.testing.job import FakeJob
from reelwright_chassis.testing.parts import ask, embedded_parts
from reelwright_planner.budget import ClipTerms
from reelwright_planner.draft import Order
from reelwright_planner.handler import PlanHandler, PlannerServicer
from reelwright_planner.llm import Answered, Drafted
from reelwright_planner.llm_answer import PromptAnswer
from reelwright_planner.service import planner, rewrites
from reelwright_planner.settings import PlannerSettings
from reelwright_planner.talk import Talk
from reelwright_planner.testing import plan_request, speak

TEXT = " ".join(["The keeper of the lighthouse lit his lamp, and the ships came home."] * 15)


class SilentLlm:
    """Costs money and says nothing."""

    def __init__(self, prompt: str = "") -> None:
        self.prompt = prompt

    async def draft(self, talk: Talk, order: Order) -> Drafted:
        return Drafted(None, 0.25, "it refused")

    async def rewrite(self, *, text: str, prompt: str, wish: str, direction: str) -> Answered[PromptAnswer]:
        return Answered(PromptAnswer(visual_prompt=self.prompt) if self.prompt else None, 0.1, "it refused")

    async def close(self) -> None: ...


async def test_a_request_is_answered_by_its_fact(tmp_path: Path) -> None:
    job, request = FakeJob(tmp_path), plan_request(speak(TEXT), 30)
    fact = await PlanHandler(None, ClipTerms())(request, job)
    assert (fact.tenant_id, fact.user_id, fact.project_id, fact.request_id) == ("local", "local", "project", "request")
    assert fact.work.cost_usd == 0
    assert fact.plan.scenes
    assert job.confirms == 0


async def test_a_paid_call_is_confirmed_first_and_booked(tmp_path: Path) -> None:
    job = FakeJob(tmp_path)
    fact = await PlanHandler(SilentLlm(), ClipTerms())(plan_request(speak(TEXT), 30), job)
    assert job.confirms == 1
    assert fact.work.cost_usd == 0.25
    assert fact.plan.notes[0].code == "plan_llm_fallback"


def rewrite_request(prompt: str = "old") -> RewritePromptRequest:
    scene = Scene(text="A ship came home over the sea.", visual_prompt=prompt, index=1)
    return RewritePromptRequest(scene=scene, direction="in ink", wish="with rain")


async def test_a_prompt_is_rewritten_from_the_scenes_words() -> None:
    servicer = PlannerServicer(None)
    first = (await servicer.RewritePrompt(rewrite_request(), None)).visual_prompt
    second = (await servicer.RewritePrompt(rewrite_request(first), None)).visual_prompt
    assert first != second
    for prompt in (first, second):
        assert "ship" in prompt
        assert "with rain" in prompt
        assert "in ink" in prompt


async def test_a_prompt_is_rewritten_by_the_model_where_it_answers() -> None:
    answered = await PlannerServicer(SilentLlm("A boat.")).RewritePrompt(rewrite_request(), None)
    assert answered.visual_prompt == "A boat. in ink."
    fallen_back = await PlannerServicer(SilentLlm()).RewritePrompt(rewrite_request(), None)
    assert "ship" in fallen_back.visual_prompt


async def test_the_service_plans_what_the_director_asks(tmp_path: Path) -> None:
    async with embedded_parts(tmp_path) as embedded:
        service = planner(embedded.parts, PlannerSettings(provider="extractive"))
        fact = await ask(service, embedded.parts, plan_request(speak(TEXT), 30))
    assert isinstance(fact, ScenesPlanned)
    assert fact.plan.planner == "extractive"
    assert abs(fact.plan.duration_s - 30) <= 1.5


async def test_the_service_rewrites_prompts_over_grpc(tmp_path: Path) -> None:
    server = await rpc.serve([rewrites(PlannerSettings(provider="extractive"))], f"unix:{tmp_path / 'planner'}")
    channel = rpc.connect(server.address)
    try:
        answered = await PlannerServiceStub(channel).RewritePrompt(rewrite_request())
    finally:
        await channel.close()
        await server.stop(0)
    assert "ship" in answered.visual_prompt
