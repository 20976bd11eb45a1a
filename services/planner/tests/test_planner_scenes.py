"""The division into scenes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reelwright_planner.passages import spans
from reelwright_planner.scenes import cut_passages, divide_into_scenes, scene_counts, scene_places
from reelwright_planner.sentences import read_talk
from reelwright_planner.talk import Talk, WordRange
from reelwright_planner.testing import speak

TALK_TEXT = " ".join(["This is a sentence of a good few words, and it rests once."] * 30)


def talk() -> Talk:
    words = speak(TALK_TEXT)
    return read_talk(words, duration_s=words[-1].end_s + 1, language="en")


@pytest.mark.parametrize(
    ("length_s", "expected"),
    [
        (3, [1]),
        (15, [1]),
        (15.9, [1, 2]),
        (20, [2]),
        (24, [2, 3]),
        (30, [3]),
        (45, [3, 4, 5]),
        (60, [4, 5]),
        (61.5, [5]),
    ],
)
def test_counts(length_s: float, expected: list[int]) -> None:
    assert list(scene_counts(length_s)) == expected


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100), st.integers(40, 150), st.integers(0, 60), st.integers(10, 60))
def test_scenes_hold_all_words_once_and_last_8_to_15_s(first: int, length: int, skip: int, more: int) -> None:
    spoken = talk()
    passages = [
        WordRange(first, first + length),
        WordRange(first + length + skip + 1, first + length + skip + 1 + more),
    ]
    scenes = divide_into_scenes(spoken, passages)
    assert [i for scene in scenes for piece in scene for i in range(*piece)] == [i for p in passages for i in range(*p)]
    flat = [piece for scene in scenes for piece in scene]
    pieces = iter(spans(spoken, flat))
    lengths = [sum(interval.length_s for _ in scene for interval in next(pieces)) for scene in scenes]
    assert scene_places(spoken, passages)[-1].at_s == pytest.approx(sum(lengths))
    if 28 <= sum(lengths) <= 61.5:
        assert 3 <= len(scenes) <= 5
        assert all(7.9 <= length_s <= 15.1 for length_s in lengths)


def test_scenes_change_where_sentences_end() -> None:
    spoken = talk()
    scenes = divide_into_scenes(spoken, [WordRange(0, 104)])
    assert {scene[0].first for scene in scenes} <= {sentence.first for sentence in spoken.sentences}


def test_a_wish_moves_the_change() -> None:
    spoken = talk()
    plain = divide_into_scenes(spoken, [WordRange(0, 104)])
    wished = plain[1][0].first + 13
    assert wished in {scene[0].first for scene in divide_into_scenes(spoken, [WordRange(0, 104)], wishes={wished})}


def test_cut_passages() -> None:
    passages = [WordRange(0, 10), WordRange(20, 30)]
    assert cut_passages(passages, [5, 10, 25]) == (
        (WordRange(0, 5),),
        (WordRange(5, 10),),
        (WordRange(20, 25),),
        (WordRange(25, 30),),
    )
    assert cut_passages(passages, [5]) == ((WordRange(0, 5),), (WordRange(5, 10), WordRange(20, 30)))
