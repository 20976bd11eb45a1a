"""Windows, edit paths, matching, spreading: the pure steps between sound and words."""

import itertools
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reelwright_transcription.audio import SAMPLE_RATE, Recording, Span, covered_s, merge_spans
from reelwright_transcription.confidence import is_understood, without_repeats
from reelwright_transcription.edit_path import edit_path
from reelwright_transcription.engines.port import Heard, HeardWord
from reelwright_transcription.match import Match, match
from reelwright_transcription.spread import spread
from reelwright_transcription.windows import windows


def noise(seconds: float) -> Recording:
    samples = np.random.default_rng(0).integers(-9000, 9000, int(seconds * SAMPLE_RATE)).astype(np.int16)
    return Recording(samples, seconds)


@st.composite
def speech_in(draw: st.DrawFn, longest_s: float = 40.0) -> tuple[list[Span], float]:
    """Sorted disjoint spans, and the length of their recording."""
    spans, at = [], 0.0
    for gap, length in draw(st.lists(st.tuples(st.floats(0.1, 3), st.floats(0.1, longest_s)), min_size=1, max_size=12)):
        spans.append(Span(at + gap, at + gap + length))
        at = spans[-1].end_s
    return spans, at + draw(st.floats(0, 2))


NOISE = noise(520)


@given(speech_in())
@settings(max_examples=60, deadline=None)
def test_windows_hold_all_speech_and_fit_the_recogniser(case: tuple[list[Span], float]) -> None:
    speech, duration_s = case
    cut = windows(Recording(NOISE.samples, duration_s), speech)
    assert all(a.end_s <= b.start_s + 1e-9 for a, b in itertools.pairwise(cut))
    assert all(0 <= one.start_s < one.end_s <= duration_s + 1e-9 for one in cut)
    assert all(one.duration_s <= 28 + 0.6 + 1e-9 for one in cut)
    for span in speech:
        assert covered_s(span, cut) == pytest.approx(span.duration_s, abs=1e-6)


def test_windows_are_cut_at_long_pauses_and_none_is_nearly_empty() -> None:
    sentences = [Span(start, start + 4.5) for start in (0.5, 5.2, 9.9, 14.6, 20.3, 25.0, 29.7)]
    cut = windows(NOISE, sentences)
    assert [round(one.start_s, 1) for one in cut] == [0.2, 20.0]


def test_one_who_never_breathes_is_cut_where_it_is_quietest() -> None:
    samples = NOISE.samples[: 50 * SAMPLE_RATE].copy()
    samples[int(24.0 * SAMPLE_RATE) : int(24.1 * SAMPLE_RATE)] //= 100
    cut = windows(Recording(samples, 50.0), [Span(0.5, 49.5)])
    assert len(cut) == 2
    assert 24.0 <= cut[0].end_s <= 24.1
    assert cut[0].end_s == cut[1].start_s


words_of = st.lists(st.sampled_from("abc"), max_size=7)


@given(words_of, words_of)
def test_an_edit_path_visits_everything_once_in_order_and_costs_the_least(left: list[str], right: list[str]) -> None:
    path = edit_path(left, right)
    assert [i for i, _ in path if i is not None] == list(range(len(left)))
    assert [j for _, j in path if j is not None] == list(range(len(right)))
    cost = sum(0.7 if i is None or j is None else float(left[i] != right[j]) for i, j in path)

    @cache
    def least(i: int, j: int) -> float:
        if i == 0 or j == 0:
            return 0.7 * (i + j)
        return min(
            least(i - 1, j) + 0.7, least(i, j - 1) + 0.7, least(i - 1, j - 1) + float(left[i - 1] != right[j - 1])
        )

    assert cost == pytest.approx(least(len(left), len(right)))


def heard(text: str, *, from_s: float = 0.0, window_words: int = 1000, confidence: float = 0.9) -> list[Heard]:
    """Half a second per word, a window every `window_words`."""
    words = [HeardWord(word, from_s + i / 2, from_s + i / 2 + 0.4, confidence) for i, word in enumerate(text.split())]
    chunks = [tuple(words[i : i + window_words]) for i in range(0, len(words), window_words)]
    return [Heard(Span(chunk[0].start_s - 0.1, chunk[-1].end_s + 0.1), chunk) for chunk in chunks]


def matched(text: str, heard_text: str, *, window_words: int = 1000) -> Match:
    listened = heard(heard_text, window_words=window_words)
    return match(text.split(), listened, [one.window for one in listened])


def shown(result: Match) -> list[str]:
    return [word.text for one in result.passages for word in one.words if not word.hidden]


def test_given_words_win_over_what_was_heard_in_their_place() -> None:
    result = matched("The Kilrush harbour, 10,000 boats.", "the kill rush harbor ten thousand boats")
    assert shown(result) == ["The", "Kilrush", "harbour,", "10,000", "boats."]
    number = result.passages[0].words[-2]
    assert (number.hint.start_s, number.hint.end_s) == (2.0, 2.9)
    assert number.tokens == ("ten", "thousand")


def test_words_that_only_the_recording_has_go_along_hidden() -> None:
    result = matched("we sailed at dawn", "well um we sailed at dawn today")
    assert shown(result) == ["we", "sailed", "at", "dawn"]
    assert [word.text for word in result.passages[0].words if word.hidden] == ["well", "um", "today"]
    assert result.found == 1.0


def test_a_passage_that_is_not_spoken_is_left_out() -> None:
    spoken = "one small boat left the harbour at dawn"
    result = matched("one small boat (it was painted blue and white) left the harbour at dawn", spoken)
    assert " ".join(shown(result)) == spoken
    assert result.unspoken == 6


def test_a_word_that_the_recogniser_missed_is_kept_between_its_neighbours() -> None:
    listened = [*heard("one small"), *heard("left the harbour", from_s=3.0)]
    result = match(["one", "small", "boat", "left", "the", "harbour"], listened, [Span(0, 5)])
    boat = next(word for one in result.passages for word in one.words if word.text == "boat")
    assert (boat.hint.start_s, boat.hint.end_s) == (0.9, 3.0)


def test_words_go_to_the_window_that_they_are_heard_in() -> None:
    result = matched("a b c d e f", "a b c d e f", window_words=3)
    assert [[word.text for word in one.words] for one in result.passages] == [["a", "b", "c"], ["d", "e", "f"]]


def test_windows_without_given_words_are_left_out() -> None:
    result = matched("d e f", "a b c d e f", window_words=3)
    assert [[word.text for word in one.words] for one in result.passages] == [["d", "e", "f"]]


def test_common_words_of_another_text_do_not_count_as_found() -> None:
    other = "the cat and the dog went to the house of a man who had the key to it"
    assert matched("on the day of the race a horse ran to the end and won it", other).found < 0.5
    assert matched("hello", "hello").found == 1.0
    assert matched("hello", "goodbye").found == 0.0


def test_a_text_in_another_script_is_matched_by_its_words() -> None:
    assert matched("Сегодня, вода идёт!", "сегодня вода идёт").found == 1.0


@given(
    st.lists(st.sampled_from(["ab", "cd", "ef", "gh", "ij"]), max_size=20),
    st.lists(st.sampled_from(["ab", "cd", "ef", "x"])),
)
@settings(max_examples=80, deadline=None)
def test_matching_keeps_the_order_and_invents_nothing(given_words: list[str], heard_words: list[str]) -> None:
    listened = heard(" ".join(heard_words), window_words=5)
    result = match(given_words, listened, [one.window for one in listened])
    told = iter(given_words)
    assert all(word in told for word in shown(result))
    hints = [word.hint for one in result.passages for word in one.words]
    assert all(hint.start_s <= hint.end_s for hint in hints)
    assert 0 <= result.found <= 1


@given(st.lists(st.text("abc", min_size=1, max_size=9), min_size=1, max_size=20), speech_in())
@settings(deadline=None)
def test_spread_words_fill_the_speech_in_order(texts: list[str], case: tuple[list[Span], float]) -> None:
    speech, _ = case
    spans = spread(texts, speech)
    assert len(spans) == len(texts)
    assert spans[0].start_s == pytest.approx(speech[0].start_s)
    assert spans[-1].end_s == pytest.approx(speech[-1].end_s)
    assert all(a.end_s == b.start_s for a, b in itertools.pairwise(spans))


@given(st.lists(st.tuples(st.floats(0, 50), st.floats(0, 5)), max_size=20), st.floats(0, 1))
def test_merged_spans_are_disjoint_and_cover_the_same(pairs: list[tuple[float, float]], gap_s: float) -> None:
    spans = [Span(start, start + length) for start, length in pairs]
    merged = merge_spans(spans, closer_than_s=gap_s)
    assert all(a.end_s + gap_s < b.start_s for a, b in itertools.pairwise(merged))
    assert all(any(one.start_s <= s.start_s and s.end_s <= one.end_s for one in merged) for s in spans)


def hear(*words: str) -> list[HeardWord]:
    return [HeardWord(word, i, i + 0.5, 0.9) for i, word in enumerate(words)]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("very very very good", "very very very good"),
        ("la la la la la la", "la la la"),
        ("Thank you. Thank you. Thank you. Thank you. Thank you.", "Thank you. Thank you. Thank you."),
        ("so a b c a b c a b c a b c a b c then", "so a b c a b c a b c then"),
    ],
)
def test_loops_are_cut_after_the_third_time(said: str, kept: str) -> None:
    assert " ".join(word.text for word in without_repeats(hear(*said.split()))) == kept


@pytest.mark.parametrize(
    ("confidence", "logprob", "understood"),
    [(0.95, -0.1, True), (0.69, -0.53, True), (0.66, -0.8, False), (0.59, -0.15, False), (0.65, None, True)],
)
def test_what_counts_as_understood(confidence: float, logprob: float | None, understood: bool) -> None:
    word = HeardWord("a", 0, 1, confidence)
    silence = Heard(Span(1, 2), ())
    assert is_understood([Heard(Span(0, 1), (word, word), avg_logprob=logprob), silence]) is understood
    assert not is_understood([silence])
