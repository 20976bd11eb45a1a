"""Plans: what stands when, and the digest that names what is painted."""

import pickle
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reelwright_renderer.captions.planning import HOLD_S, Captions, plan_captions
from reelwright_renderer.captions.port import CaptionPlan, CaptionWord
from reelwright_renderer.captions.sheet import sample_words
from reelwright_renderer.captions.styles import DEFAULT_STYLE, STYLES, describe

TEXT = "Hold a glass of water up to the light. Part of it is older than the sun. It has not rested since."
NEVER_A_CHARACTER = "\U0003abcd"


def plan(words: list[CaptionWord], style: str = DEFAULT_STYLE, size: tuple[int, int] = (270, 480)) -> Captions:
    return plan_captions(words, style, "en", *size)


def shifted(words: list[CaptionWord], by_s: float) -> list[CaptionWord]:
    return [CaptionWord(word.text, word.start_s + by_s, word.end_s + by_s) for word in words]


def test_a_plan_is_what_the_renderer_asks_for() -> None:
    found: CaptionPlan = plan(sample_words(TEXT))
    assert pickle.loads(pickle.dumps(found)) == found
    assert " ".join(line for group in found.groups for line in group.lines) == TEXT
    assert all(1 <= len(group.lines) <= 2 for group in found.groups)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 1.5), st.floats(0, 0.8)), min_size=1, max_size=30), st.sampled_from(list(STYLES))
)
def test_captions_do_not_overlap_and_begin_with_their_first_word(timed: list[tuple[float, float]], style: str) -> None:
    words, at_s = [], 0.0
    for rest_s, length_s in timed:
        words.append(CaptionWord("word", at_s + rest_s, at_s + rest_s + length_s))
        at_s += rest_s + length_s
    groups = plan(words, style).groups
    assert all(one.end_s <= two.start_s for one, two in pairwise(groups))
    for group in groups:
        assert group.start_s == group.words[0].start_s
        assert group.end_s >= group.start_s
        frames = group.frames(30)
        assert frames.first <= frames.word_firsts[0]
        assert list(frames.word_firsts) == sorted(frames.word_firsts)
        assert all(
            abs(f / 30 - word.start_s) <= 1 / 60 + 1e-9 for f, word in zip(frames.word_firsts, group.words, strict=True)
        )


def test_a_caption_stays_over_a_short_gap_and_a_little_before_a_long_one() -> None:
    words = [CaptionWord("One.", 0, 1), CaptionWord("Two.", 1.55, 2), CaptionWord("Three.", 5, 6)]
    assert [group.end_s for group in plan(words).groups] == [1.55, 2 + HOLD_S, 6 + HOLD_S]


def test_the_signature_counts_from_the_first_frame() -> None:
    one, two = plan(sample_words(TEXT)), plan(shifted(sample_words(TEXT), 2.0))
    assert one.signature(0, 90, 30) == two.signature(60, 150, 30)
    assert one.signature(0, 90, 30) != one.signature(1, 91, 30)


def test_the_signature_is_of_what_is_seen_there_and_nothing_else() -> None:
    words = sample_words(TEXT)
    edited = [*words[:-1], CaptionWord("ever.", words[-1].start_s, words[-1].end_s)]
    one, two = plan(words), plan(edited)
    assert one.signature(0, 60, 30) == two.signature(0, 60, 30)
    last = round(words[-1].end_s * 30)
    assert one.signature(last - 20, last, 30) != two.signature(last - 20, last, 30)
    nothing = one.signature(last + 100, last + 200, 30)
    assert nothing == plan([]).signature(0, 100, 30)


def test_the_signature_tells_whether_a_caption_fades_into_nothing() -> None:
    words = sample_words("Hold a glass of water. Part of it is older.")
    one, two = plan(words), plan(words[:5])
    begins = one.groups[1].frames(30).first
    assert one.groups[0].end_s > two.groups[0].words[-1].end_s
    assert one.signature(begins - 4, begins, 30) != two.signature(begins - 4, begins, 30)


@pytest.mark.parametrize("change", [{"style": "pop"}, {"size": (540, 960)}])
def test_the_signature_changes_with_the_look(change: dict[str, object]) -> None:
    words = sample_words(TEXT)
    assert plan(words).signature(0, 30, 30) != plan(words, **change).signature(0, 30, 30)  # type: ignore[arg-type]


def test_missing_characters_are_told_and_stay_in_the_subtitles() -> None:
    found = plan(sample_words(f"Look {NEVER_A_CHARACTER} here{NEVER_A_CHARACTER} now"))
    assert found.missing_characters == NEVER_A_CHARACTER
    assert [line for group in found.groups for line in group.lines] == [
        f"Look {NEVER_A_CHARACTER}",
        f"here{NEVER_A_CHARACTER} now",
    ]


def test_every_style_is_described() -> None:
    assert set(describe()) == {*STYLES, "none"}
    assert all(text.endswith(".") for text in describe().values())
    with pytest.raises(KeyError):
        plan([], "comic")
