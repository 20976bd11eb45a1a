"""What a language model is asked for, and how its answer becomes a draft.

Sentences go by number, so that no time can be wrong.
"""

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from reelwright_planner.budget import Kind
from reelwright_planner.draft import Draft, SceneDraft, Transition
from reelwright_planner.metadata import Metadata
from reelwright_planner.prompts import LONGEST_PROMPT
from reelwright_planner.talk import Talk, WordRange
from reelwright_planner.text import one_line


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SentenceRange(_Answer):
    first: int = Field(description="Number of the first sentence.")
    last: int = Field(description="Number of the last sentence, included.")


class SceneAnswer(_Answer):
    sentences: list[SentenceRange] = Field(description="What is heard, in the talk's order; usually one range.")
    kind: Literal["clip", "still"]
    visual_prompt: str = Field(description="What is seen, in English, one paragraph, 20 to 80 words.")
    transition: Literal["cut", "fade", "slide", "wipe", "zoom"] = Field(description="How this scene is entered.")
    note: str = Field(description="Why this picture suits these words, in one sentence.")


class PlanAnswer(_Answer):
    title: str
    hashtags: list[str] = Field(description="Four to eight, without #.")
    hooks: list[str] = Field(description="Three opening lines for the post.")
    theme: str
    audience: str
    scenes: list[SceneAnswer]


class PromptAnswer(_Answer):
    visual_prompt: str


def to_draft(answer: PlanAnswer, talk: Talk, planner: str) -> Draft | None:
    """The answer in terms of words; None where it names no sentence that exists."""
    scenes = tuple(
        SceneDraft(
            words=_words(scene.sentences, talk),
            kind=Kind(scene.kind),
            prompt=one_line(scene.visual_prompt, limit=LONGEST_PROMPT),
            transition=Transition(scene.transition),
            note=scene.note,
        )
        for scene in answer.scenes
    )
    metadata = Metadata(answer.title, tuple(answer.hashtags), tuple(answer.hooks), answer.theme, answer.audience)
    return Draft(metadata, scenes, planner) if any(scene.words for scene in scenes) else None


def _words(ranges: Sequence[SentenceRange], talk: Talk) -> tuple[WordRange, ...]:
    """Numbers count from 1; those beyond the talk are left out."""
    count = len(talk.sentences)
    known = [(max(found.first, 1), min(found.last, count)) for found in ranges]
    return tuple(
        WordRange(talk.sentences[first - 1].first, talk.sentences[last - 1].end)
        for first, last in known
        if first <= last
    )
