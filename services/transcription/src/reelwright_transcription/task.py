"""What is common to all ways from speech to timed words, and the plain one: recognise, judge, align."""

from collections.abc import Sequence
from dataclasses import dataclass

from reelwright.events.v1.media_pb2 import Note
from reelwright_chassis.errors import Reject
from reelwright_transcription.align import AlignedWord, ForcedAligner, align_passage
from reelwright_transcription.audio import Recording, Span
from reelwright_transcription.confidence import understanding
from reelwright_transcription.engines.port import Host, Recogniser, Recognition
from reelwright_transcription.passages import Passage, heard_passages
from reelwright_transcription.sentences import with_capitals
from reelwright_transcription.windows import windows


@dataclass(frozen=True, slots=True)
class Task:
    """One recording on its way. `speech` is not empty."""

    recording: Recording
    speech: tuple[Span, ...]
    language: str
    host: Host
    aligner: ForcedAligner

    def hear(self, recogniser: Recogniser) -> Recognition:
        """What the recogniser makes of it. Raises `Reject`: `speech_not_understood` and the recogniser's own."""
        cut = windows(self.recording, self.speech)
        recognition = recogniser.recognise(
            self.recording, cut, self.speech, language=self.language, host=_Share(self.host, 10, 85)
        )
        if not understanding(recognition.heard).understood:
            raise not_understood(recogniser.name, self.language, cost_usd=recognition.cost_usd)
        return recognition

    def align(self, passages: Sequence[Passage], language: str) -> list[AlignedWord]:
        """Times for all words; only English ones are aligned, the others keep corrected hints."""
        aligner = self.aligner if is_english(language) else None
        words: list[AlignedWord] = []
        for done, passage in enumerate(passages):
            self.host.progress(85 + 15 * done / len(passages), "aligning")
            words += align_passage(self.recording, self.speech, passage, aligner)
        return words


@dataclass(frozen=True, slots=True)
class TimedText:
    """Words with times and how they came about."""

    words: list[AlignedWord]
    language: str
    engine: str
    language_confidence: float = 0.0
    cost_usd: float = 0.0
    notes: tuple[Note, ...] = ()


def recognised(task: Task, recogniser: Recogniser) -> TimedText:
    """The recogniser's own words."""
    recognition = task.hear(recogniser)
    words = task.align(heard_passages(recognition.heard), recognition.language)
    return TimedText(
        with_capitals(words),
        recognition.language,
        recognition.engine,
        recognition.language_confidence,
        recognition.cost_usd,
    )


def is_english(language: str) -> bool:
    return language.lower().split("-")[0] == "en"


def not_understood(engine: str, language: str, *, cost_usd: float = 0.0) -> Reject:
    """Says so instead of making a video of nonsense, and names the command that helps."""
    tag = "LANGUAGE" if language == "auto" or is_english(language) else language
    return Reject(
        "speech_not_understood",
        f"{engine} does not understand this speech; it may be in another language, or too noisy.",
        remedy=f"REELWRIGHT_TRANSCRIPTION_MODEL=small reelwright make RECORDING --language {tag}",
        cost_usd=cost_usd,
    )


@dataclass(frozen=True, slots=True)
class _Share:
    """A host that is told of a part of the work: 0..100 becomes `from_percent`..`to_percent`."""

    host: Host
    from_percent: float
    to_percent: float

    def progress(self, percent: float, doing: str) -> None:
        self.host.progress(self.from_percent + (self.to_percent - self.from_percent) * percent / 100, doing)

    def confirm(self) -> None:
        self.host.confirm()
