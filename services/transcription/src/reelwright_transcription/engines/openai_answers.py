"""OpenAI's answers as words in the recording."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from openai.types.audio import Transcription, TranscriptionVerbose, TranscriptionWord

from reelwright_transcription.audio import Span
from reelwright_transcription.confidence import without_repeats
from reelwright_transcription.edit_path import edit_path
from reelwright_transcription.engines.port import Heard, HeardWord
from reelwright_transcription.languages import UNDETERMINED, language_code
from reelwright_transcription.spread import spread
from reelwright_transcription.upload import Upload

_LEAST_LOGPROB = -1.0
"""OpenAI's documentation: a segment below it counts as failed."""
_UNTOLD_CONFIDENCE = 0.9
"""For models that don't tell: high, and below a given text's 1."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one call brought. `language` is a code, "und" when it was not told."""

    heard: tuple[Heard, ...]
    language: str
    understood: bool


def text_answer(answer: Transcription, upload: Upload) -> Answer:
    """A text without times, spread over the upload's speech. An empty list of languages means that it knew none."""
    texts = answer.text.split()
    spans = spread(texts, upload.speech or [upload.span])
    words = (HeardWord(t, s.start_s, s.end_s, _UNTOLD_CONFIDENCE) for t, s in zip(texts, spans, strict=True))
    heard = Heard(upload.span, tuple(without_repeats(list(words))), timed=False)
    languages = answer.languages
    code = language_code(languages[0].code.split("-")[0]) if languages else UNDETERMINED
    return Answer((heard,), code, bool(texts) and languages != [])


def timed_answer(answer: TranscriptionVerbose, upload: Upload) -> Answer:
    """Words with times, put into the upload's windows."""
    segments = answer.segments or []
    logprob = sum(one.avg_logprob for one in segments) / len(segments) if segments else None
    words = without_repeats([_heard_word(word, answer, upload) for word in _punctuated(answer)])
    heard = [
        Heard(window, tuple(_inside(words, i, upload.windows)), True, logprob)
        for i, window in enumerate(upload.windows)
    ]
    understood = bool(words) and (logprob is None or logprob >= _LEAST_LOGPROB)
    return Answer(tuple(heard), language_code(answer.language), understood)


def _punctuated(answer: TranscriptionVerbose) -> list[TranscriptionWord]:
    """The words as the text writes them. In the list of words they have no punctuation; where the text has no spaces
    between words the list is all there is.
    """
    texts, words = answer.text.split(), answer.words or []
    if len(texts) < len(words) / 2:
        return words
    path = edit_path([_bare(text) for text in texts], [_bare(word.word) for word in words])
    times: list[tuple[str, TranscriptionWord | None]] = []
    for i, j in path:
        if i is not None:
            times.append((texts[i], None if j is None else words[j]))
    return _filled(times, answer.duration)


def _bare(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


def _filled(texts: Sequence[tuple[str, TranscriptionWord | None]], duration_s: float) -> list[TranscriptionWord]:
    """Words that the list lacks begin where the one before ends and end where the next begins."""
    filled: list[TranscriptionWord] = []
    for i, (text, word) in enumerate(texts):
        start_s = word.start if word else (filled[-1].end if filled else 0.0)
        following = next((one for _, one in texts[i + 1 :] if one), None)
        end_s = word.end if word else max(start_s, following.start if following else duration_s)
        filled.append(TranscriptionWord(word=text, start=start_s, end=end_s))
    return filled


def _heard_word(word: TranscriptionWord, answer: TranscriptionVerbose, upload: Upload) -> HeardWord:
    """With its segment's mean probability per token as confidence."""
    middle_s = (word.start + word.end) / 2
    logprob = next((one.avg_logprob for one in answer.segments or [] if one.start <= middle_s <= one.end), None)
    confidence = _UNTOLD_CONFIDENCE if logprob is None else min(1.0, math.exp(logprob))
    return HeardWord(word.word, upload.span.start_s + word.start, upload.span.start_s + word.end, confidence)


def _inside(words: Sequence[HeardWord], index: int, windows: Sequence[Span]) -> list[HeardWord]:
    """The words whose middle lies in the window, or in the pause after it."""
    from_s = windows[index].start_s if index else -math.inf
    to_s = windows[index + 1].start_s if index + 1 < len(windows) else math.inf
    return [word for word in words if from_s <= (word.start_s + word.end_s) / 2 < to_s]
