"""Written words, spoken words, and given texts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reelwright.events.v1.requests_pb2 import GivenText
from reelwright_chassis.errors import Reject
from reelwright_transcription.given import MAX_WORDS, read_given
from reelwright_transcription.languages import is_english, language_code, multilingual_remedy
from reelwright_transcription.numerals import cardinal, ordinal, year
from reelwright_transcription.pronounce import pronunciation
from reelwright_transcription.spell import spell


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Hello,", "hello"),
        ("don’t", "don't"),
        ("“Well-known”", "well known"),
        ("café", "cafe"),
        ("4th", "fourth"),
        ("21st", "twenty first"),
        ("80th", "eightieth"),
        ("$1,250", "one thousand two hundred fifty dollars"),
        ("£3.50", "three point five zero pounds"),
        ("10,000", "ten thousand"),
        ("1969", "nineteen sixty nine"),
        ("1905", "nineteen oh five"),
        ("1900", "nineteen hundred"),
        ("2026.", "twenty twenty six"),
        ("2007", "two thousand seven"),
        ("1960s", "nineteen sixties"),
        ("90's", "nineties"),
        ("50%", "fifty percent"),
        ("7:30", "seven thirty"),
        ("7:05", "seven oh five"),
        ("7:00", "seven"),
        ("0", "zero"),
        ("3.14", "three point one four"),
        ("Dr.", "doctor"),
        ("etc.", "et cetera"),
        ("U.S.", "u s"),
        ("BBC", "b b c"),
        ("NASA", "nasa"),
        ("R&D", "r and d"),
        ("O'Brien's", "o'brien's"),
        ("sisters'", "sisters"),
        (
            "12345678901234567890",
            " ".join(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "zero"] * 2),
        ),
        ("Привет", ""),
        ("東京", ""),
    ],
)
def test_a_written_word_is_spelled_as_it_is_spoken(written: str, spoken: str) -> None:
    assert " ".join(spell(written)) == spoken


@given(st.text(max_size=40))
def test_spelling_takes_any_text_and_gives_plain_lower_case_words(text: str) -> None:
    for token in spell(text):
        assert token.strip("'")
        assert set(token) <= set("abcdefghijklmnopqrstuvwxyz'")


@given(st.integers(0, 10**15 - 1))
def test_every_number_has_words_and_an_ordinal(number: int) -> None:
    words = cardinal(number)
    assert words
    assert ordinal(number)[:-1] == words[:-1]
    assert all(word.isalpha() for word in [*words, *ordinal(number)])


@given(st.integers(1100, 2099))
def test_years_differ_from_one_another(number: int) -> None:
    assert year(number) != year(number + 1 if number < 2099 else 1100)


DICTIONARY = {"torch": "T AO R CH", "light": "L AY T", "rush": "R AH SH", "reel": "R IY L", "wright": "R AY T"}


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("torchlight", "T AO R CH L AY T"),
        ("reelwright", "R IY L R AY T"),
        ("kilrush", "K IH L R AH SH"),
        ("xyz", "K S IY Z"),
        ("'''", "AH"),
    ],
)
def test_an_unknown_word_is_put_together_from_known_ones(word: str, phones: str) -> None:
    assert pronunciation(word, DICTIONARY.get) == phones


@given(st.text("abcdefghijklmnopqrstuvwxyz'", min_size=1, max_size=60))
@settings(max_examples=50)
def test_every_word_can_be_pronounced(word: str) -> None:
    assert all(phone.isalpha() for phone in pronunciation(word, DICTIONARY.get).split())


def texts(text: str, kind: GivenText.Format.ValueType = GivenText.FORMAT_PLAIN) -> list[str]:
    return [word.text for word in read_given(GivenText(text=text, format=kind))]


def test_a_plain_text_is_split_into_words_with_their_punctuation() -> None:
    assert texts("One — two,\n\nthree … [applause] ♪ four") == ["One —", "two,", "three …", "four"]


def test_who_speaks_is_not_spoken() -> None:
    assert texts("DR. SMITH: Good morning.\n- Hello.\n>> ANNA: Hi.") == ["Good", "morning.", "Hello.", "Hi."]


SRT = "1\n00:00:01,000 --> 00:00:02,500\n<i>Hello</i> there,\n\n2\n00:00:03,000 --> 00:00:04,000\nfriend.\n"
VTT = "WEBVTT\n\n00:01.000 --> 00:02.500\n<v Anna>Hello there,\n\n00:03.000 --> 00:04.000\nfriend.\n"


@pytest.mark.parametrize("text", [SRT, VTT, "\ufeff" + SRT])
@pytest.mark.parametrize("kind", [GivenText.FORMAT_PLAIN, GivenText.FORMAT_SRT, GivenText.FORMAT_VTT])
def test_subtitles_are_known_by_their_content(text: str, kind: GivenText.Format.ValueType) -> None:
    words = read_given(GivenText(text=text, format=kind))
    assert [word.text for word in words] == ["Hello", "there,", "friend."]
    assert [(word.cue.start_s, word.cue.end_s) for word in words if word.cue] == [(1, 2.5), (1, 2.5), (3, 4)]


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        (" \n ", GivenText.FORMAT_PLAIN, "script_empty"),
        ("— ♪ —", GivenText.FORMAT_PLAIN, "script_empty"),
        ("no times at all", GivenText.FORMAT_SRT, "script_empty"),
        ("WEBVTT\n\n-1:00:00,000 --> 00:00:02.500:00:02.500:01.000\nhello", GivenText.FORMAT_VTT, "script_unreadable"),
        ("word " * (MAX_WORDS + 1), GivenText.FORMAT_PLAIN, "script_too_long"),
    ],
)
def test_a_text_that_cannot_be_used_is_refused(text: str, kind: GivenText.Format.ValueType, code: str) -> None:
    with pytest.raises(Reject) as refusal:
        texts(text, kind)
    assert refusal.value.reason_code == code


@given(st.text(max_size=300), st.sampled_from(GivenText.Format.values()))
@settings(max_examples=100)
def test_any_given_text_is_read_or_refused(text: str, kind: GivenText.Format.ValueType) -> None:
    try:
        words = read_given(GivenText(text=text, format=kind))
    except Reject:
        return
    assert all(any(c.isalnum() for c in word.text) for word in words)


def test_languages_have_names_and_codes() -> None:
    assert language_code("german") == "de"
    assert language_code("pt") == "pt"
    assert language_code("klingon") == "und"
    assert is_english("en-GB")
    assert not is_english("de")
    assert multilingual_remedy("auto").endswith("--language LANGUAGE")
    assert multilingual_remedy("de-AT").endswith("--language de-AT")
