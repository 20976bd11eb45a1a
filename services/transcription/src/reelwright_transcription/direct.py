"""Aligns a given text to a short recording as it stands, without a recogniser: a fiftieth of real time.

Forced alignment with narrow beams refuses most texts that are not what is said. A text that misses passages, or another
and shorter one, can get through; that shows by speech which no word covers, and by words spoken at an uneven pace.
"""

import math
import statistics
from collections.abc import Sequence

from reelwright_transcription.align import AlignedWord, ForcedAligner
from reelwright_transcription.audio import Recording, Span, covered_s, merge_spans
from reelwright_transcription.spell import spell

MAX_DURATION_S = 120.0
"""The aligner's time grows faster than the recording from there on."""
_LEAST_COVERED = 0.94
"""Share of the speech. Over eight recordings right texts covered 0.96 to 0.98; of 240 wrong or incomplete ones five
reached 0.93, and those were uneven too."""
_MOST_UNEVEN = 0.5
"""Standard deviation of the logarithm of the words' seconds per letter: 0.35 to 0.45 for right texts."""
_MARGIN_S = 0.3


def align_directly(
    recording: Recording, speech: Sequence[Span], given: Sequence[str], aligner: ForcedAligner
) -> list[AlignedWord] | None:
    """Times of all words, or None where the text as a whole is not certainly what is said."""
    spelled = [spell(text) for text in given]
    if recording.duration_s > MAX_DURATION_S or not all(spelled):
        return None
    window = Span(max(0.0, speech[0].start_s - _MARGIN_S), min(recording.duration_s, speech[-1].end_s + _MARGIN_S))
    found = aligner.align(recording.cut(window), [token for tokens in spelled for token in tokens])
    if found is None:
        return None
    moved = [Span(span.start_s + window.start_s, span.end_s + window.start_s) for span in found]
    if not _plausible(moved, [token for tokens in spelled for token in tokens], speech):
        return None
    ends = iter(moved)
    spans = [[next(ends) for _ in tokens] for tokens in spelled]
    return [
        AlignedWord(text, Span(parts[0].start_s, parts[-1].end_s), 1.0, hidden=False, exact=True)
        for text, parts in zip(given, spans, strict=True)
    ]


def _plausible(spans: Sequence[Span], tokens: Sequence[str], speech: Sequence[Span]) -> bool:
    spoken = merge_spans(spans)
    total_s = sum(span.duration_s for span in speech)
    covered = sum(covered_s(span, spoken) for span in speech) / total_s
    paces = [math.log(span.duration_s / len(token)) for span, token in zip(spans, tokens, strict=True)]
    return covered >= _LEAST_COVERED and statistics.pstdev(paces) <= _MOST_UNEVEN
