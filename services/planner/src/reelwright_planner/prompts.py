"""A visual prompt for each scene: what to see, how framed, in which light and mood, and the user's wish.

One style holds for all scenes; neighbours differ in setting, framing and light. A scene's concrete words stand in its
prompt as they were said.
"""

from collections.abc import Collection, Mapping, Sequence

from reelwright_planner.budget import Kind
from reelwright_planner.keyphrases import Term
from reelwright_planner.lights import DEFAULT_MOOD, LIGHT_WORDS, LIGHTS, MOODS
from reelwright_planner.sights import details, family_for, most_common_family, see, setting_for
from reelwright_planner.text import one_line
from reelwright_planner.visuals import Family

LONGEST_PROMPT = 2500
_FRAMINGS = ("Wide shot", "Close view", "Low angle", "High view from above", "Long lens view")
_MOVES = ("camera gliding slowly forward", "camera drifting sideways", "camera rising slowly", "camera circling slowly")
_STYLE = "Vertical 9:16, cinematic, intricate detail, fine film grain, no lettering, no logos"


def write_prompts(
    texts: Sequence[str], kinds: Sequence[Kind], *, direction: str, terms: Mapping[str, Term], language: str, seed: int
) -> list[str]:
    """One prompt per scene text; `seed` varies framing and setting between videos, not between runs."""
    sights = [see(text, terms, language) for text in texts]
    common = most_common_family(sights)
    prompts: list[str] = []
    before: Family | None = None
    lights: list[str] = []
    for index, (sight, kind) in enumerate(zip(sights, kinds, strict=True)):
        family = family_for(sight, common, before)
        lights.append(_light(sight.keys, family, lights))
        setting = setting_for(family, before, seed + index)
        shown = setting + details(sight, family, before, setting)
        prompts.append(_compose(shown, lights[-1], _mood(sight.keys), kind, direction=direction, turn=seed + index))
        before = family
    return prompts


def _light(keys: Collection[str], family: Family, lights: Sequence[str]) -> str:
    """The hour that the words name, else the first of the family's that the neighbour does not have."""
    named = [light for light, words in LIGHT_WORDS.items() if any(key in words for key in keys)]
    suiting = [light for light in named if light in family.lights or light in family.weather]
    wanted = [*suiting, *family.lights]
    return next((light for light in wanted if light not in lights[-1:]), wanted[0])


def _compose(shown: str, light: str, mood: str, kind: Kind, *, direction: str, turn: int) -> str:
    camera = _MOVES[turn % len(_MOVES)] if kind is Kind.CLIP else "still photograph, centred composition"
    sentences = [
        f"{_FRAMINGS[turn % len(_FRAMINGS)]}: {shown}, {LIGHTS[light]}",
        f"{mood.capitalize()} mood, {camera}",
        _STYLE,
    ]
    return with_direction(". ".join(sentences) + ".", direction)


def with_direction(prompt: str, direction: str) -> str:
    """The prompt with the user's wish in it, within the limit; the wish is never what is cut."""
    wish = one_line(direction, limit=LONGEST_PROMPT // 2).rstrip(".")
    if not wish or wish.casefold() in prompt.casefold():
        return one_line(prompt, limit=LONGEST_PROMPT)
    return f"{one_line(prompt, limit=LONGEST_PROMPT - len(wish) - 2)} {wish}.".strip()


def _mood(keys: Collection[str]) -> str:
    best = max(MOODS, key=lambda mood: sum(key in mood[1] for key in keys))
    return best[0] if any(key in best[1] for key in keys) else DEFAULT_MOOD
