"""What is to be seen: prompts that suit their words, differ from their neighbours, and carry the user's wish."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from reelwright_planner.budget import Kind
from reelwright_planner.keyphrases import Term, weigh_terms
from reelwright_planner.lights import LIGHT_WORDS, LIGHTS
from reelwright_planner.prompts import LONGEST_PROMPT, with_direction, write_prompts
from reelwright_planner.sentences import read_talk
from reelwright_planner.testing import speak
from reelwright_planner.visuals import ABSTRACT, FAMILIES


def terms_of(text: str) -> dict[str, Term]:
    words = speak(text)
    return weigh_terms(read_talk(words, duration_s=words[-1].end_s, language="en"))


def prompts_for(*texts: str, direction: str = "", seed: int = 3) -> list[str]:
    kinds = [Kind.STILL if i % 2 else Kind.CLIP for i in range(len(texts))]
    terms = terms_of(" ".join(texts))
    return write_prompts(texts, kinds, direction=direction, terms=terms, language="en", seed=seed)


def family_of(prompt: str) -> str:
    """Whose setting the prompt has; empty for a metaphor of its own."""
    return next((family.name for family in FAMILIES if any(setting in prompt for setting in family.settings)), "")


def test_a_prompt_shows_what_its_words_say_and_keeps_them() -> None:
    [prompt] = prompts_for("The keeper lit the lamp in the lighthouse before the storm came over the ocean.")
    assert any(setting in prompt for family in FAMILIES if family.name == "sea" for setting in family.settings)
    for word in ("lighthouse", "lamp", "storm", "keeper"):
        assert word in prompt
    assert LIGHTS["storm"] in prompt


def test_neighbours_on_one_subject_differ_in_setting_framing_and_light() -> None:
    one, two, three = prompts_for("The ocean is deep.", "Waves cross the sea.", "A ship sails the ocean.")
    scenes = [prompt.split(". ")[0].split(", ") for prompt in (one, two, three)]
    assert scenes[0][0] != scenes[1][0] != scenes[2][0]
    assert not set(re.findall("at dusk|at night|at sunset|golden", one)) & set(
        re.findall("at dusk|at night|at sunset|golden", two)
    )


def test_words_that_show_nothing_get_metaphors_that_differ() -> None:
    prompts = prompts_for("It was quite so.", "And so it went.", "That is how it was.")
    assert len({prompt.split(",")[0] for prompt in prompts}) == 3
    assert all(any(setting in prompt for setting in ABSTRACT.settings) for prompt in prompts)


def test_a_neighbour_of_the_same_subject_shows_the_second_one_that_its_words_name() -> None:
    one, two, three = prompts_for(
        "The telescope shows a planet and its moon.",
        "From the planet a star is a light over the sea.",
        "A rocket goes to the moon.",
    )
    assert family_of(one) == family_of(three) == "space"
    assert family_of(two) == "sea"
    assert not {"planet", "star"} & set(re.findall("[a-z]+", two)), "they would make it the neighbour's picture"
    assert "light" in two


def test_a_word_of_every_talk_is_no_second_subject() -> None:
    _, two = prompts_for("The planet is cold.", "People see the planet.")
    assert family_of(two) == "space"


def test_a_metaphor_is_none_that_the_scene_before_could_be() -> None:
    for seed in range(6):
        _, two = prompts_for("We climb the mountain road.", "It was quite so.", seed=seed)
        assert family_of(two) != "journey"


def test_names_and_unseen_words_are_no_things_in_the_picture() -> None:
    [prompt] = prompts_for("We met Dashwood at the lamp. The theory of Dashwood was a question of philosophy.")
    assert "Dashwood" not in prompt
    assert "with lamp" in prompt
    assert "theory" not in prompt.partition("evoking")[0]
    assert "evoking" in prompt


def test_moving_pictures_have_a_moving_camera() -> None:
    clip, still = prompts_for("The forest is old.", "The trees are tall.")
    assert "camera" in clip
    assert "camera" not in still


@settings(max_examples=50)
@given(st.text(max_size=3000), st.text(max_size=400))
def test_the_direction_is_in_every_prompt_once_and_the_limit_holds(prompt: str, direction: str) -> None:
    directed = with_direction(prompt, direction)
    assert len(directed) <= LONGEST_PROMPT
    assert " ".join(direction.split()).rstrip(".…")[:80].strip() in directed or not direction.isprintable()
    assert with_direction(directed, direction) == directed


def test_settings_use_no_other_familys_words() -> None:
    """The simulator chooses its look by the words of the prompt: a setting must not pull elsewhere."""
    for family in FAMILIES:
        for setting in family.settings:
            words = set(re.findall(r"[a-z]+", setting)) | {w.removesuffix("s") for w in re.findall(r"[a-z]+", setting)}
            own = len(words & family.words)
            assert all(len(words & other.words) <= own for other in FAMILIES), (family.name, setting)


def test_every_light_has_a_description() -> None:
    named = {light for family in (*FAMILIES, ABSTRACT) for light in (*family.lights, *family.weather)} | set(
        LIGHT_WORDS
    )
    assert named <= set(LIGHTS)
