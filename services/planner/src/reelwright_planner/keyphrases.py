"""What a talk is about: its weighty words and two-word phrases."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reelwright_planner.lexicon import MODIFIERS, SMALL_TALK, stopwords, word_set
from reelwright_planner.talk import Talk, TimedWord
from reelwright_planner.text import bare, is_unspaced

_DETERMINERS = word_set(
    "a an the this that these those my your his her its our their every each some no any of der die das den dem "
    "des ein eine einen einem einer el la los las un una le les l' du il lo gli o os as um uma"
)
_LEADING = word_set("in on at by with from into over under through between behind for like and or")

_MODIFIER_WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class Term:
    """A counted word: `form` as it is best written, `weight` relative to the talk's weightiest word (0..1)."""

    key: str
    form: str
    weight: float


def content_key(text: str, language: str) -> str:
    """The word as it is counted, plural and singular as one; empty where it says nothing by itself."""
    key = bare(text)
    if (
        len(key) < _shortest(key)
        or key in stopwords(language)
        or key in SMALL_TALK
        or not any(c.isalpha() for c in key)
    ):
        return ""
    return _singular(key) if language.partition("-")[0] == "en" else key


def _shortest(key: str) -> int:
    return 2 if key and is_unspaced(key[0]) else 3


def _singular(key: str) -> str:
    if len(key) > 4 and key.endswith("ies"):
        return key[:-3] + "y"
    if len(key) > 4 and key.endswith(("sses", "shes", "ches", "xes")):
        return key[:-2]
    if len(key) > 3 and key.endswith("s") and not key.endswith(("ss", "us", "is")):
        return key[:-1]
    return key


def weigh_terms(talk: Talk) -> dict[str, Term]:
    """The talk's content words by key, weightiest first."""
    uses: dict[str, list[int]] = {}
    for index, word in enumerate(talk.words):
        if key := content_key(word.text, talk.language):
            uses.setdefault(key, []).append(index)
    if not uses:
        return {}
    weights = {key: _weight(talk, places) for key, places in uses.items()}
    most = max(weights.values())
    terms = [Term(key, _form(talk, uses[key]), weight / most) for key, weight in weights.items()]
    return {term.key: term for term in sorted(terms, key=lambda term: (-term.weight, uses[term.key][0]))}


def _weight(talk: Talk, places: Sequence[int]) -> float:
    """Said often, said all over, said at the outset, and used like a noun or a name."""
    spread = len({_sentence_of(talk, place) for place in places})
    noun = sum(_noun_like(talk.words, place) for place in places) / len(places)
    outset = 1.25 if places[0] < talk.sentences[min(1, len(talk.sentences) - 1)].end else 1.0
    return outset * (1 + math.log(len(places))) * (1 + 0.3 * math.log(spread)) * (0.45 + noun)


def _sentence_of(talk: Talk, place: int) -> int:
    return next(i for i, sentence in enumerate(talk.sentences) if place < sentence.end)


def _noun_like(words: Sequence[TimedWord], place: int) -> float:
    """0..1: how much a use looks like a noun's: after a determiner, or written like a name."""
    before = bare(words[place - 1].text) if place else ""
    text = words[place].text
    if before in _DETERMINERS:
        return 1.0
    if place and text[:1].isupper() and not words[place - 1].text.endswith((".", "!", "?", "…", ":")):
        return 1.0
    if before in _LEADING:
        return 0.7
    return 0.0 if bare(text).endswith(("ly", "ing", "ed")) else 0.35


def _form(talk: Talk, places: Iterable[int]) -> str:
    """The commonest way it is written, in lower case unless it is always capitalised inside sentences."""
    forms = Counter(_written(talk, place) for place in places)
    return max(forms, key=lambda form: (forms[form], form))


def _written(talk: Talk, place: int) -> str:
    text = talk.words[place].text
    first_letter = next((c for c in text if c.isalnum()), "")
    opens = any(sentence.first == place for sentence in talk.sentences)
    key = bare(text)
    if not first_letter.isupper() or opens:
        return key
    start = text.find(first_letter)
    return text[start : start + len(key)]


def phrases(talk: Talk, terms: Mapping[str, Term], *, limit: int) -> tuple[str, ...]:
    """The best one- and two-word phrases, none sharing a word with a better one, in the talk's own spelling."""
    ranked = sorted(_candidates(talk, terms).items(), key=lambda item: (-item[1], item[0]))
    chosen: list[tuple[str, ...]] = []
    for keys, _ in ranked:
        if len(chosen) == limit:
            break
        if not any(set(keys) & set(other) for other in chosen):
            chosen.append(keys)
    return tuple(" ".join(_form_in(keys, i, terms) for i in range(len(keys))) for keys in chosen)


def _form_in(keys: tuple[str, ...], index: int, terms: Mapping[str, Term]) -> str:
    """The last word, and a name's every word, as it is written; the others in the singular."""
    form = terms[keys[index]].form if keys[index] in terms else keys[index]
    return form if index == len(keys) - 1 or form[:1].isupper() else keys[index]


def _candidates(talk: Talk, terms: Mapping[str, Term]) -> dict[tuple[str, ...], float]:
    scores: dict[tuple[str, ...], float] = {(key,): term.weight for key, term in terms.items()}
    pairs = Counter(_pairs(talk))
    for pair, count in pairs.items():
        if count >= 2:
            first_weight = terms[pair[0]].weight if pair[0] in terms else _MODIFIER_WEIGHT
            scores[pair] = first_weight + 0.6 * terms[pair[1]].weight
    return scores


def _pairs(talk: Talk) -> Iterable[tuple[str, str]]:
    for one, two in zip(talk.words, talk.words[1:], strict=False):
        keys = content_key(one.text, talk.language), content_key(two.text, talk.language)
        first = keys[0] or (bare(one.text) if bare(one.text) in MODIFIERS else "")
        if first and keys[1] and first != keys[1] and one.text[-1:].isalnum():
            yield first, keys[1]
