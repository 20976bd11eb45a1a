"""Talks to test with: text spoken at an even pace, with rests where the punctuation asks for them."""

from collections.abc import Sequence

from reelwright.events.v1.media_pb2 import Transcript, Word
from reelwright.events.v1.requests_pb2 import PlanRequested
from reelwright_planner.talk import TimedWord

RESTS_S = {".": 0.7, "?": 0.7, "!": 0.7, "。": 0.7, ",": 0.3, ";": 0.3, ":": 0.3, "，": 0.3}
WORD_REST_S = 0.03


def speak(text: str, *, at_s: float = 0.5, letter_s: float = 0.06) -> list[TimedWord]:
    """The words of `text` (separated by space), the first at `at_s`."""
    words = []
    for word in text.split():
        end_s = at_s + letter_s * (len(word) + 1)
        words.append(TimedWord(word, round(at_s, 3), round(end_s, 3)))
        at_s = end_s + RESTS_S.get(word[-1], WORD_REST_S)
    return words


def plan_request(
    words: Sequence[TimedWord], target_s: float, *, language: str = "en", tail_s: float = 0.5
) -> PlanRequested:
    """A request for a plan of these words; the recording ends `tail_s` after the last."""
    transcript = Transcript(
        language=language,
        words=[Word(text=word.text, start_s=word.start_s, end_s=word.end_s, confidence=1) for word in words],
        duration_s=max((word.end_s for word in words), default=0.0) + tail_s,
    )
    return PlanRequested(
        tenant_id="local",
        user_id="local",
        project_id="project",
        request_id="request",
        transcript=transcript,
        target_duration_s=target_s,
        look="auto",
        budget_usd=2.0,
    )
