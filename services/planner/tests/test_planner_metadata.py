"""Title, hashtags, hooks: nothing that its author would be embarrassed by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelwright_planner.lexicon import STOPWORDS_BY_LANGUAGE
from reelwright_planner.metadata import Metadata, clean_hashtags, describe
from reelwright_planner.reading import Reading, read
from reelwright_planner.testing import speak

HABITS = """
Hi everyone, welcome back to the channel. When I was young I tried to run every single morning and lasted nine days.
The problem was that I made the habit too big. Make the tiny habit. A tiny habit needs a trigger. After I pour my
coffee, I put on my shoes. The coffee is the trigger. Your brain hates unfinished things. What is the
smallest habit you could start? Thanks for watching, and do not forget to subscribe.
"""
SUBTEXT = ("everyone", "welcome", "channel", "watching", "subscribe")


def read_text(text: str, language: str = "en") -> Reading:
    words = speak(text)
    return read(words, duration_s=words[-1].end_s + 1, language=language, target_s=30)


def describe_text(text: str, language: str = "en") -> Metadata:
    reading = read_text(text, language)
    return describe(reading.talk, reading.terms, reading.sentence_worth, [reading.talk.whole])


def test_a_talk_is_described_by_its_own_words() -> None:
    found = describe_text(HABITS)
    assert "habit" in found.hashtags or "tinyhabit" in found.hashtags
    assert "coffee" in found.hashtags
    assert 4 <= len(found.hashtags) <= 8
    assert len(found.hooks) == 3
    assert all(hook in " ".join(HABITS.split()) for hook in found.hooks)


def test_no_stopwords_no_greetings() -> None:
    found = describe_text(HABITS)
    assert not set(found.hashtags) & STOPWORDS_BY_LANGUAGE["en"]
    said = f"{found.title} {' '.join(found.hooks)} {found.theme} {found.audience} {' '.join(found.hashtags)}".lower()
    assert not any(word in said for word in SUBTEXT)


def test_the_title_is_a_headline_in_english_only() -> None:
    text = "{} The lighthouse burned. It burned all night, and nobody in the whole harbour knew why it did so."
    assert (
        describe_text(text.format("Hold a glass of water up to the light.")).title
        == "Hold a Glass of Water Up to the Light"
    )
    german = (
        "Das Meer ist älter als die Sonne. Und es trägt die Schiffe, die niemand je wieder gesehen hat, nach Hause."
    )
    assert describe_text(german, "de").title == "Das Meer ist älter als die Sonne"


def test_a_question_keeps_its_mark() -> None:
    assert describe_text(
        "Why do lighthouses blink? Because a lamp that turns can tell a captain where he is."
    ).title == ("Why Do Lighthouses Blink?")


def test_a_name_of_two_words_is_found() -> None:
    text = (
        "so i think a black hole is what people get wrong and if you replaced the sun by a black hole nothing happens"
    )
    found = describe_text(text)
    assert found.title == "Black Hole"
    assert "blackhole" in found.hashtags


@pytest.mark.parametrize(
    ("text", "language"), [("Hi.", "en"), ("好。", "zh"), ("...", "en"), ("सूरज", "hi"), ("12 34", "en")]
)
def test_the_shortest_talks_have_a_title_too(text: str, language: str) -> None:
    assert describe_text(text, language).title


@given(st.lists(st.text(max_size=40), max_size=12))
def test_hashtags_are_clean_and_stay_so(wanted: list[str]) -> None:
    tags = clean_hashtags(wanted)
    assert len(tags) == len(set(tags)) <= 8
    assert not any(set(tag) & set(" #.,-_'\"") for tag in tags)
    assert clean_hashtags(tags) == tags


def test_a_long_sentence_is_titled_by_a_clause_that_stands_alone() -> None:
    title = describe_text(
        "And so my fellow Americans ask not what your country can do for you, ask what you can do for your country.",
        "en",
    ).title
    assert title == "Ask What You Can Do for Your Country"


def test_a_name_keeps_its_capitals() -> None:
    text = "We saw how Jane Doe sang. Then we heard that Jane Doe won, and when Jane Doe left we knew it."
    assert describe_text(text, "en").theme in ("Jane Doe", "music and sound")
