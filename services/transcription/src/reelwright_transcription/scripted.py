"""Words that were given: aligned to the sound, guessed at by nobody."""

from collections.abc import Sequence

from reelwright.events.v1.media_pb2 import Note
from reelwright_chassis.errors import Reject
from reelwright_transcription.direct import align_directly
from reelwright_transcription.engines.port import Recogniser
from reelwright_transcription.given import GivenWord
from reelwright_transcription.languages import UNDETERMINED, is_english
from reelwright_transcription.match import Match, match
from reelwright_transcription.passages import cue_passages
from reelwright_transcription.task import Task, TimedText

_ENGINE = "given"
_LEAST_FOUND = 0.5


def scripted(task: Task, given: Sequence[GivenWord], matcher: Recogniser) -> TimedText:
    """Aligned as it stands where that works; else by what the matcher hears; else by its own cue times.

    Raises `Reject`: `script_does_not_match`, `speech_not_understood`, and what the matcher raises.
    """
    texts = [word.text for word in given]
    if task.language == "auto" or is_english(task.language):
        directly = align_directly(task.recording, task.speech, texts, task.aligner)
        if directly is not None:
            return TimedText(directly, "en" if task.language == "auto" else task.language, _ENGINE)
    try:
        recognition = task.hear(matcher)
    except Reject as reject:
        if reject.reason_code == "language_unsupported" and _cues_fit(given, task):
            return _by_cues(task, given)
        raise
    matched = match(texts, recognition.heard, task.speech)
    if matched.found >= _LEAST_FOUND:
        words = task.align(matched.passages, recognition.language)
        return TimedText(words, recognition.language, _ENGINE, recognition.language_confidence, _notes(matched))
    if recognition.understood:
        raise _does_not_match(matched)
    if _cues_fit(given, task):
        return _by_cues(task, given)
    raise task.not_understood(recognition)


def _does_not_match(matched: Match) -> Reject:
    return Reject(
        "script_does_not_match",
        f"Only {matched.found:.0%} of the given text is heard in the recording; it seems to belong to another one.",
    )


def _notes(matched: Match) -> tuple[Note, ...]:
    if not matched.unspoken:
        return ()
    message = f"{matched.unspoken} words of the given text are not spoken in the recording and were left out."
    return (Note(code="script_not_spoken", message=message),)


def _cues_fit(given: Sequence[GivenWord], task: Task) -> bool:
    """Whether all words have cue times, and those lie in the recording."""
    end_s = task.recording.duration_s + 1
    return all(word.cue is not None and word.cue.end_s <= end_s for word in given)


def _by_cues(task: Task, given: Sequence[GivenWord]) -> TimedText:
    timed = [(word.text, word.cue) for word in given if word.cue is not None]
    language = UNDETERMINED if task.language == "auto" else task.language
    return TimedText(task.align(cue_passages(timed), language), language, _ENGINE)
