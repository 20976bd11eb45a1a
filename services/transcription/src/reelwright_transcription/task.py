"""What is common to all ways from speech to timed words, and the plain one: recognise, judge, align."""

from collections.abc import Sequence
from dataclasses import dataclass

from reelwright.events.v1.media_pb2 import Note
from reelwright_chassis.errors import Reject
from reelwright_transcription.align import AlignedWord, ForcedAligner, align_passage
from reelwright_transcription.audio import Recording, Span
from reelwright_transcription.engines.port import Progress, Recogniser, Recognition
from reelwright_transcription.languages import is_english, multilingual_remedy
from reelwright_transcription.passages import Passage, heard_passages
from reelwright_transcription.sentences import with_capitals
from reelwright_transcription.windows import windows


@dataclass(frozen=True, slots=True)
class Task:
    """One recording on its way. `speech` is not empty."""

    recording: Recording
    speech: tuple[Span, ...]
    language: str
    progress: Progress
    aligner: ForcedAligner

    def hear(self, recogniser: Recogniser) -> Recognition:
        """What the recogniser makes of it, understood or not. Raises what the recogniser does."""
        cut = windows(self.recording, self.speech)
        return recogniser.recognise(self.recording, cut, self.speech, language=self.language, progress=self._listening)

    def not_understood(self, recognition: Recognition) -> Reject:
        """Says so instead of making a video of nonsense, and names the command that helps."""
        return Reject(
            "speech_not_understood",
            f"{recognition.engine} does not understand this speech; it may be in another language, or too noisy.",
            remedy=multilingual_remedy(self.language),
            cost_usd=recognition.cost_usd,
        )

    def _listening(self, percent: float, doing: str) -> None:
        self.progress(10 + 0.75 * percent, doing)

    def align(self, passages: Sequence[Passage], language: str) -> list[AlignedWord]:
        """Times for all words; only English ones are aligned, the others keep corrected hints."""
        aligner = self.aligner if is_english(language) else None
        words: list[AlignedWord] = []
        for done, passage in enumerate(passages):
            self.progress(85 + 15 * done / len(passages), "aligning")
            words += align_passage(self.recording, self.speech, passage, aligner)
        return words


@dataclass(frozen=True, slots=True)
class TimedText:
    """Words with times and how they came about."""

    words: list[AlignedWord]
    language: str
    engine: str
    language_confidence: float = 0.0
    notes: tuple[Note, ...] = ()


def recognised(task: Task, recogniser: Recogniser) -> TimedText:
    """The recogniser's own words. Raises `Reject`: `speech_not_understood` and the recogniser's own."""
    recognition = task.hear(recogniser)
    if not recognition.understood:
        raise task.not_understood(recognition)
    words = task.align(heard_passages(recognition.heard), recognition.language)
    return TimedText(
        with_capitals(words),
        recognition.language,
        recognition.engine,
        recognition.language_confidence,
    )
