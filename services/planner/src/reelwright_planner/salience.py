"""How much each sentence is worth hearing: what it says about the talk's subject, where it stands, how it grips."""

import math
from collections.abc import Mapping

from reelwright_planner.keyphrases import Term, content_key
from reelwright_planner.lexicon import FEELING, LEANING, LEANING_PRONOUNS, SMALL_TALK
from reelwright_planner.talk import Talk, WordRange
from reelwright_planner.text import bare

_QUESTION = ("?", "？", "؟", "⁇")
_EXCLAMATION = ("!", "！")
_SAID_AGAIN_COST = 3.0
_ALIKE = 0.7
"""Share of different words that two takes of one sentence have in common."""
_LONG_SENTENCE = 5
"""In different words: shorter ones ("That is the question.") are said again on purpose."""
_FULL_STOPS = (".", "。", "।", "።", "։", "۔", *_QUESTION, *_EXCLAMATION)
_CLOSERS = "\"'”’»)]』」"


def score_sentences(talk: Talk, terms: Mapping[str, Term]) -> tuple[float, ...]:
    """Worth per second of each sentence, about -1..2; what is below 0 is better left out."""
    about = [_aboutness(talk, sentence, terms) for sentence in talk.sentences]
    most = max(about, default=0.0) or 1.0
    last = len(talk.sentences) - 1
    scores = [
        0.8 * about[i] / most + _grip(talk, sentence) + _position(i, last) - 1.5 * _small_talk(talk, sentence)
        for i, sentence in enumerate(talk.sentences)
    ]
    again = _said_again(talk)
    return tuple(worth - _SAID_AGAIN_COST * (i in again) for i, worth in enumerate(scores))


def _said_again(talk: Talk) -> set[int]:
    """Sentences that a later one says in almost the same words: false starts, of which the last try counts."""
    sets = [frozenset(bare(word.text) for word in talk.words[first:end]) for first, end in talk.sentences]
    long = [i for i, words in enumerate(sets) if len(words) >= _LONG_SENTENCE]
    return {i for at, i in enumerate(long) if any(_alike(sets[i], sets[j]) for j in long[at + 1 :])}


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= _ALIKE * len(one | other)


def _aboutness(talk: Talk, sentence: WordRange, terms: Mapping[str, Term]) -> float:
    """The weight of its distinct content words, damped by length so that long sentences do not win by being long."""
    keys = {content_key(word.text, talk.language) for word in talk.words[sentence.first : sentence.end]}
    weight = sum(terms[key].weight for key in keys if key in terms)
    return weight / math.sqrt(4 + sentence.end - sentence.first)


def _grip(talk: Talk, sentence: WordRange) -> float:
    """Questions, exclamations, feeling words, numbers and direct address hold a listener."""
    words = talk.words[sentence.first : sentence.end]
    last = words[-1].text.rstrip(_CLOSERS)
    keys = [bare(word.text) for word in words]
    grip = 0.25 if last.endswith(_QUESTION) else 0.1 if last.endswith(_EXCLAMATION) else 0.0
    grip += 0.08 * min(3, sum(key in FEELING for key in keys))
    grip += 0.08 if any(c.isdigit() for key in keys for c in key) else 0.0
    return grip + (0.06 if "you" in keys or "your" in keys else 0.0)


def _position(index: int, last: int) -> float:
    """The opening says what it is about, the ending what follows from it."""
    return {0: 0.35, 1: 0.15, last: 0.25, last - 1: 0.05}.get(index, 0.0)


def _small_talk(talk: Talk, sentence: WordRange) -> float:
    """0..1: how much of it is greeting and housekeeping."""
    keys = [bare(word.text) for word in talk.words[sentence.first : sentence.end]]
    return min(1.0, 0.5 * sum(key in SMALL_TALK for key in keys))


def substance(talk: Talk) -> WordRange:
    """The talk without greetings before it and thanks after it."""
    matter = [sentence for sentence in talk.sentences if _small_talk(talk, sentence) < 1.0]
    return WordRange(matter[0].first, matter[-1].end) if matter else talk.whole


def is_finished(talk: Talk) -> bool:
    """Whether the recording ends with a sentence's end, as far as its transcript has full stops at all."""
    marked = [_is_full_stop(talk.words[sentence.end - 1].text) for sentence in talk.sentences]
    return marked[-1] or not any(marked)


def _is_full_stop(text: str) -> bool:
    """Recognisers write three dots where a voice breaks off."""
    text = text.rstrip(_CLOSERS)
    return text.endswith(_FULL_STOPS) and not text.endswith(("...", "…"))


def leaning(talk: Talk, sentence: WordRange) -> float:
    """0..1: how much it points back ("But that ...", "Long ago it was ..."), so that nobody should hear it first."""
    keys = [bare(word.text) for word in talk.words[sentence.first : min(sentence.end, sentence.first + 8)]]
    if keys[0] in LEANING:
        return 1.0
    return 0.5 if LEANING_PRONOUNS.intersection(keys) else 0.0


def leans(talk: Talk, sentence: WordRange) -> bool:
    """Whether its first word already points back."""
    return leaning(talk, sentence) == 1.0
