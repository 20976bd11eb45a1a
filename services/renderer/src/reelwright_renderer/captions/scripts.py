"""What the world's scripts ask of captions: where words may be parted, what belongs together, which way lines run."""

import re
import unicodedata

SENTENCE_END = (".", "!", "?", "…", "。", "！", "？", "؟", "۔", "।", "॥", "።", "։")
TITLES = frozenset({"mr.", "mrs.", "ms.", "dr.", "prof.", "st.", "sr.", "jr.", "fr.", "hr.", "mme.", "sra."})
"""Their full stop ends no sentence: a name follows."""
CLAUSE_END = (",", ";", ":", "،", "؛", "、", "，", "；", "：", "–", "—")
ZERO_WIDTH_SPACE = "\u200b"
_ZERO_WIDTH_JOINER = "\u200d"
_LEFT_TO_RIGHT_MARK, _RIGHT_TO_LEFT_MARK = "\u200e", "\u200f"

# Scripts that set no space between words: Thai, Lao, Myanmar, Khmer, kana, bopomofo, Han, full-width forms.
_UNSPACED = re.compile(
    r"[\u0E00-\u0EFF\u1000-\u109F\u1780-\u17FF\u2E80-\u312F\u31A0-\u31FF\u3400-\u4DBF\u4E00-\u9FFF\uF900-\uFAFF"
    r"\uFF00-\uFFEF\U00020000-\U0003FFFF]"
)
_FIRST_CJK = "\u2e80"
_NEVER_FIRST = frozenset("、。，．！？：；）」』】〉》ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ…・％")
_NEVER_LAST = frozenset("（「『【〈《เแโใไ")
_VOWELS = frozenset("aeiouyаеёиоуыэюяαεηιουω")
_ONE_SOUND = frozenset(("ch", "ck", "ph", "qu", "rh", "sh", "th", "ts"))
_UNSEEN = frozenset(("Cc", "Cf", "Cs"))
_STRAIGHT_QUOTES = frozenset("\"'")


def is_unspaced(character: str) -> bool:
    """Whether its script sets no space between words."""
    return _UNSPACED.match(character) is not None


def is_cjk(character: str) -> bool:
    """Han, kana and their company, of which one character is about a syllable."""
    return character >= _FIRST_CJK and is_unspaced(character)


def joiner(left: str, right: str) -> str:
    """What stands between two neighbouring words on a line."""
    return "" if is_unspaced(left[-1]) and is_unspaced(right[0]) else " "


def is_right_to_left(text: str) -> bool:
    """By its first character that has a direction."""
    directions = (unicodedata.bidirectional(c) for c in text)
    return next((d != "L" for d in directions if d in ("L", "R", "AL")), False)


def direction_mark(text: str) -> str:
    """The invisible mark that gives a line the direction of `text`."""
    return _RIGHT_TO_LEFT_MARK if is_right_to_left(text) else _LEFT_TO_RIGHT_MARK


def is_visible(text: str) -> bool:
    """Whether there is anything to draw: more than spaces, formatting characters and loose marks."""
    return any(unicodedata.category(c)[0] not in "ZM" and unicodedata.category(c) not in _UNSEEN for c in text)


def printable(text: str) -> str:
    """The text on one line, without control characters and what is no character at all."""
    kept = (c for c in text if c.isspace() or not (unicodedata.category(c) in ("Cc", "Cs") or c in "\ufffe\uffff"))
    return " ".join("".join(kept).split())


def is_punctuation(text: str) -> bool:
    return all(unicodedata.category(c)[0] == "P" for c in text)


def opens(text: str, *, quotes_open: bool) -> bool:
    """Whether lone punctuation belongs to the word after it. A straight quote opens unless one is open already."""
    last = text[-1]
    if last in _STRAIGHT_QUOTES:
        return not quotes_open
    return unicodedata.category(last) in ("Ps", "Pi") or last in "¿¡"


def toggles_quotes(text: str) -> bool:
    """Whether an odd number of straight double quotes stands in `text`."""
    return text.count('"') % 2 == 1


def language_tag(language: str) -> str:
    """The language as fontconfig knows it: Han takes its forms from it. Empty for "auto" and what is no tag."""
    tag = language.strip().lower()
    if not re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", tag):
        return ""
    if tag.startswith("zh"):
        return "zh-tw" if re.search(r"-(hant|tw|hk|mo)", tag) else "zh-cn"
    return tag


def part_places(text: str) -> list[int]:
    """Where a word may be parted: between clusters of characters, leaving nothing that may not end or begin a line."""
    return [i for i in range(1, len(text)) if _may_part(text[i - 1], text[i])]


def _may_part(left: str, right: str) -> bool:
    mark = unicodedata.category(right).startswith("M")
    joined = mark or _ZERO_WIDTH_JOINER in (left, right) or unicodedata.category(left) == "Cf"
    regional = "\U0001f1e6" <= left <= "\U0001f1ff" or "\U0001f3fb" <= right <= "\U0001f3ff"
    return not (joined or regional or right in _NEVER_FIRST or left in _NEVER_LAST)


def hyphen_places(text: str) -> list[int]:
    """Where an alphabetic word is best hyphenated: before a consonant that a vowel follows, never near its ends."""
    plain = unicodedata.normalize("NFD", text.casefold())
    if len(plain) != len(text):
        plain = "".join(unicodedata.normalize("NFD", c)[0] for c in text.casefold())
    if len(plain) != len(text):
        return []
    return [i for i in range(4, len(text) - 3) if _begins_syllable(plain[i - 1], plain[i], plain[i + 1])]


def _begins_syllable(before: str, letter: str, after: str) -> bool:
    """A consonant before a vowel, and no half of a sound written with two letters."""
    return letter.isalpha() and letter not in _VOWELS and after in _VOWELS and before + letter not in _ONE_SOUND


def is_alphabetic(text: str) -> bool:
    """Latin, Greek or Cyrillic letters: scripts in which a hyphen may part a word."""
    return any(unicodedata.name(c, "").startswith(("LATIN", "GREEK", "CYRILLIC")) for c in text)
