"""Which look, palette and variant a prompt asks for."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from .moods import MOODS
from .registry import LOOKS
from .words import FAMILIES, NEUTRAL, SHOT_PHRASES, WEAK, Family, Option

AUTO = "auto"
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_UNWANTED = re.compile(r"\b(?:no|without)\s+(?:(?:any|an?|the)\s+)?[a-z'-]+(?:\s+(?:or|nor)\s+[a-z'-]+)*")
_VOWELS = "aeiou"
_SUFFIXES = ("'s", "s", "es", "ed", "d", "ing", "ings", "er", "ers", "ly")


@dataclass(frozen=True, slots=True)
class Choice:
    """A look by name with one of its palettes and one of its variants."""

    look: str
    palette: str
    variant: str = ""


def choose(prompt: str, seed: int, look: str = AUTO) -> Choice:
    """The picture for `prompt`. The same prompt, seed and look always give the same choice.

    The family with the most telling words wins; between equals, the one whose word comes first. Words of colour, hour,
    weather and mood then choose among the look's palettes. `look` names one to be used whatever the words say.
    Raises ValueError for a look that does not exist.
    """
    if look != AUTO and look not in LOOKS:
        raise ValueError(f"There is no look {look!r}; there are: {', '.join(LOOKS)}, or {AUTO}.")
    words = _words_of(prompt)
    dice = random.Random(seed)
    option = _option_for(words, look, dice)
    palette = _mood_palette(words, LOOKS[option.look].palettes) or dice.choice(option.palettes)
    return Choice(option.look, palette, option.variant)


def _words_of(prompt: str) -> list[str]:
    """The words that say what is to be seen: "no people" asks for none."""
    text = _UNWANTED.sub(" ", prompt.lower().replace("’", "'"))
    for phrase in SHOT_PHRASES:
        text = text.replace(phrase, " ")
    return _WORD.findall(text)


def stems(word: str) -> Iterator[str]:
    """What `word` may be a form of, likeliest first: running -> run, stories -> story, caring -> care (never car)."""
    yield word
    if word.endswith("ies") and len(word) > 4:
        yield word[:-3] + "y"
    if word.endswith("ied") and len(word) > 4:
        yield word[:-3] + "y"
    for suffix in _SUFFIXES:
        stem = word.removesuffix(suffix)
        if stem != word and len(stem) >= 2:
            yield from _undone(stem, suffix)


def _undone(stem: str, suffix: str) -> Iterator[str]:
    """The words that become `stem` + `suffix`, by the rules of English spelling."""
    if suffix[0] not in "ei" or suffix == "es":
        yield stem
        return
    yield stem + "e"
    if len(stem) > 2 and stem[-1] == stem[-2]:
        yield stem[:-1]
    if not _doubles(stem):
        yield stem


def _doubles(stem: str) -> bool:
    """Whether `stem` would have doubled its last letter before a vowel: one syllable ending in one vowel and one
    consonant, as in star: starring."""
    groups = len(re.findall(rf"[{_VOWELS}y]+", stem))
    if groups != 1 or len(stem) < 3 or stem[-1] in _VOWELS + "wxy":
        return False
    return stem[-2] in _VOWELS and stem[-3] not in _VOWELS


def _option_for(words: list[str], look: str, dice: random.Random) -> Option:
    if look != AUTO:
        family = _best_family(words)
        fitting = [option for option in (family.options if family else ()) if option.look == look]
        spec = LOOKS[look]
        return dice.choice(fitting) if fitting else Option(look, spec.palettes, spec.variants[0])
    family = _best_family(words)
    if family:
        return dice.choice(family.options)
    open_to = [option for option in NEUTRAL if _mood_palette(words, LOOKS[option.look].palettes)]
    return dice.choice(open_to or NEUTRAL)


def _best_family(words: list[str]) -> Family | None:
    """The family with the highest score; between equals the first in the prompt, then the first in the table."""
    scores: dict[str, tuple[int, int]] = {}
    for family in FAMILIES:
        hits = list(_hits(words, family.words))
        if hits:
            scores[family.name] = (sum(weight for _, weight in hits), -hits[0][0])
    if not scores:
        return None
    best = max(scores.values())
    return next(family for family in FAMILIES if scores.get(family.name) == best)


def _hits(words: list[str], table: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Position and weight of every word and two-word phrase that is in `table`: 1 for weak words, 3 for telling ones,
    6 for phrases."""
    for index, word in enumerate(words):
        if index + 1 < len(words) and any(f"{word} {stem}" in table for stem in stems(words[index + 1])):
            yield index, 6
        found = next((stem for stem in stems(word) if stem in table), None)
        if found is not None:
            yield index, 1 if found in WEAK else 3


def _mood_palette(words: list[str], allowed: tuple[str, ...]) -> str | None:
    """The palette that the most mood words ask for and the look allows; the first asked for, between equals."""
    votes: dict[str, int] = {}
    for word in words:
        for mood in MOODS:
            if any(stem in mood.words for stem in stems(word)):
                wanted = next((palette for palette in mood.palettes if palette in allowed), None)
                if wanted:
                    votes[wanted] = votes.get(wanted, 0) + 1
    return max(votes, key=lambda palette: votes[palette]) if votes else None
