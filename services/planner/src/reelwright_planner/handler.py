"""Answers requests: one plan for each PlanRequested, one prompt for each RewritePrompt."""

from typing import Any

from reelwright.events.v1 import media_pb2
from reelwright.events.v1.facts_pb2 import ScenesPlanned, Work
from reelwright.events.v1.requests_pb2 import PlanRequested
from reelwright.rpc.v1.planner_pb2 import RewritePromptRequest, RewritePromptResponse
from reelwright.rpc.v1.planner_pb2_grpc import PlannerServiceServicer
from reelwright_chassis.tracing import annotate, span
from reelwright_chassis.worker.job import Job
from reelwright_planner.budget import ClipTerms, Kind
from reelwright_planner.keyphrases import weigh_terms
from reelwright_planner.llm import Llm
from reelwright_planner.plan import plan
from reelwright_planner.prompts import with_direction, write_prompts
from reelwright_planner.sentences import read_talk
from reelwright_planner.talk import TimedWord

_TURNS = 7
"""So many other prompts are tried before one that equals the present one is given back."""


class PlanHandler:
    """`llm` is None where the extractive planner does all the work."""

    def __init__(self, llm: Llm | None, clip_terms: ClipTerms) -> None:
        self._llm = llm
        self._clip_terms = clip_terms

    async def __call__(self, request: PlanRequested, job: Job) -> ScenesPlanned:
        """Raises `Reject` for a transcript without words."""
        if self._llm is not None:
            await job.confirm()
        with span("plan scenes"):
            planned = await plan(request, self._llm, clip_terms=self._clip_terms)
        annotate({"reelwright.scenes": len(planned.plan.scenes), "reelwright.engine": planned.plan.planner})
        return ScenesPlanned(
            tenant_id=request.tenant_id,
            user_id=request.user_id,
            project_id=request.project_id,
            request_id=request.request_id,
            work=Work(cost_usd=planned.cost_usd),
            plan=planned.plan,
        )


class PlannerServicer(PlannerServiceServicer):
    """Another prompt for one scene, while its editor waits."""

    def __init__(self, llm: Llm | None) -> None:
        self._llm = llm

    async def RewritePrompt(self, request: RewritePromptRequest, _context: Any) -> RewritePromptResponse:  # noqa: N802
        """By the language model where there is one and it answers, from the scene's words otherwise."""
        scene = request.scene
        if self._llm is not None:
            answered = await self._llm.rewrite(
                text=scene.text, prompt=scene.visual_prompt, wish=request.wish, direction=request.direction
            )
            if answered.answer and answered.answer.visual_prompt.strip():
                prompt = with_direction(answered.answer.visual_prompt, request.direction)
                return RewritePromptResponse(visual_prompt=prompt)
        return RewritePromptResponse(visual_prompt=rewrite_extractively(request))


def rewrite_extractively(request: RewritePromptRequest) -> str:
    """Another framing, setting and light for the scene's words, with the wish and the direction in it."""
    scene = request.scene
    words = [TimedWord(text, index, index + 0.5) for index, text in enumerate(scene.text.split())]
    terms = weigh_terms(read_talk(words, duration_s=len(words), language="en"))
    kind = Kind.STILL if scene.kind == media_pb2.ASSET_KIND_STILL else Kind.CLIP
    present = scene.visual_prompt
    prompts = []
    for turn in range(scene.index + 1, scene.index + 1 + _TURNS):
        [prompt] = write_prompts([scene.text], [kind], direction="", terms=terms, language="en", seed=turn)
        prompts.append(with_direction(with_direction(prompt, request.wish), request.direction))
    return next((prompt for prompt in prompts if prompt != present and prompt[:24] != present[:24]), prompts[0])
