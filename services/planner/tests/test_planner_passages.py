"""The choice of passages: the rules in their order, whatever the talk."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reelwright_planner.keyphrases import weigh_terms
from reelwright_planner.passages import TOLERANCE_S, choose_passages, spans
from reelwright_planner.salience import score_sentences
from reelwright_planner.sentences import CLAUSE_PAUSE_S, read_talk
from reelwright_planner.talk import Cut, Talk, TimedWord, WordRange
from reelwright_planner.testing import speak


@st.composite
def spoken(draw: st.DrawFn) -> list[TimedWord]:
    """Words with any rests between them, now and then a full stop, sometimes overlapping by an instant."""
    at_s, words = draw(st.floats(0, 3)), []
    for _ in range(draw(st.integers(1, 60))):
        length_s = draw(st.floats(0.05, 1.2))
        words.append(TimedWord(draw(st.sampled_from(["word", "word", "word", "stop.", "why?"])), at_s, at_s + length_s))
        at_s += length_s + draw(st.sampled_from([-0.02, 0.0, 0.0, 0.05, 0.1, 0.3, 0.8, 2.5]))
    return words


def talk_of(words: list[TimedWord]) -> Talk:
    return read_talk(words, duration_s=max(word.end_s for word in words) + 1, language="en")


@settings(max_examples=60, deadline=None)
@given(spoken(), st.floats(1, 40))
def test_no_cut_is_inside_a_word_and_the_order_is_kept(words: list[TimedWord], target_s: float) -> None:
    talk = talk_of(words)
    selection = choose_passages(talk, [1.0] * len(words), target_s)
    played = [interval for piece in spans(talk, selection.passages) for interval in piece]
    assert played
    for before, after in pairwise(played):
        assert before.start_s < before.end_s <= after.start_s
    for edge in (edge for interval in played for edge in interval):
        assert not any(word.start_s < edge < word.end_s for word in talk.words)
    assert selection.length_s == pytest.approx(sum(interval.length_s for interval in played))


@settings(max_examples=60, deadline=None)
@given(spoken(), st.floats(1, 40))
def test_the_target_is_met_whenever_one_run_of_words_meets_it(words: list[TimedWord], target_s: float) -> None:
    talk = talk_of(words)
    edges = [i for i, boundary in enumerate(talk.boundaries) if boundary.cut is not Cut.NEVER]
    runs = [WordRange(first, end) for first in edges for end in edges if first < end]
    lengths = [sum(interval.length_s for interval in spans(talk, [run])[0]) for run in runs]
    possible = any(abs(length_s - target_s) <= TOLERANCE_S - 0.15 for length_s in lengths)
    assert choose_passages(talk, [1.0] * len(words), target_s).on_target or not possible


def test_whole_sentences_before_better_words() -> None:
    talk = talk_of(speak(" ".join(["Ten seconds would need so many more words than these here are."] * 12)))
    worth = [5.0 if 20 <= i < 50 else 0.1 for i in range(len(talk.words))]
    selection = choose_passages(talk, worth, 20)
    assert selection.on_target
    assert selection.worst_cut is Cut.SENTENCE


def test_the_target_before_whole_sentences() -> None:
    words = speak(", ".join(["this one sentence never ends and goes on and on"] * 5) + ".")
    selection = choose_passages(talk_of(words), [1.0] * len(words), 10)
    assert selection.on_target
    assert selection.worst_cut is Cut.CLAUSE


def test_a_cut_between_words_only_where_no_pause_will_do() -> None:
    words = [TimedWord("word", i * 0.3, i * 0.3 + 0.29) for i in range(200)]
    selection = choose_passages(talk_of(words), [1.0] * 200, 20)
    assert selection.on_target
    assert selection.worst_cut is Cut.WORD


def test_what_is_worth_more_is_chosen() -> None:
    words = speak(" ".join(["The tenth part of it is said in these few words."] * 20))
    talk = talk_of(words)
    best = talk.sentences[12:16]
    worth = [3.0 if best[0].first <= i < best[-1].end else 0.2 for i in range(len(words))]
    [passage] = choose_passages(talk, worth, 16).passages
    assert passage.first <= best[0].first
    assert passage.end >= best[-1].end


def test_nothing_that_can_be_parted_is_taken_whole() -> None:
    words = [TimedWord("one", 0.0, 50.0), TimedWord("two", 40.0, 100.0)]
    selection = choose_passages(talk_of(words), [1.0, 1.0], 30)
    assert selection.passages == (WordRange(0, 2),)
    assert not selection.on_target


def test_long_pauses_inside_a_passage_are_shortened() -> None:
    words = [TimedWord("One.", 0.0, 1.0), TimedWord("Two.", 6.0, 7.0)]
    [played] = spans(talk_of(words), [WordRange(0, 2)])
    assert len(played) == 2
    assert 1.0 + CLAUSE_PAUSE_S / 2 <= played[0].end_s < played[1].start_s <= 6.0


SENTENCE = "Ten seconds would need so many more words than these here are."


@pytest.mark.parametrize("breaks_off", ["Then suddenly when nobody thought of any harm", "And so nobody ever said..."])
def test_where_a_recording_breaks_off_is_no_good_ending(breaks_off: str) -> None:
    whole = talk_of(speak(" ".join([SENTENCE] * 12)))
    broken = talk_of(speak(" ".join([SENTENCE] * 12 + [breaks_off])))
    best = choose_passages(whole, [1.0] * len(whole.words), 20)
    chosen = choose_passages(broken, [1.0] * len(broken.words), 20)
    assert best.passages[-1].end == len(whole.words), "the conclusion belongs in"
    assert chosen.passages[-1].end < len(broken.words)
    assert chosen.on_target


def test_words_without_any_full_stop_do_not_break_off() -> None:
    talk = talk_of(speak("ten seconds would need so many more words than these here are " * 12))
    assert choose_passages(talk, [1.0] * len(talk.words), 20).on_target


def test_of_two_takes_of_a_sentence_the_last_is_heard() -> None:
    """Also where the first one came out a little different."""
    first = "The lighthouse burned three hundred barrels of whale oil in a year."
    last = "The lighthouse burned three hundred barrels of whale oil every year."
    others = "Nobody knew who paid for it. The keeper wrote letters to the king. The king never answered any of them."
    talk = talk_of(speak(f"{first} {others} {last} Ships came home at night because of it."))
    worths = score_sentences(talk, weigh_terms(talk))
    assert worths[0] < 0 < worths[4]
    assert min(worths[1:]) > worths[0]
