"""Where sentences and clauses end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelwright_planner.sentences import EDGE_PAD_S, read_talk
from reelwright_planner.talk import Cut, Talk, TimedWord
from reelwright_planner.testing import speak


def talk_of(text: str, language: str = "en") -> Talk:
    words = speak(text)
    return read_talk(words, duration_s=words[-1].end_s + 0.5, language=language)


def sentences(text: str) -> list[str]:
    talk = talk_of(text)
    return [talk.text(sentence) for sentence in talk.sentences]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One here. Two here! Three here?", ["One here.", "Two here!", "Three here?"]),
        ("Dr. Fogg met Mr. Smith. They spoke.", ["Dr. Fogg met Mr. Smith.", "They spoke."]),
        ("It costs 3.5 dollars. Cheap.", ["It costs 3.5 dollars.", "Cheap."]),
        ("He said “Go on.” Then he left.", ["He said “Go on.”", "Then he left."]),
        ("We met at 5 p.m. on Monday. Then home.", ["We met at 5 p.m. on Monday.", "Then home."]),
        ("Well... maybe not. Yes.", ["Well... maybe not.", "Yes."]),
        ("Wait... What now?", ["Wait...", "What now?"]),
        ("She asked why? and left. Good.", ["She asked why? and left.", "Good."]),
        ("I bought it. iPhones are dear.", ["I bought it.", "iPhones are dear."]),
        ("今天 天气 很 好。 我们 走 吧！", ["今天天气很好。", "我们走吧！"]),
        ("यह एक है। यह दो है।", ["यह एक है।", "यह दो है।"]),
    ],
)
def test_sentences_end_at_full_stops_that_are_ones(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_an_abbreviation_ends_a_sentence_only_before_a_pause() -> None:
    close = [TimedWord("etc.", 0.0, 0.4), TimedWord("Then", 0.45, 0.8)]
    apart = [TimedWord("etc.", 0.0, 0.4), TimedWord("Then", 0.9, 1.2)]
    assert len(read_talk(close, duration_s=2, language="en").sentences) == 1
    assert len(read_talk(apart, duration_s=2, language="en").sentences) == 2


def test_speech_without_punctuation_is_divided_at_its_pauses() -> None:
    words: list[TimedWord] = []
    for phrase in range(12):
        words += speak("eight plain words that nobody gave any stop", at_s=phrase * 6.0)
    talk = read_talk(words, duration_s=80, language="en")
    assert [talk.text(sentence) for sentence in talk.sentences] == ["eight plain words that nobody gave any stop"] * 12


def test_unpunctuated_speech_without_any_pause_stays_one_sentence() -> None:
    words = [TimedWord("word", i * 0.3, i * 0.3 + 0.3) for i in range(200)]
    assert len(read_talk(words, duration_s=60, language="en").sentences) == 1


def test_a_pause_makes_a_clause_and_the_padding_stays_inside_it() -> None:
    words = [TimedWord("one", 1.0, 1.5), TimedWord("two", 1.9, 2.2), TimedWord("three", 2.3, 2.6)]
    boundaries = read_talk(words, duration_s=4, language="en").boundaries
    assert [boundary.cut for boundary in boundaries] == [Cut.SENTENCE, Cut.CLAUSE, Cut.WORD, Cut.SENTENCE]
    assert 1.5 < boundaries[1].out_s <= boundaries[1].middle_s <= boundaries[1].in_s < 1.9
    assert boundaries[0].in_s == pytest.approx(1.0 - EDGE_PAD_S)
    assert boundaries[3].out_s == pytest.approx(2.6 + EDGE_PAD_S)


def test_overlapping_words_cannot_be_parted() -> None:
    words = [TimedWord("one", 0.0, 1.0), TimedWord("two", 0.8, 1.5), TimedWord("three", 1.5, 2.0)]
    cuts = [boundary.cut for boundary in read_talk(words, duration_s=2, language="en").boundaries]
    assert cuts == [Cut.SENTENCE, Cut.NEVER, Cut.WORD, Cut.SENTENCE]


def test_whole_pauses_keeps_them() -> None:
    words = [TimedWord("one", 0.0, 1.0), TimedWord("two", 9.0, 9.5)]
    assert read_talk(words, duration_s=10, language="en").boundaries[1].shortened
    assert not read_talk(words, duration_s=10, language="en", whole_pauses=True).boundaries[1].shortened


def test_no_words_make_an_empty_talk() -> None:
    talk = read_talk([TimedWord("  ", 0, 1)], duration_s=10, language="en")
    assert (talk.words, talk.sentences, len(talk.boundaries)) == ((), (), 1)


times = st.floats(0, 60, allow_nan=False)
any_words = st.lists(
    st.builds(TimedWord, st.sampled_from(["a", "word.", "Dr.", "走", "3.", "why?", "und,", " "]), times, times),
    max_size=40,
)


@given(any_words)
def test_boundaries_lie_between_words_and_sentences_cover_all(words: list[TimedWord]) -> None:
    talk = read_talk(words, duration_s=60, language="en")
    assert [i for sentence in talk.sentences for i in range(*sentence)] == list(range(len(talk.words)))
    for index, boundary in enumerate(talk.boundaries[1:-1], start=1):
        before = max(word.end_s for word in talk.words[:index])
        assert boundary.out_s <= boundary.middle_s <= boundary.in_s
        if boundary.cut is not Cut.NEVER:
            assert before <= boundary.out_s
            assert boundary.in_s <= talk.words[index].start_s
