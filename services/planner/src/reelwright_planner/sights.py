"""What a scene's words offer to the eye: the families of pictures that suit them, and the things to show in one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reelwright_planner.keyphrases import Term, content_key
from reelwright_planner.text import bare
from reelwright_planner.visuals import ABSTRACT, EVERYDAY, FAMILIES, SIMPLY_SEEN, UNSEEN, Family

MOST_DETAILS = 5
MOST_FOREIGN_DETAILS = 2
_ENOUGH_DETAILS = 2
_NOUN_WEIGHT = 0.4
"""Words that name nothing known to be visible are evoked from this weight on, which verbs seldom have."""
_TELLING_PULL = 1.0
"""One word that is not said in every talk."""
_NOUNS_IN_CAPITALS = ("de", "lb")
"""Languages that capitalise every noun, so that a capital tells no name."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a scene's words offer. `pulls` are the families that its words name, the most named first."""

    keys: tuple[str, ...]
    weighty: tuple[Term, ...]
    """Its content words, the weightiest first, without the names of people and places."""
    pulls: tuple[tuple[Family, float], ...]


def see(text: str, terms: Mapping[str, Term], language: str) -> Sight:
    """What `text` offers."""
    forms = [(content_key(word, language), bare(word)) for word in text.split()]
    pulls = [(family, sum(_pull(form, family) for form in forms)) for family in FAMILIES]
    said = dict.fromkeys(key for key, _ in forms if key in terms)
    weighty = sorted((terms[key] for key in said if not _is_name(terms[key], language)), key=lambda t: -t.weight)
    return Sight(
        keys=tuple(dict.fromkeys(form for pair in forms for form in pair if form)),
        weighty=tuple(weighty),
        pulls=tuple(sorted((pull for pull in pulls if pull[1]), key=lambda pull: -pull[1])),
    )


def _pull(forms: tuple[str, str], family: Family) -> float:
    """How strongly a word, given as counted and as said, asks for `family`."""
    hit = next((form for form in forms if form in family.words), None)
    return 0.0 if hit is None else 0.5 if hit in EVERYDAY else 1.0


def _is_name(term: Term, language: str) -> bool:
    """Names draw no picture, and a provider may refuse those of real people."""
    if language.partition("-")[0] in _NOUNS_IN_CAPITALS or _is_seen(term.key):
        return False
    return term.form[:1].isupper()


def most_common_family(sights: Sequence[Sight]) -> Family | None:
    """What the talk as a whole looks like."""
    sums = {family.name: sum(pull for s in sights for f, pull in s.pulls if f is family) for family in FAMILIES}
    best = max(FAMILIES, key=lambda family: sums[family.name])
    return best if sums[best.name] else None


def family_for(sight: Sight, common: Family | None, before: Family | None) -> Family:
    """The scene's own family; its second one where the scene `before` shows the first and a telling word names the
    second. Without any, the talk's, unless the scene before shows that.
    """
    if not sight.pulls:
        return common if common and common is not before else ABSTRACT
    first, strongest = sight.pulls[0]
    if first is not before:
        return first
    # Much weaker, it would show what the scene mentions instead of what it is about.
    others = (family for family, pull in sight.pulls[1:] if pull >= _TELLING_PULL and pull >= strongest / 2)
    return next(others, first)


def setting_for(family: Family, before: Family | None, turn: int) -> str:
    """One of the family's settings; a metaphor is none that would fit the scene `before` too."""
    other = [setting for setting in family.settings if not (before and _keys(setting) & before.words)]
    settings = (other or family.settings) if family is ABSTRACT else family.settings
    return settings[turn % len(settings)]


def details(sight: Sight, family: Family, before: Family | None, setting: str) -> str:
    """How the prompt goes on after `setting`: the scene's things to see, those of its family first and none of another
    family that the scene `before` shows; where there are too few, the weightiest words that the picture stands for.
    """
    unsaid = [term for term in sight.weighty if term.key not in _keys(setting)]
    seen = [term for term in unsaid if _is_seen(term.key)]
    own = [term for term in seen if term.key in SIMPLY_SEEN or term.key in family.words]
    foreign = [term for term in seen if term not in own and not (before and term.key in before.words)]
    shown = [term.form for term in [*own, *foreign[:MOST_FOREIGN_DETAILS]][:MOST_DETAILS]]
    meant = [t for t in unsaid if t not in seen and t.weight >= _NOUN_WEIGHT and _may_evoke(t.key, family)]
    meant.sort(key=lambda term: term.key not in family.words)
    evoked = [term.form for term in meant[: max(0, _ENOUGH_DETAILS - len(shown))]]
    return (f", with {_listed(shown)}" if shown else "") + (f", evoking {_listed(evoked)}" if evoked else "")


def _may_evoke(key: str, family: Family) -> bool:
    """Words of another family would make another picture of it."""
    return key in family.words or not any(key in other.words for other in FAMILIES)


def _is_seen(key: str) -> bool:
    return key not in UNSEEN and (key in SIMPLY_SEEN or any(key in family.words for family in FAMILIES))


def _keys(text: str) -> set[str]:
    return {content_key(word, "en") for word in text.split()}


def _listed(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
