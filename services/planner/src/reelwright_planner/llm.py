"""A language model that drafts plans and prompts, as the planner calls it."""

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from pydantic import BaseModel

from reelwright_planner.draft import Draft, Order
from reelwright_planner.llm_answer import PromptAnswer
from reelwright_planner.talk import Talk

AnswerT = TypeVar("AnswerT", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Answered(Generic[AnswerT]):
    """`answer` is None when there is none, and `why` says so for people; the cost counts either way."""

    answer: AnswerT | None
    cost_usd: float
    why: str = ""


@dataclass(frozen=True, slots=True)
class Drafted:
    draft: Draft | None
    cost_usd: float
    why: str = ""


class Llm(Protocol):
    """Drafts plans and prompts; never raises for what a provider does."""

    async def draft(self, talk: Talk, order: Order) -> Drafted: ...

    async def rewrite(self, *, text: str, prompt: str, wish: str, direction: str) -> Answered[PromptAnswer]: ...

    async def close(self) -> None: ...
