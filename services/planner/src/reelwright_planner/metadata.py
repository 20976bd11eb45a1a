"""What a post needs beside the video, in the talk's own words: title, hashtags, opening lines, theme, audience."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from reelwright_planner.keyphrases import Term, content_key, phrases
from reelwright_planner.lexicon import LEANING, SMALL_TALK, word_set
from reelwright_planner.salience import leans
from reelwright_planner.talk import Talk, WordRange
from reelwright_planner.text import bare, is_unspaced, join_words, one_line
from reelwright_planner.visuals import FAMILIES, Family

LONGEST_TITLE = 80
MOST_HASHTAGS = 8
LONGEST_HASHTAG = 30
MOST_HOOKS = 3
LONGEST_HOOK = 120

_SMALL_WORDS = word_set("a an and as at but by for from if in into nor of on or over so the to with yet")
_CONNECTIVES = word_set("and but so because now well then or yet aber und denn also pero y mais et donc ma e")
_CLAUSE_ENDS = (",", ";", ":", "—", "–")
_DEPENDENT = word_set(
    "if when while as than whether unless until since before after although though where why how what that to of in on "
    "at by for from with into about like not is are was were be been being am has have will would can could may might"
)
"""A clause that begins so says nothing alone."""
_VAGUE = word_set("it he she they this that these those them him its i we")


@dataclass(frozen=True, slots=True)
class Metadata:
    """`hashtags` are without "#"."""

    title: str
    hashtags: tuple[str, ...]
    hooks: tuple[str, ...]
    theme: str
    audience: str


def describe(talk: Talk, terms: Mapping[str, Term], worth: Sequence[float], kept: Sequence[WordRange]) -> Metadata:
    """`worth` per sentence; `kept` are the passages of the video, whose sentences title and hooks come from."""
    heard = _heard_sentences(talk, kept)
    topics = phrases(talk, terms, limit=5)
    family = _family(talk, terms, kept)
    subject = topics[0] if topics else ""
    about = family.audience if family else subject
    return Metadata(
        title=_title(talk, terms, worth, heard, topics),
        hashtags=_hashtags(topics, terms, family),
        hooks=_hooks(talk, worth, heard),
        theme=family.theme if family else subject,
        audience=f"People curious about {about}" if about else "",
    )


def _heard_sentences(talk: Talk, kept: Sequence[WordRange]) -> list[int]:
    """Sentences that are heard whole; all of them when none is."""
    heard = [
        i
        for i, sentence in enumerate(talk.sentences)
        if any(passage.first <= sentence.first and sentence.end <= passage.end for passage in kept)
    ]
    return heard or list(range(len(talk.sentences)))


def _family(talk: Talk, terms: Mapping[str, Term], kept: Sequence[WordRange]) -> Family | None:
    """The family of what is heard, by the weight of its terms; one term alone must be among the weightiest."""
    words = [word for passage in kept for word in talk.words[passage.first : passage.end]]
    heard = {content_key(word.text, talk.language) for word in words} & set(terms)
    best = max(FAMILIES, key=lambda family: sum(terms[key].weight for key in heard & family.words))
    hits = heard & best.words
    return best if len(hits) >= 2 or hits & set(list(terms)[:3]) else None


def _title(
    talk: Talk, terms: Mapping[str, Term], worth: Sequence[float], heard: Sequence[int], topics: Sequence[str]
) -> str:
    """A short sentence that says what it is about; else a name; else a clause; else the topics; else how it begins."""
    found = _best_line(talk, terms, {talk.sentences[i]: worth[i] for i in heard})
    if not found and talk.language.startswith("en"):
        clauses = {clause: worth[i] for i in heard for clause in _clauses(talk, talk.sentences[i])}
        name = next((topic for topic in topics[:3] if " " in topic), "")
        found = name or _best_line(talk, terms, clauses) or " and ".join(topics[:2])
    if found:
        return _as_title(found, talk.language)
    opening = one_line(_line(talk, talk.sentences[heard[0]]), limit=LONGEST_TITLE)
    return opening.rstrip(".") or opening


def _clauses(talk: Talk, sentence: WordRange) -> list[WordRange]:
    """What of a sentence stands between commas and the like, and can stand alone."""
    ends = [i + 1 for i in range(sentence.first, sentence.end) if talk.words[i].text.endswith(_CLAUSE_ENDS)]
    edges = [sentence.first, *(end for end in ends if end < sentence.end), sentence.end]
    clauses = [WordRange(first, end) for first, end in pairwise(edges)]
    return [at for at in clauses if at.end - at.first >= 4 and bare(talk.words[at.first].text) not in _DEPENDENT]


def _best_line(talk: Talk, terms: Mapping[str, Term], lines: Mapping[WordRange, float]) -> str:
    """The one that makes the best title, by its words and its worth; empty where none can be one."""
    fit = [at for at in lines if _can_be_title(talk, at)]
    best = max(fit, key=lambda at: (_title_score(talk, terms, at) + 0.3 * lines[at], -at.first), default=None)
    return _line(talk, best).rstrip(",;:") if best else ""


def _can_be_title(talk: Talk, words: WordRange) -> bool:
    line = _line(talk, words)
    keys = {bare(word.text) for word in talk.words[words.first : words.end]}
    spaced = not is_unspaced(line[:1] or " ")
    length = len(line.split()) if spaced else len(line) // 2
    return 3 <= length <= 9 and len(line) <= 60 and not leans(talk, words) and not keys & SMALL_TALK


def _title_score(talk: Talk, terms: Mapping[str, Term], words: WordRange) -> float:
    keys = [bare(word.text) for word in talk.words[words.first : words.end]]
    about = sum(terms[key].weight for key in {content_key(key, talk.language) for key in keys} if key in terms)
    return about - 0.35 * sum(key in _VAGUE for key in keys) + (0.4 if words.first == 0 else 0.0)


def _as_title(line: str, language: str) -> str:
    """No closing full stop; headline capitals in English, a capital first letter elsewhere."""
    line = one_line(line.rstrip(".。 "), limit=LONGEST_TITLE)
    if not language.startswith("en"):
        return line[:1].upper() + line[1:]
    words = line.split()
    last = len(words) - 1
    return " ".join(_capital(word, keep_small=0 < i < last) for i, word in enumerate(words))


def _capital(word: str, *, keep_small: bool) -> str:
    if keep_small and word.casefold() in _SMALL_WORDS:
        return word.casefold()
    at = next((i for i, c in enumerate(word) if c.isalnum()), 0)
    return word[:at] + word[at : at + 1].upper() + word[at + 1 :]


def _hashtags(topics: Sequence[str], terms: Mapping[str, Term], family: Family | None) -> tuple[str, ...]:
    concrete = [term for term in terms.values() if any(term.key in f.words for f in FAMILIES)]
    wanted = [*topics[:3], *(term.form for term in concrete[:3]), *([family.name] if family else []), *topics[3:]]
    return clean_hashtags(wanted)


def clean_hashtags(wanted: Sequence[str]) -> tuple[str, ...]:
    """Letters and digits only, lower case, each once, no mere numbers, at most eight."""
    tags = ("".join(c for c in tag.casefold() if c.isalnum() or _joins_letters(c)) for tag in wanted)
    fine = (tag for tag in tags if 2 <= len(tag) <= LONGEST_HASHTAG and not tag.isdigit())
    return tuple(dict.fromkeys(fine))[:MOST_HASHTAGS]


def _joins_letters(character: str) -> bool:
    """Vowel signs belong to their letter in Indic, Thai and pointed scripts."""
    return unicodedata.category(character).startswith("M")


def _hooks(talk: Talk, worth: Sequence[float], heard: Sequence[int]) -> tuple[str, ...]:
    """The most gripping short lines, the strongest first."""
    lines = sorted(heard, key=lambda i: (-_hook_score(talk, worth, i), i))
    hooks = (one_line(_without_connective(_line(talk, talk.sentences[i])), limit=LONGEST_HOOK) for i in lines)
    return tuple(dict.fromkeys(hook for hook in hooks if hook))[:MOST_HOOKS]


def _hook_score(talk: Talk, worth: Sequence[float], index: int) -> float:
    sentence = talk.sentences[index]
    length = sentence.end - sentence.first
    keys = [bare(word.text) for word in talk.words[sentence.first : sentence.end]]
    too_long = max(0, length - 14) * 0.05 + max(0, 4 - length) * 0.2
    return worth[index] - too_long - 0.2 * (keys[0] in LEANING) - 0.5 * bool(set(keys) & SMALL_TALK)


def _without_connective(line: str) -> str:
    first, _, rest = line.partition(" ")
    if rest and bare(first) in _CONNECTIVES:
        return rest[:1].upper() + rest[1:]
    return line


def _line(talk: Talk, sentence: WordRange) -> str:
    return join_words([word.text for word in talk.words[sentence.first : sentence.end]])
