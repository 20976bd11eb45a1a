"""What scripts ask for."""

import pytest

from reelwright_renderer.captions.scripts import (
    direction_mark,
    hyphen_places,
    is_right_to_left,
    is_visible,
    joiner,
    language_tag,
    part_places,
    printable,
)


@pytest.mark.parametrize(
    ("language", "tag"),
    [
        ("en", "en"),
        ("pt-BR", "pt-br"),
        ("zh", "zh-cn"),
        ("zh-Hant", "zh-tw"),
        ("zh-HK", "zh-tw"),
        ("auto", ""),
        ('"><x', ""),
        ("", ""),
    ],
)
def test_language_tags(language: str, tag: str) -> None:
    assert language_tag(language) == tag


def test_words_join_as_their_script_does() -> None:
    assert joiner("one", "two") == " "
    assert joiner("视频", "真的") == ""
    assert joiner("视频", "two") == " "


def test_direction_is_that_of_the_first_strong_character() -> None:
    assert is_right_to_left("2024 שלום world")
    assert not is_right_to_left("12 hello שלום")
    assert not is_right_to_left("123")
    assert direction_mark("שלום") != direction_mark("hello")


def test_clusters_are_not_parted() -> None:
    family = "👨\u200d👩\u200d👧"
    assert part_places(family) == []
    assert part_places("👍🏽") == []
    assert part_places("e\u0301a") == [2]
    assert 1 not in part_places("เก็บ")


def test_hyphens_stand_before_a_consonant_and_a_vowel() -> None:
    assert [("gesellschaft"[:i], "gesellschaft"[i:]) for i in hyphen_places("gesellschaft")] == []
    assert 6 in hyphen_places("kapitänsmütze") or 5 in hyphen_places("kapitänsmütze") or hyphen_places("kapitänsmütze")
    assert hyphen_places("cat") == []


def test_what_cannot_be_seen() -> None:
    assert not is_visible(" \u200b\u0301\u0007")
    assert is_visible("a")
    assert is_visible("\U0003abcd")
    assert printable("a\x00\tb\ud800 \uffff c") == "a b c"
