"""English numerals as they are spoken."""

# fmt: off
_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)
_TENS = ("zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
# fmt: on
_SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))
_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip


def cardinal(number: int) -> list[str]:
    """The words of a whole number from 0: 1250 is one thousand two hundred fifty."""
    for scale, name in _SCALES:
        if number >= scale:
            rest = number % scale
            return [*cardinal(number // scale), name, *(cardinal(rest) if rest else [])]
    if number < 20:
        return [_ONES[number]]
    return [_TENS[number // 10], *([_ONES[number % 10]] if number % 10 else [])]


def ordinal(number: int) -> list[str]:
    """42 is forty second."""
    *before, last = cardinal(number)
    if last in _ORDINALS:
        return [*before, _ORDINALS[last]]
    return [*before, last[:-1] + "ieth" if last.endswith("y") else last + "th"]


def year(number: int) -> list[str]:
    """A year from 1100 to 2099 in pairs: 1969 is nineteen sixty nine, 1905 nineteen oh five, 1900 nineteen hundred."""
    century, rest = divmod(number, 100)
    if number // 10 == 200:
        return cardinal(number)
    if rest == 0:
        return [*cardinal(century), "hundred"]
    return [*cardinal(century), *(["oh"] if rest < 10 else []), *cardinal(rest)]


def digits(text: str) -> list[str]:
    """One word per digit."""
    return [_ONES[int(digit)] for digit in text]


def plural(words: list[str]) -> list[str]:
    """Nineteen sixty becomes nineteen sixties."""
    last = words[-1]
    return [*words[:-1], last[:-1] + "ies" if last.endswith("y") else last + "s"]
