"""From a file to a Transcript: decode, find speech, recognise the words or take the given ones, find their times."""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from reelwright.events.v1.media_pb2 import Note, Transcript
from reelwright.events.v1.media_pb2 import Span as SpanMessage
from reelwright.events.v1.media_pb2 import Word as WordMessage
from reelwright.events.v1.requests_pb2 import GivenText
from reelwright_chassis.errors import Reject
from reelwright_transcription.align import AlignedWord, in_order
from reelwright_transcription.audio import Recording, Span, merge_spans
from reelwright_transcription.decode import MAX_DURATION_S, decode
from reelwright_transcription.engines.port import Progress, Recogniser
from reelwright_transcription.given import read_given
from reelwright_transcription.pocketsphinx_aligner import NAME as POCKETSPHINX
from reelwright_transcription.pocketsphinx_aligner import PocketSphinx
from reelwright_transcription.scripted import scripted
from reelwright_transcription.task import Task, TimedText, recognised
from reelwright_transcription.vad import speech_spans

_MOST_ROUGH = 0.2


def _silent(_percent: float, _doing: str) -> None:
    pass


def transcribe(
    audio: Path,
    *,
    language: str = "auto",
    script: GivenText | None = None,
    engine: Recogniser,
    progress: Progress = _silent,
    max_duration_s: float = MAX_DURATION_S,
) -> Transcript:
    """The recording's words with times. `language` is BCP 47 or "auto"; `transcript_id` is left empty.

    With a `script` its words are taken, and the engine only listens where they cannot be aligned as they stand. Raises
    `Reject` with a reason code for input that can have no transcript, and what the engine raises.
    """
    given = read_given(script) if script is not None else None
    progress(0, "decoding")
    recording = decode(audio, max_duration_s=max_duration_s).levelled()
    progress(5, "finding speech")
    speech = tuple(speech_spans(recording))
    if not speech:
        raise Reject("audio_no_speech", "Nobody speaks in this recording.")
    task = Task(recording, speech, language or "auto", progress, _aligner())
    timed = scripted(task, given, engine) if given else recognised(task, engine)
    return _transcript(timed, recording, speech)


@cache
def _aligner() -> PocketSphinx:
    """One per process: its dictionary takes a fifth of a second to load."""
    return PocketSphinx()


def _transcript(timed: TimedText, recording: Recording, speech: Sequence[Span]) -> Transcript:
    words = [word for word in in_order(timed.words, recording.duration_s) if not word.hidden]
    spans = merge_spans([*speech, *(word.span for word in words)])
    return Transcript(
        language=timed.language,
        language_confidence=timed.language_confidence,
        words=[_message(word) for word in words],
        speech=[SpanMessage(start_s=span.start_s, end_s=span.end_s) for span in spans],
        duration_s=recording.duration_s,
        engine=timed.engine,
        aligner=POCKETSPHINX if any(word.exact for word in words) else timed.engine,
        notes=[*timed.notes, *_notes(words, recording)],
    )


def _message(word: AlignedWord) -> WordMessage:
    start_s, end_s = round(word.span.start_s, 3), round(word.span.end_s, 3)
    return WordMessage(text=word.text, start_s=start_s, end_s=end_s, confidence=min(1.0, max(0.0, word.confidence)))


def _notes(words: Sequence[AlignedWord], recording: Recording) -> Iterator[Note]:
    rough = sum(not word.exact for word in words)
    if rough > _MOST_ROUGH * len(words):
        yield Note(code="word_times_rough", message=f"The times of {rough} of {len(words)} words are estimates.")
    if recording.damaged_packets:
        yield Note(
            code="audio_damaged", message=f"{recording.damaged_packets} pieces of the file could not be decoded."
        )
