"""A planner behind OpenAI's chat completions, or any server that speaks them with strict JSON schemas.

One call, one more try, then None: the caller has another planner. Nothing here raises for what a provider does.
"""

import asyncio
from typing import Any

import openai
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletionMessageParam
from pydantic import ValidationError

from reelwright_chassis.exchanges import Outcome, exchange, outcome_of_status
from reelwright_chassis.logs import get_logger
from reelwright_planner.draft import Order
from reelwright_planner.llm import Answered, AnswerT, Drafted
from reelwright_planner.llm_answer import PlanAnswer, PromptAnswer, to_draft
from reelwright_planner.llm_prompt import PLAN_SYSTEM, PROMPT_SYSTEM, plan_message, rewrite_message
from reelwright_planner.prices import token_cost_usd
from reelwright_planner.settings import PlannerSettings
from reelwright_planner.talk import Talk

log = get_logger(__name__)

TRIES = 2
LONGEST_BACKOFF_S = 20.0
"""A provider that asks for more patience than this is not waited for: the other planner is at hand."""


class _NoAnswerError(Exception):
    """This try brought nothing; `again` says whether another may."""

    def __init__(self, why: str, *, again: bool, delay_s: float = 0.0) -> None:
        super().__init__(why)
        self.why = why
        self.again = again
        self.delay_s = delay_s


class OpenAiLlm:
    """`settings.api_key` must be set."""

    def __init__(self, settings: PlannerSettings) -> None:
        self._settings = settings
        self._client = AsyncOpenAI(
            api_key=settings.api_key.get_secret_value(),
            base_url=settings.base_url or None,
            timeout=settings.timeout_s,
            max_retries=0,  # tries are counted here, where their cost is
        )

    async def close(self) -> None:
        await self._client.close()

    async def draft(self, talk: Talk, order: Order) -> Drafted:
        found = await self._ask(PLAN_SYSTEM, plan_message(talk, order), PlanAnswer)
        if found.answer is None:
            return Drafted(None, found.cost_usd, found.why)
        draft = to_draft(found.answer, talk, planner=f"openai/{self._settings.model}")
        return Drafted(draft, found.cost_usd, "" if draft else "its answer named no sentence of the talk")

    async def rewrite(self, *, text: str, prompt: str, wish: str, direction: str) -> Answered[PromptAnswer]:
        message = rewrite_message(text=text, prompt=prompt, wish=wish, direction=direction)
        return await self._ask(PROMPT_SYSTEM, message, PromptAnswer)

    async def _ask(self, system: str, message: str, answer: type[AnswerT]) -> Answered[AnswerT]:
        """Up to two tries; each one's cost is booked."""
        messages: list[ChatCompletionMessageParam] = [
            {"role": "system", "content": system},
            {"role": "user", "content": message},
        ]
        spent_usd, why = 0.0, ""
        for tries_left in reversed(range(TRIES)):
            bill = _Bill(self._settings.model)
            try:
                return Answered(await self._once(messages, answer, bill), spent_usd + bill.cost_usd)
            except _NoAnswerError as error:
                spent_usd, why = spent_usd + bill.cost_usd, error.why
                log.warning("language_model_gave_nothing", why=why, cost_usd=spent_usd)
                if not error.again or not tries_left or error.delay_s > LONGEST_BACKOFF_S:
                    break
                await asyncio.sleep(error.delay_s)
        return Answered(None, spent_usd, why)

    async def _once(self, messages: list[ChatCompletionMessageParam], answer: type[AnswerT], bill: "_Bill") -> AnswerT:
        try:
            with exchange("openai", "plan", _outcome_of):
                raw = await self._client.chat.completions.with_raw_response.parse(
                    model=self._settings.model,
                    messages=messages,
                    response_format=answer,
                    max_completion_tokens=self._settings.max_output_tokens,
                )
            bill.read(raw.http_response.json())
            completion = raw.parse()
        except (openai.OpenAIError, ValidationError, ValueError) as error:
            raise _explain(error) from error
        if not completion.choices:
            raise _NoAnswerError("its answer was empty", again=True)
        found = completion.choices[0].message
        if found.refusal:
            raise _NoAnswerError("it refused", again=False)
        if found.parsed is None:
            raise _NoAnswerError("its answer was empty", again=True)
        return found.parsed


class _Bill:
    """What one call cost, by the usage that the answer states."""

    def __init__(self, model: str) -> None:
        self._model = model
        self.cost_usd = 0.0

    def read(self, body: Any) -> None:
        usage = body.get("usage") if isinstance(body, dict) else None
        if isinstance(usage, dict):
            self.cost_usd = token_cost_usd(
                self._model,
                input_tokens=int(usage.get("prompt_tokens") or 0),
                output_tokens=int(usage.get("completion_tokens") or 0),
            )


def _outcome_of(error: Exception) -> Outcome:
    """What an error says of the provider, for the metrics."""
    if isinstance(error, openai.APIStatusError):
        return outcome_of_status(error.status_code, quota_is_gone=error.code == "insufficient_quota")
    return Outcome.UNREACHABLE if isinstance(error, openai.APIConnectionError) else Outcome.DECLINED


def _explain(error: Exception) -> _NoAnswerError:
    """What went wrong, for people, and whether to try again."""
    match error:
        case openai.LengthFinishReasonError():
            return _NoAnswerError("its answer was cut off", again=True)
        case openai.ContentFilterFinishReasonError():
            return _NoAnswerError("its content filter stopped it", again=False)
        case openai.APITimeoutError():
            return _NoAnswerError("it did not answer in time", again=True)
        case openai.APIConnectionError():
            return _NoAnswerError("it could not be reached", again=True, delay_s=1.0)
        case openai.APIStatusError():
            return _explain_status(error)
        case _:
            return _NoAnswerError("its answer could not be read", again=True)


def _explain_status(error: openai.APIStatusError) -> _NoAnswerError:
    again = error.status_code in (408, 409, 429) or error.status_code >= 500
    why = {401: "its key was refused", 403: "its key may not do this", 429: "its rate limit is reached"}
    text = why.get(error.status_code, f"it answered with HTTP status {error.status_code}")
    return _NoAnswerError(text, again=again and error.code != "insufficient_quota", delay_s=_retry_after_s(error))


def _retry_after_s(error: openai.APIStatusError) -> float:
    """The provider's wish in seconds (a date is read as one second), 1 s without one."""
    try:
        return max(0.0, float(error.response.headers.get("retry-after", "1")))
    except ValueError:
        return 1.0
