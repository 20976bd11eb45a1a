"""Words as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelwright_planner.text import bare, join_words, one_line


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["Hello", "there."], "Hello there."),
        (["我们", "走", "吧！"], "我们走吧！"),
        (["用", "Python", "写"], "用Python写"),
        (["สวัสดี", "ครับ"], "สวัสดีครับ"),
        (["안녕", "하세요"], "안녕 하세요"),
        ([" a ", "", "b"], "a b"),
    ],
)
def test_words_are_joined_as_their_script_does(words: list[str], expected: str) -> None:
    assert join_words(words) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“Hello,”", "hello"),
        ("keeper's", "keeper"),
        ("keepers'", "keepers"),
        ("don't", "don't"),
        ("—", ""),
        ("ÉTÉ!", "été"),
    ],
)
def test_bare(text: str, expected: str) -> None:
    assert bare(text) == expected


@given(st.text(max_size=300), st.integers(10, 80))
def test_one_line_is_one_line_within_its_limit_and_stays_so(text: str, limit: int) -> None:
    line = one_line(text, limit=limit)
    assert len(line) <= limit
    assert not set(line) & set("\n\r\t\0")
    assert one_line(line, limit=limit) == line


def test_a_long_line_ends_at_a_word() -> None:
    assert one_line("the quick brown fox jumps", limit=17) == "the quick brown…"
