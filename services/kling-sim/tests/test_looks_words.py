"""The word table: everyday sentences of a talk find a look that suits them."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelwright_kling_sim.looks import LOOKS, Choice, choose
from reelwright_kling_sim.looks.choose import stems
from reelwright_kling_sim.looks.moods import MOODS
from reelwright_kling_sim.looks.palettes import PALETTES
from reelwright_kling_sim.looks.words import FAMILIES, NEUTRAL

SENTENCES = [
    ("A family walking home at sunset", {"ridges"}),
    ("My brother became my best friend", {"ridges"}),
    ("How to start running when you hate running", {"ridges", "city"}),
    ("The first marathon I ever finished", {"ridges", "city"}),
    ("We climbed for nine hours before we saw the summit", {"ridges"}),
    ("Three tips to grow your business at night", {"city"}),
    ("Most people never think about compound interest", {"city"}),
    ("Teaching investors how the stock market really works", {"city"}),
    ("The best pasta in town costs four dollars", {"hearth", "city"}),
    ("My grandmother's coffee recipe", {"hearth"}),
    ("Bread needs flour, salt and patience", {"hearth"}),
    ("Why we sleep", {"aurora"}),
    ("A whale sang under the boat", {"ocean"}),
    ("Breathing slowly calms you down", {"ocean"}),
    ("How black holes eat stars", {"cosmos"}),
    ("The telescope looked back thirteen billion years", {"cosmos"}),
    ("Artificial intelligence at work", {"wave", "city"}),
    ("Programmers copied the code from the internet", {"wave", "city"}),
    ("The vaccine trains your immune cells", {"wave", "cosmos", "ink"}),
    ("She danced to the drummer's rhythm", {"wave", "silk"}),
    ("The ancient kings of Egypt", {"hearth", "ink", "ridges"}),
    ("A memory of my father's funeral", {"hearth", "ridges"}),
    ("What love feels like after a divorce", {"silk"}),
    ("Anxiety lives in the brain", {"ink", "silk"}),
    ("A painter's sketch is never finished", {"ink", "silk"}),
    ("Climate change and the forests we lose", {"forest"}),
    ("Bees and butterflies need wild flowers", {"forest"}),
    ("It rained the whole week", {"ocean", "ridges", "forest"}),
]


@pytest.mark.parametrize(("sentence", "looks"), SENTENCES)
def test_sentences_find_their_look(sentence: str, looks: set[str]) -> None:
    for seed in range(6):
        assert choose(sentence, seed).look in looks


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("A skyline at night", Choice("city", "night")),
        ("A family walking home at sunset", Choice("ridges", "sunset", "people")),
        ("A forest in the morning rain, grey sky", Choice("forest", "storm")),
        ("A grandmother in a purple dusk", Choice("ridges", "dusk", "people")),
    ],
)
def test_colours_hours_and_weather_choose_the_palette(prompt: str, expected: Choice) -> None:
    assert {choose(prompt, seed) for seed in range(5)} == {expected}


def test_a_mood_the_look_cannot_show_takes_the_nearest_or_none() -> None:
    assert choose("A mountain at midnight", 1).palette == "dusk"  # ridges has no night
    assert choose("a pink robot", 1).palette in LOOKS["wave"].palettes


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("running", "run"),
        ("stories", "story"),
        ("making", "make"),
        ("climbers", "climb"),
        ("studied", "study"),
        ("grandmother's", "grandmother"),
        ("gardening", "garden"),
        ("boxes", "box"),
    ],
)
def test_forms_of_a_word(word: str, stem: str) -> None:
    assert stem in stems(word)


@pytest.mark.parametrize(
    ("word", "other"), [("start", "star"), ("staring", "star"), ("caring", "car"), ("seat", "sea")]
)
def test_words_that_only_look_alike(word: str, other: str) -> None:
    assert other not in stems(word)


def test_how_a_shot_is_taken_decides_nothing() -> None:
    assert choose("City street, shallow depth of field, film grain, slow motion", 1).look == "city"


def test_words_it_does_not_know_are_spread_over_neutral_looks() -> None:
    looks = Counter(choose("xyzzy plugh", seed).look for seed in range(200))
    assert set(looks) == {option.look for option in NEUTRAL}
    assert min(looks.values()) > 15


def test_a_named_look_is_used_whatever_the_words_say() -> None:
    for name, spec in LOOKS.items():
        choice = choose("the city at night", 7, name)
        assert choice.look == name
        assert choice.palette in spec.palettes
    with pytest.raises(ValueError, match="no look 'lava'"):
        choose("lava", 1, "lava")


def test_between_equals_the_first_word_decides() -> None:
    assert choose("rocket and kitchen", 1).look == "cosmos"
    assert choose("kitchen and rocket", 1).look == "hearth"


@given(st.text(max_size=80), st.integers(), st.sampled_from(["auto", *LOOKS]))
def test_any_text_gets_a_choice_that_can_be_drawn(prompt: str, seed: int, look: str) -> None:
    choice = choose(prompt, seed, look)
    spec = LOOKS[choice.look]
    assert choice.palette in spec.palettes
    assert choice.variant in spec.variants
    assert choice == choose(prompt, seed, look)


def test_the_table_names_only_what_exists() -> None:
    options = [option for family in FAMILIES for option in family.options] + list(NEUTRAL)
    for option in options:
        spec = LOOKS[option.look]
        assert set(option.palettes) <= set(spec.palettes), option
        assert option.variant in spec.variants, option
    assert {palette for mood in MOODS for palette in mood.palettes} <= set(PALETTES)
    assert sum(len(family.words) for family in FAMILIES) > 1000


def test_every_look_and_variant_can_be_reached() -> None:
    reached = {(option.look, option.variant) for family in FAMILIES for option in family.options}
    assert reached >= {(spec.name, variant) for spec in LOOKS.values() for variant in spec.variants}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "unwanted",
    ["no people", "without any people", "no lettering, no logos", "no people or cities", "without a city"],
)
def test_what_is_not_wanted_draws_nothing(unwanted: str, seed: int) -> None:
    prompt = "A forest of tall trees."
    assert choose(f"{prompt} {unwanted}.", seed) == choose(prompt, seed)
    assert choose(f"Something, {unwanted}.", seed) == choose("Something.", seed)
