"""Gives words without times a rough place: they share the time that there is by their length."""

from collections.abc import Sequence

from reelwright_transcription.audio import Span


def spread(texts: Sequence[str], speech: Sequence[Span]) -> list[Span]:
    """One span per text, in order, over the spoken time of `speech` (sorted, disjoint, not empty); a word that begins
    before a pause may end after it.
    """
    spoken_s = sum(span.duration_s for span in speech)
    letters = sum(len(text) + 1 for text in texts)
    spans, at = [], 0
    for text in texts:
        start = at
        at += len(text) + 1
        spans.append(Span(_time(spoken_s * start / letters, speech), _time(spoken_s * at / letters, speech)))
    return spans


def _time(spoken_s: float, speech: Sequence[Span]) -> float:
    """The moment at which `spoken_s` seconds of the speech are over."""
    for span in speech:
        if spoken_s <= span.duration_s:
            return span.start_s + spoken_s
        spoken_s -= span.duration_s
    return speech[-1].end_s
