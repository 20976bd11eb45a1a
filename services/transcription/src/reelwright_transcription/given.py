"""Reads a text that the user gave: plain, SRT or VTT, decided by its content where it is called plain."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pysubs2

from reelwright.events.v1.requests_pb2 import GivenText
from reelwright_chassis.errors import Reject
from reelwright_transcription.audio import Span

MAX_WORDS = 3000
_CUE_TIMES = re.compile(r"^\s*(?:\d+:)?\d{1,2}:\d{2}[.,]\d{3}\s+-->\s+", re.MULTILINE)
_UNSPOKEN = re.compile(r"\[[^\]]*\]|♪|<[^>]*>")
"""Stage directions, music signs and markup."""
_SPEAKER = re.compile(r"^\s*(?:[-–—]\s+|>>\s*)?(?:[A-Z][A-Z .'’]{1,30}:\s+)?", re.MULTILINE)
"""A dash, chevrons or a name in capitals before what somebody says."""


@dataclass(frozen=True, slots=True)
class GivenWord:
    """A word as it shall stand in the captions; `cue` is when its subtitle is shown, None for a plain text."""

    text: str
    cue: Span | None = None


def read_given(script: GivenText) -> tuple[GivenWord, ...]:
    """The words in order. Raises `Reject`: `script_unreadable`, `script_empty`, `script_too_long`."""
    words = tuple(_cue_words(script.text) if _is_timed(script) else _words(script.text, None))
    if not words:
        raise Reject("script_empty", "The given text has no words.")
    if len(words) > MAX_WORDS:
        raise Reject("script_too_long", f"The given text has {len(words)} words; at most {MAX_WORDS} are taken.")
    return words


def _is_timed(script: GivenText) -> bool:
    return script.format in (GivenText.FORMAT_SRT, GivenText.FORMAT_VTT) or bool(_CUE_TIMES.search(script.text))


def _cue_words(text: str) -> Iterator[GivenWord]:
    text = text.lstrip("\ufeff")
    try:
        cues = pysubs2.SSAFile.from_string(text, format_="vtt" if text.lstrip().startswith("WEBVTT") else "srt")
    except (pysubs2.Pysubs2Error, ValueError) as error:
        raise Reject("script_unreadable", "The given subtitles cannot be read as SRT or VTT.") from error
    for cue in cues:
        yield from _words(cue.plaintext, Span(cue.start / 1000, max(cue.start, cue.end) / 1000))


def _words(text: str, cue: Span | None) -> list[GivenWord]:
    """Split at white space; a piece without a letter or digit (a dash) joins the word before it."""
    words: list[GivenWord] = []
    for piece in _SPEAKER.sub("", _UNSPOKEN.sub(" ", text)).split():
        if any(c.isalnum() for c in piece):
            words.append(GivenWord(piece, cue))
        elif words:
            words.append(GivenWord(f"{words.pop().text} {piece}", cue))
    return words
