"""A visual prompt for each scene: what to see, how framed, in which light and mood, and the user's wish.

One style holds for all scenes; neighbours differ in setting, framing and light. A scene's concrete words stand in its
prompt as they were said.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from reelwright_planner.budget import Kind
from reelwright_planner.keyphrases import Term, content_key
from reelwright_planner.lights import DEFAULT_MOOD, LIGHT_WORDS, LIGHTS, MOODS
from reelwright_planner.text import bare, one_line
from reelwright_planner.visuals import (
    ABSTRACT,
    EVERYDAY,
    FAMILIES,
    SIMPLY_SEEN,
    UNSEEN,
    Family,
)

LONGEST_PROMPT = 2500
MOST_DETAILS = 5
MOST_FOREIGN_DETAILS = 2
_NOUN_WEIGHT = 0.4
"""Words that name nothing known to be visible are shown from this weight on, which verbs seldom have."""
_FRAMINGS = ("Wide shot", "Close view", "Low angle", "High view from above", "Long lens view")
_MOVES = ("camera gliding slowly forward", "camera drifting sideways", "camera rising slowly", "camera circling slowly")
_STYLE = "Vertical 9:16, cinematic, intricate detail, fine film grain, no lettering, no logos"


@dataclass(frozen=True, slots=True)
class Sight:
    """What a scene's words offer to the eye."""

    keys: tuple[str, ...]
    details: tuple[str, ...]
    families: tuple[Family, ...]
    """Those whose words occur, most first."""


def write_prompts(
    texts: Sequence[str], kinds: Sequence[Kind], *, direction: str, terms: Mapping[str, Term], language: str, seed: int
) -> list[str]:
    """One prompt per scene text; `seed` varies framing and setting between videos, not between runs."""
    sights = [see(text, terms, language) for text in texts]
    common = _most_common_family(sights)
    prompts: list[str] = []
    before: Family | None = None
    lights: list[str] = []
    for index, (sight, kind) in enumerate(zip(sights, kinds, strict=True)):
        family = _family_for(sight, common, before)
        lights.append(_light(sight.keys, family, lights))
        setting = family.settings[(seed + index) % len(family.settings)]
        prompts.append(_compose(sight, setting, lights[-1], kind, direction=direction, turn=seed + index))
        before = family
    return prompts


def see(text: str, terms: Mapping[str, Term], language: str) -> Sight:
    """The visible words of `text` in order of weight, and the families that they belong to."""
    words = text.split()
    keys = tuple(key for key in (content_key(word, language) for word in words) if key)
    said = keys + tuple(bare(word) for word in words)
    hits = {family.name: sum(_pull(key) for key in said if key in family.words) for family in FAMILIES}
    families = sorted((f for f in FAMILIES if hits[f.name]), key=lambda f: -hits[f.name])
    family = families[0] if families else None
    return Sight(said, _details(keys, terms, family), tuple(families))


def _pull(key: str) -> float:
    return 0.5 if key in EVERYDAY else 1.0


def _details(keys: Collection[str], terms: Mapping[str, Term], family: Family | None) -> tuple[str, ...]:
    """The scene's concrete words, those of its family first; where it has too few, its weightiest ones."""
    unique = sorted(dict.fromkeys(key for key in keys if key in terms), key=lambda key: -terms[key].weight)
    seen = [key for key in unique if _is_seen(key)]
    own = [key for key in seen if key in SIMPLY_SEEN or (family and key in family.words)]
    foreign = [key for key in seen if key not in own][:MOST_FOREIGN_DETAILS]
    others = [key for key in unique if key not in seen and key not in UNSEEN and terms[key].weight >= _NOUN_WEIGHT]
    chosen = [*own, *foreign] if len(seen) >= 2 else [*seen, *others][:3]
    return tuple(terms[key].form for key in chosen)


def _is_seen(key: str) -> bool:
    return key not in UNSEEN and (key in SIMPLY_SEEN or any(key in family.words for family in FAMILIES))


def _most_common_family(sights: Sequence[Sight]) -> Family | None:
    counts: dict[str, int] = {}
    for sight in sights:
        for key in sight.keys:
            for family in FAMILIES:
                counts[family.name] = counts.get(family.name, 0) + (key in family.words)
    best = max(FAMILIES, key=lambda family: counts.get(family.name, 0))
    return best if counts.get(best.name) else None


def _family_for(sight: Sight, common: Family | None, before: Family | None) -> Family:
    """The scene's own family; the talk's where it has none, unless the scene before shows that already."""
    if sight.families:
        return sight.families[0]
    return common if common and common is not before else ABSTRACT


def _light(keys: Collection[str], family: Family, lights: Sequence[str]) -> str:
    """The hour that the words name, else the first of the family's that the neighbour does not have."""
    named = [light for light, words in LIGHT_WORDS.items() if any(key in words for key in keys)]
    suiting = [light for light in named if light in family.lights or light in family.weather]
    wanted = [*suiting, *family.lights]
    return next((light for light in wanted if light not in lights[-1:]), wanted[0])


def _compose(sight: Sight, setting: str, light: str, kind: Kind, *, direction: str, turn: int) -> str:
    unsaid = [detail for detail in sight.details if content_key(detail, "en") not in _keys(setting)][:MOST_DETAILS]
    details = f", with {_listed(unsaid)}" if unsaid else ""
    camera = _MOVES[turn % len(_MOVES)] if kind is Kind.CLIP else "still photograph, centred composition"
    sentences = [
        f"{_FRAMINGS[turn % len(_FRAMINGS)]}: {setting}{details}, {LIGHTS[light]}",
        f"{_mood(sight.keys).capitalize()} mood, {camera}",
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


def _keys(text: str) -> set[str]:
    return {content_key(word, "en") for word in text.split()}


def _listed(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
