"""Alignment: what is done around the aligner, and the aligner itself."""

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelwright_transcription.align import AlignedWord, align_passage, in_order
from reelwright_transcription.audio import SAMPLE_RATE, Recording, Samples, Span
from reelwright_transcription.direct import align_directly
from reelwright_transcription.passages import Passage, PassageWord, cue_passages
from reelwright_transcription.pocketsphinx_aligner import PocketSphinx
from reelwright_transcription.sentences import with_capitals
from reelwright_transcription.spell import spell
from reelwright_transcription.testing import Known
from reelwright_transcription.vad import speech_spans

TWENTY_S = Recording(np.zeros(20 * SAMPLE_RATE, np.int16), 20.0)
SPEECH = [Span(0.5, 9.0), Span(11.0, 19.5)]


class Steps:
    """An aligner that puts tokens a quarter of a second apart, and refuses what has one of `refused` in it."""

    def __init__(self, refused: Sequence[str] = (), *, wide_refuses: bool = True) -> None:
        self.refused = set(refused)
        self.wide_refuses = wide_refuses
        self.asked: list[tuple[int, bool]] = []

    def align(self, samples: Samples, tokens: Sequence[str], *, wide: bool = False) -> list[Span] | None:
        self.asked.append((len(tokens), wide))
        if self.refused & set(tokens) and (self.wide_refuses or not wide):
            return None
        return [Span(i / 4, i / 4 + 0.2) for i in range(len(tokens))]


def passage(text: str, *, window: Span = TWENTY_S.whole, late_s: float = 0.1) -> Passage:
    """The words a second apart from 1 s on."""
    words = (PassageWord(word, spell(word), Span(i + 1.0, i + 1.5), 0.8) for i, word in enumerate(text.split()))
    return Passage(window, tuple(words), late_s)


def starts(words: Sequence[AlignedWord]) -> list[float]:
    return [word.span.start_s for word in words]


def test_aligned_words_are_exact_and_lie_in_the_recording() -> None:
    words = align_passage(TWENTY_S, SPEECH, passage("one 42 three", window=Span(10, 20)), Steps())
    assert starts(words) == [10.0, 10.25, 10.75]
    assert words[1].span.end_s == 10.7
    assert all(word.exact for word in words)


def test_words_that_cannot_be_spelled_get_the_time_between_their_neighbours() -> None:
    words = align_passage(TWENTY_S, SPEECH, passage("мир one two мир мир three four five six seven"), Steps())
    assert starts(words) == pytest.approx([0.0, 0.0, 0.25, 0.45, 0.475, 0.5, 0.75, 1.0, 1.25, 1.5], abs=0.05)


def test_wide_beams_are_tried_on_the_whole_and_then_halves_with_narrow_ones() -> None:
    text = "one two three four five six seven eight bad ten eleven twelve thirteen fourteen fifteen sixteen"
    aligner = Steps(["bad"])
    words = align_passage(TWENTY_S, SPEECH, passage(text), aligner)
    assert aligner.asked[:2] == [(16, False), (16, True)]
    assert not any(wide for _, wide in aligner.asked[2:])
    by_text = {word.text: word for word in words}
    assert list(by_text) == text.split()
    assert by_text["two"].exact
    assert by_text["sixteen"].exact
    assert not by_text["bad"].exact
    assert sum(not word.exact for word in words) <= 8


def test_wide_beams_can_be_the_answer() -> None:
    words = align_passage(TWENTY_S, SPEECH, passage("one bad three"), Steps(["bad"], wide_refuses=False))
    assert all(word.exact for word in words)


def test_without_an_aligner_hints_are_moved_and_clipped_to_speech() -> None:
    words = align_passage(TWENTY_S, [Span(1.2, 1.45), Span(1.95, 30)], passage("one two three"), None)
    spans = [(round(word.span.start_s, 2), round(word.span.end_s, 2)) for word in words]
    assert spans == [(1.2, 1.4), (1.95, 2.4), (2.9, 3.4)]
    assert not any(word.exact for word in words)


def test_a_foreign_passage_is_not_given_to_the_aligner() -> None:
    aligner = Steps()
    align_passage(TWENTY_S, SPEECH, passage("вода идёт домой now"), aligner)
    assert aligner.asked == []


def test_a_short_passage_is_not_halved() -> None:
    aligner = Steps(["bad"])
    align_passage(TWENTY_S, SPEECH, passage("one two bad four five", window=Span(0, 7)), aligner)
    assert aligner.asked == [(5, False), (5, True)]


def test_a_passage_is_not_halved_where_a_half_would_be_nearly_empty() -> None:
    """All hints lie at the window's very beginning: no place to cut is worth it."""
    aligner = Steps(["bad"])
    early = passage("one two bad four five", window=Span(5, 20))
    words = align_passage(TWENTY_S, SPEECH, early, aligner)
    assert len(aligner.asked) == 2
    assert not any(word.exact for word in words)


def test_a_word_outside_all_speech_keeps_its_hint() -> None:
    (word,) = align_passage(TWENTY_S, [Span(15, 16)], passage("one"), None)
    assert (word.span.start_s, word.span.end_s) == (0.9, 1.4)


spans = st.builds(lambda a, b: Span(a, a + b), st.floats(-1, 12), st.floats(-1, 4))


@given(st.lists(spans, max_size=15))
def test_words_in_order_never_overlap_and_stay_inside(found: list[Span]) -> None:
    words = in_order([AlignedWord("a", span, 1.0, hidden=False, exact=True) for span in found], 10.0)
    assert len(words) == len(found)
    assert all(0 <= word.span.start_s <= word.span.end_s <= 10.0 for word in words)
    assert all(a.span.end_s <= b.span.start_s or b.span.start_s >= 9.95 for a, b in itertools.pairwise(words))


def test_sentences_begin_with_a_capital_and_names_keep_theirs() -> None:
    texts = ["well", "iPhone", "works.", "it", "does.”", "yes", "3rd", "time."]
    words = [AlignedWord(text, Span(i, i + 1), 1.0, hidden=False, exact=True) for i, text in enumerate(texts)]
    assert [word.text for word in with_capitals(words)] == [
        "Well", "iPhone", "works.", "It", "does.”", "Yes", "3rd", "time.",
    ]  # fmt: skip
    assert with_capitals([]) == []


def test_words_of_a_subtitle_share_its_time_by_length() -> None:
    first, second = cue_passages([("a", Span(1, 3)), ("bcd", Span(1, 3)), ("e", Span(4, 5))])
    assert [word.hint.start_s for word in first.words] == pytest.approx([1, 1 + 2 * 2 / 6])
    assert [word.hint.end_s for word in first.words] == pytest.approx([1 + 2 * 2 / 6, 3])
    assert second.window == Span(4, 5)


@pytest.fixture(scope="module")
def aligner() -> PocketSphinx:
    return PocketSphinx()


def test_the_aligner_refuses_another_text_and_a_shuffled_one(
    aligner: PocketSphinx, boat_recording: Recording, boat: Known
) -> None:
    text = [token for word in boat.text.split() for token in spell(word)]
    assert aligner.align(boat_recording.samples, text) is not None
    assert aligner.align(boat_recording.samples, text[::-1]) is None
    assert aligner.align(boat_recording.samples, []) is None
    assert aligner.align(boat_recording.samples[:100], text) is None


def test_a_text_that_misses_a_passage_is_not_aligned_directly(
    aligner: PocketSphinx, boat_recording: Recording, boat: Known, talk: Known
) -> None:
    speech = speech_spans(boat_recording)
    text = boat.text.split()
    whole = align_directly(boat_recording, speech, text, aligner)
    assert whole is not None
    assert [word.text for word in whole] == text
    assert align_directly(boat_recording, speech, text[:30], aligner) is None
    assert align_directly(boat_recording, speech, talk.text.split()[:40], aligner) is None
    assert align_directly(boat_recording, speech, text[:20] + text[40:], aligner) is None
    assert align_directly(boat_recording, speech, [*text, "вода"], aligner) is None
    long = Recording(boat_recording.samples, 121.0)
    assert align_directly(long, speech, text, aligner) is None
