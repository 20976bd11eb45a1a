"""Plans a video: by a language model where there is one, from the talk alone otherwise and whenever the model fails."""

import asyncio
import hashlib
from dataclasses import dataclass, replace

from reelwright.events.v1.media_pb2 import ScenePlan
from reelwright.events.v1.requests_pb2 import PlanRequested
from reelwright_chassis.errors import Reject
from reelwright_planner.budget import ClipTerms
from reelwright_planner.draft import Draft, Order, Remark, SceneDraft
from reelwright_planner.llm import Llm
from reelwright_planner.metadata import describe
from reelwright_planner.passages import choose_passages
from reelwright_planner.reading import Reading, read
from reelwright_planner.scenes import divide_into_scenes
from reelwright_planner.talk import TimedWord
from reelwright_planner.validate import repair
from reelwright_planner.wire import to_scene_plan

EXTRACTIVE = "extractive"
_LEAST_TARGET_S = 1.0


@dataclass(frozen=True, slots=True)
class Planned:
    plan: ScenePlan
    cost_usd: float


async def plan(request: PlanRequested, llm: Llm | None = None, *, clip_terms: ClipTerms | None = None) -> Planned:
    """The plan that `request` asks for. Raises `Reject` when its transcript has no words.

    The CPU work (a tenth of a second for ten minutes of speech) runs in a thread.
    """
    order = read_order(request, clip_terms or ClipTerms())
    reading = await asyncio.to_thread(read_request, request, order)
    drafted = await llm.draft(reading.talk, order) if llm else None
    if drafted is None or drafted.draft is None:
        draft = await asyncio.to_thread(draft_extractively, reading, order)
        if drafted is not None:
            draft = replace(draft, remarks=(_fallback_remark(drafted.why),))
    else:
        draft = drafted.draft
    result = await asyncio.to_thread(_finish, draft, reading, order)
    return Planned(result, drafted.cost_usd if drafted else 0.0)


def plan_extractively(request: PlanRequested, clip_terms: ClipTerms | None = None) -> ScenePlan:
    """The same without a language model: pure. Raises `Reject` when the transcript has no words."""
    order = read_order(request, clip_terms or ClipTerms())
    reading = read_request(request, order)
    return _finish(draft_extractively(reading, order), reading, order)


def read_order(request: PlanRequested, clip_terms: ClipTerms) -> Order:
    """What is wanted; a target of 0 (unset) means the whole recording up to 60 s, otherwise 45 s."""
    duration_s = request.transcript.duration_s
    default_s = duration_s if duration_s <= 60 else 45.0
    return Order(
        project_id=request.project_id,
        target_s=max(request.target_duration_s or default_s, _LEAST_TARGET_S),
        title=request.title,
        direction=request.direction,
        look=request.look or "auto",
        budget_usd=request.budget_usd,
        clip_terms=clip_terms,
        seed=int.from_bytes(hashlib.sha256(request.project_id.encode()).digest()[:4]),
    )


def read_request(request: PlanRequested, order: Order) -> Reading:
    """The transcript, divided and weighed."""
    transcript = request.transcript
    words = [TimedWord(word.text, word.start_s, word.end_s) for word in transcript.words]
    if not any(word.text.strip() for word in words):
        raise Reject("plan_no_words", "The transcript has no words, so there is nothing to make a video of.")
    duration_s = max(transcript.duration_s, *(word.end_s for word in words))
    language = transcript.language or "en"
    return read(words, duration_s=duration_s, language=language, target_s=order.target_s)


def draft_extractively(reading: Reading, order: Order) -> Draft:
    """The best passages by the talk's own words."""
    talk = reading.talk
    chosen = (talk.whole,) if reading.whole else choose_passages(talk, reading.word_worth(), order.target_s).passages
    scenes = tuple(SceneDraft(words) for words in divide_into_scenes(talk, chosen))
    return Draft(describe(talk, reading.terms, reading.sentence_worth, chosen), scenes, EXTRACTIVE)


def _finish(draft: Draft, reading: Reading, order: Order) -> ScenePlan:
    return to_scene_plan(repair(draft, reading, order), reading, order)


def _fallback_remark(why: str) -> Remark:
    return Remark(
        "plan_llm_fallback", f"The language model gave no plan ({why}); the talk's own words decided instead."
    )
