"""What the planner answers to events and calls."""

from pathlib import Path
from typing import cast

from reelwright.events.v1.media_pb2 import Scene
from reelwright.rpc.v1.planner_pb2 import RewritePromptRequest
from reelwright_chassis.worker.job import Job
from reelwright_planner.budget import ClipTerms
from reelwright_planner.draft import Order
from reelwright_planner.handler import PlanHandler, PlannerServicer
from reelwright_planner.llm import Answered, Drafted
from reelwright_planner.llm_answer import PromptAnswer
from reelwright_planner.talk import Talk
from reelwright_planner.testing import plan_request, speak

TEXT = " ".join(["The keeper of the lighthouse lit his lamp, and the ships came home."] * 15)


class PaidJob:
    """Counts how often it was asked before money is spent."""

    request_id = project_id = worker = "x"
    attempt, deadline_s, stopped = 1, 60.0, False
    scratch = Path()

    def __init__(self) -> None:
        self.confirmed = 0

    def raise_if_stopped(self) -> None: ...

    def progress(self, percent: float, doing: str) -> None: ...

    async def confirm(self) -> None:
        self.confirmed += 1


class SilentLlm:
    """Costs money and says nothing."""

    def __init__(self, prompt: str = "") -> None:
        self.prompt = prompt

    async def draft(self, talk: Talk, order: Order) -> Drafted:
        return Drafted(None, 0.25, "it refused")

    async def rewrite(self, *, text: str, prompt: str, wish: str, direction: str) -> Answered[PromptAnswer]:
        return Answered(PromptAnswer(visual_prompt=self.prompt) if self.prompt else None, 0.1, "it refused")

    async def close(self) -> None: ...


async def test_a_request_is_answered_by_its_fact() -> None:
    job, request = PaidJob(), plan_request(speak(TEXT), 30)
    fact = await PlanHandler(None, ClipTerms())(request, cast("Job", job))
    assert (fact.tenant_id, fact.user_id, fact.project_id, fact.request_id) == ("local", "local", "project", "request")
    assert fact.work.cost_usd == 0
    assert fact.plan.scenes
    assert job.confirmed == 0


async def test_a_paid_call_is_confirmed_first_and_booked() -> None:
    job = PaidJob()
    fact = await PlanHandler(SilentLlm(), ClipTerms())(plan_request(speak(TEXT), 30), cast("Job", job))
    assert job.confirmed == 1
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
