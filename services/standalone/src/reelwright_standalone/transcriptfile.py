"""`NAME.transcript.txt`: the whole recording's words as a text that people correct, a sentence or pause a line."""

from collections.abc import Sequence
from pathlib import Path

from reelwright.events.v1.media_pb2 import Transcript, Word
from reelwright.events.v1.requests_pb2 import GivenText
from reelwright_planner.lexicon import TITLES
from reelwright_standalone.errors import InputError

_SENTENCE_ENDS = tuple(".!?…。！？")
_PARAGRAPH_PAUSE_S = 1.0
_FORMATS = {".srt": GivenText.FORMAT_SRT, ".vtt": GivenText.FORMAT_VTT}


def transcript_text(transcript: Transcript) -> str:
    """The words, one sentence a line, an empty line where the speaker paused for a second or more."""
    lines: list[str] = []
    sentence: list[Word] = []
    for word, following in _with_next(transcript.words):
        sentence.append(word)
        pause_s = following.start_s - word.end_s if following is not None else 0.0
        if following is None or _ends_sentence(word.text) or pause_s >= _PARAGRAPH_PAUSE_S:
            lines.append(" ".join(w.text for w in sentence))
            sentence = []
            if pause_s >= _PARAGRAPH_PAUSE_S:
                lines.append("")
    return "\n".join(lines) + "\n"


def _ends_sentence(text: str) -> bool:
    return text.endswith(_SENTENCE_ENDS) and text.rstrip(".").casefold() not in TITLES


def _with_next(words: Sequence[Word]) -> list[tuple[Word, Word | None]]:
    return list(zip(words, [*words[1:], None], strict=True))


def read_script(path: Path) -> GivenText:
    """A text, SRT or VTT file as the user gave it. Raises `InputError`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"--script {str(path)!r} is not a text in UTF-8; save it as UTF-8.") from error
    if not text.strip():
        raise InputError(f"--script {str(path)!r} is empty; leave --script out and the words are recognised.")
    return GivenText(format=_FORMATS.get(path.suffix.lower(), GivenText.FORMAT_PLAIN), text=text)
