"""Words into captions: what belongs together stays together, and every line fits."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reelwright_renderer.captions.grouping import LONGEST_PAUSE_S, Lines, Rules, group_words, widest_px
from reelwright_renderer.captions.planning import line_text
from reelwright_renderer.captions.port import CaptionWord
from reelwright_renderer.captions.scripts import is_cjk, is_punctuation, is_visible, printable
from reelwright_renderer.captions.tidying import SMALLEST_SIZE, tidy

LIMIT_PX = 16.0


def width_of(text: str) -> float:
    """One px a letter, two a CJK one."""
    return float(sum(2 if is_cjk(c) else 1 for c in text))


RULES = Rules(width_of, LIMIT_PX, 1.0, 5)


def words_of(text: str, word_s: float = 0.3) -> list[CaptionWord]:
    return [CaptionWord(word, i * word_s, (i + 1) * word_s) for i, word in enumerate(text.split())]


def tidied(text: str) -> list[str]:
    return [word.text for word in tidy(words_of(text), width_of, LIMIT_PX)]


def captions(text: str) -> list[list[str]]:
    return [
        [line_text(line) for line in lines] for lines in group_words(tidy(words_of(text), width_of, LIMIT_PX), RULES)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello , world !", ["Hello,", "world!"]),
        ("He said “ go on ” then", ["He", "said", "“go", "on”", "then"]),
        ('He said " go on " then', ["He", "said", '"go', 'on"', "then"]),
        ('A " b " c " d " e', ["A", '"b"', "c", '"d"', "e"]),
        ("one ( two ) ¿ que ?", ["one", "(two)", "¿que?"]),
        ("end (", ["end("]),
        ("( [ start", ["([start"]),
        ("a — b", ["a—", "b"]),
        ("...", []),
        ("a\u0007b \u200b c", ["ab", "c"]),
    ],
)
def test_lone_punctuation_goes_where_it_belongs(text: str, expected: list[str]) -> None:
    assert tidied(text) == expected


def test_a_word_too_wide_is_hyphenated_where_syllables_begin() -> None:
    pieces = tidied("Donaudampfschifffahrtsgesellschaft")
    assert "".join(piece.removesuffix("-") for piece in pieces) == "Donaudampfschifffahrtsgesellschaft"
    assert all(piece.endswith("-") for piece in pieces[:-1])
    assert all(width_of(piece) <= LIMIT_PX / SMALLEST_SIZE for piece in pieces)
    assert "c-h" not in "|".join(pieces).replace("-|", "-")


def test_an_address_is_parted_after_its_separators() -> None:
    assert tidied("https://example.org/a-long-path/that-goes-on")[0][-1] in "/-."


def test_cjk_given_as_one_word_is_parted_after_clauses_and_never_before_a_small_kana() -> None:
    assert tidied("我们，走得很快。")[0] == "我们，"
    assert not any(piece[0] in "ーっゃ。" for piece in tidied("スーパーマーケットへちょっと行ってきました。"))


def test_pieces_share_the_time_of_their_word() -> None:
    [word] = words_of("Donaudampfschifffahrtsgesellschaft")
    pieces = tidy([word], width_of, LIMIT_PX)
    assert pieces[0].start_s == word.start_s
    assert pieces[-1].end_s == word.end_s
    assert all(one.end_s == two.start_s for one, two in pairwise(pieces))


def test_captions_end_with_sentences_and_break_after_commas() -> None:
    assert captions("It was cold. We went home, all of us.") == [
        ["It was cold."],
        ["We went home,"],
        ["all of us."],
    ]


def test_nobody_is_left_alone_at_the_end() -> None:
    assert len(captions("one two three four five six")[-1][-1].split()) > 1


def test_a_pause_parts_captions() -> None:
    words = [CaptionWord("one", 0, 0.3), CaptionWord("two", 0.3 + LONGEST_PAUSE_S + 0.1, 2)]
    assert len(group_words(words, RULES)) == 2


alphabets = st.sampled_from(["abcdefgh", "абвгд", "אבגדה", "这个视频真的", "กขคเแ่", 'ab."(,)—', "🇩🇪👍🏽", "é̂ñ"])
texts = alphabets.flatmap(lambda letters: st.text(letters, min_size=1, max_size=40))


@st.composite
def spoken(draw: st.DrawFn) -> list[CaptionWord]:
    at_s, words = 0.0, []
    for text in draw(st.lists(texts, max_size=25)):
        length_s = draw(st.floats(0, 1))
        words.append(CaptionWord(text, at_s, at_s + length_s))
        at_s += length_s + draw(st.sampled_from([0.0, 0.0, 0.1, 0.7]))
    return words


@settings(max_examples=60, deadline=None)
@given(spoken())
def test_every_letter_is_shown_once_in_order_on_lines_that_fit(words: list[CaptionWord]) -> None:
    pieces = tidy(words, width_of, LIMIT_PX)
    grouped: list[Lines] = group_words(pieces, RULES)
    shown = [word for lines in grouped for line in lines for word in line]
    assert shown == pieces
    said = "".join(printable(word.text) for word in words if is_visible(word.text))
    kept = "".join(piece.text for piece in pieces).replace("-", "")
    assert kept == said or all(is_punctuation(word.text) for word in words if is_visible(word.text))
    for lines in grouped:
        assert 1 <= len(lines) <= 2
        alone = len(lines) == 1 and len(lines[0]) == 1
        assert widest_px(lines, RULES) <= LIMIT_PX or alone


@settings(max_examples=60, deadline=None)
@given(texts)
def test_tidying_ends_and_changes_nothing_the_second_time(text: str) -> None:
    once = tidy([CaptionWord(text, 0, 1)], width_of, LIMIT_PX)
    twice = tidy(once, width_of, LIMIT_PX)
    assert [w.text for w in twice] == [w.text for w in once] or any(w.text.endswith("-") for w in once)


def test_a_title_stays_with_its_name() -> None:
    shown = captions("And then it was Mr. Hyde. He left.")
    assert any("Mr. Hyde." in " ".join(lines) for lines in shown), shown
    assert any(lines[0].startswith("He left") for lines in shown), "a sentence ends after the name"
