"""OpenAI's recognisers: whisper-1, which tells word times, and those that give only the text of a short window.

A call is booked as soon as it may have been charged. OpenAI offers no look-up, so a call whose answer got lost is made
again: at least once, bounded by the worker's retries.
"""

from collections.abc import Awaitable, Callable, Sequence
from types import TracebackType
from typing import Self, TypeAlias

import openai
from openai import AsyncOpenAI, omit
from openai.types.audio import Transcription, TranscriptionVerbose

from reelwright_chassis.errors import Retry
from reelwright_chassis.exchanges import exchange
from reelwright_transcription.engines.openai_answers import Answer, text_answer, timed_answer
from reelwright_transcription.engines.openai_errors import outcome_of, reaction
from reelwright_transcription.engines.openai_models import tells_times
from reelwright_transcription.engines.port import Progress, Recognition
from reelwright_transcription.languages import UNDETERMINED, primary_language
from reelwright_transcription.upload import Upload

_LANGUAGE_LIST_MODELS = ("gpt-transcribe",)
_USD_PER_MIN = {
    "whisper-1": 0.006,
    "gpt-transcribe": 0.0045,
    "gpt-4o-transcribe": 0.006,
    "gpt-4o-mini-transcribe": 0.003,
}
"""OpenAI's price list, November 2026. An unknown model is booked at the dearest of them."""

Confirm: TypeAlias = Callable[[], Awaitable[None]]


class OpenAiEngine:
    """One job's calls and bill. Open while its context lasts."""

    def __init__(self, model: str, *, api_key: str, base_url: str, timeout_s: float) -> None:
        self._model = model
        self._client = AsyncOpenAI(
            api_key=api_key,
            base_url=base_url or None,
            timeout=timeout_s,
            max_retries=0,  # tries are the worker's: it asks the director before each
        )
        self._cost_usd = 0.0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.close()

    async def recognise(
        self, uploads: Sequence[Upload], *, language: str, confirm: Confirm, progress: Progress
    ) -> Recognition:
        """One call per upload, in order, each after `confirm()`.

        Raises `Reject` and `Retry` with reason codes `openai_*`, which carry what was spent until then, and what
        `confirm` raises.
        """
        answers: list[Answer] = []
        for done, upload in enumerate(uploads):
            progress(100 * done / len(uploads), "listening")
            await confirm()
            try:
                with exchange("openai", "transcription", outcome_of):
                    answer = await self._ask(upload, language)
            except openai.OpenAIError as error:
                raise reaction(error, self._model, self._cost_usd + self._perhaps_charged(error, upload)) from error
            self._cost_usd += self._price_usd(upload)
            answers.append(self._read(answer, upload))
        told = next((one.language for one in answers if one.language != UNDETERMINED), UNDETERMINED)
        return Recognition(
            heard=tuple(heard for one in answers for heard in one.heard),
            language=told if language == "auto" else language,
            language_confidence=0.0,
            engine=f"openai/{self._model}",
            understood=any(one.understood for one in answers),
            cost_usd=self._cost_usd,
        )

    async def _ask(self, upload: Upload, language: str) -> Transcription | TranscriptionVerbose:
        code = omit if language == "auto" else primary_language(language)
        calls = self._client.audio.transcriptions
        if tells_times(self._model):
            return await calls.create(
                file=upload.path,
                model=self._model,
                language=code,
                response_format="verbose_json",
                timestamp_granularities=["word", "segment"],
            )
        if self._model in _LANGUAGE_LIST_MODELS:
            codes = omit if language == "auto" else [primary_language(language)]
            return await calls.create(file=upload.path, model=self._model, languages=codes, response_format="json")
        return await calls.create(file=upload.path, model=self._model, language=code, response_format="json")

    def _read(self, answer: Transcription | TranscriptionVerbose, upload: Upload) -> Answer:
        """The client hands on whatever JSON came; what is not what the documentation says is asked for again."""
        try:
            if isinstance(answer, TranscriptionVerbose):
                return timed_answer(answer, upload)
            return text_answer(answer, upload)
        except (AttributeError, TypeError, ValueError) as error:
            message = "OpenAI's answer cannot be read."
            raise Retry(message, reason_code="openai_busy", cost_usd=self._cost_usd) from error

    def _price_usd(self, upload: Upload) -> float:
        dearest = max(_USD_PER_MIN.values())
        return _USD_PER_MIN.get(self._model, dearest) * upload.span.duration_s / 60

    def _perhaps_charged(self, error: openai.OpenAIError, upload: Upload) -> float:
        """A call whose answer was lost on the way may have been heard."""
        return self._price_usd(upload) if isinstance(error, openai.APITimeoutError) else 0.0
