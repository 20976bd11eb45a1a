"""Times survive edits of a text."""

from hypothesis import given
from hypothesis import strategies as st

from reelwright.events.v1.media_pb2 import Word
from reelwright_gateway.transcript.align import aligned

_WORDS = st.lists(st.sampled_from(["a", "b", "c", "die", "Drei", "vier,", "--"]), min_size=1, max_size=12)


def _had(texts: list[str]) -> list[Word]:
    return [Word(text=text, start_s=n, end_s=n + 0.6, confidence=0.5) for n, text in enumerate(texts)]


@given(_WORDS, _WORDS)
def test_every_word_has_a_time_and_none_goes_back(had: list[str], texts: list[str]) -> None:
    words = aligned(_had(had), texts)
    assert [word.text for word in words] == texts
    last_s = 0.0
    for word in words:
        assert last_s <= word.start_s <= word.end_s <= len(had)
        last_s = word.start_s


@given(_WORDS)
def test_the_same_words_keep_their_times(had: list[str]) -> None:
    assert aligned(_had(had), had) == _had(had)


def test_what_comes_new_shares_what_was_there() -> None:
    had = _had(["one", "too", "three"])
    replaced = aligned(had, ["one", "two", "and", "three"])
    assert [round(word.start_s, 2) for word in replaced] == [0.0, 1.0, 1.3, 2.0]
    in_the_pause = aligned(had, ["one", "well", "too", "three"])
    assert (round(in_the_pause[1].start_s, 2), in_the_pause[1].end_s) == (0.6, 1.0)
    at_the_end = aligned(had, ["one", "too", "three", "four"])
    assert [round(word.end_s, 2) for word in at_the_end[2:]] == [2.33, 2.6]
