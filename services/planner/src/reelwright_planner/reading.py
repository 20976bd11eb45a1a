"""A talk as both planners read it: divided, its terms weighed, its sentences scored."""

from collections.abc import Sequence
from dataclasses import dataclass

from reelwright_planner.keyphrases import Term, weigh_terms
from reelwright_planner.passages import TOLERANCE_S
from reelwright_planner.salience import score_sentences
from reelwright_planner.sentences import read_talk
from reelwright_planner.talk import Talk, TimedWord


@dataclass(frozen=True, slots=True)
class Reading:
    """`sentence_worth` is per second, one for each sentence. `whole`: the recording is kept as it is."""

    talk: Talk
    terms: dict[str, Term]
    sentence_worth: tuple[float, ...]
    whole: bool

    def word_worth(self) -> list[float]:
        """Each word is worth what its sentence is."""
        sentences = zip(self.talk.sentences, self.sentence_worth, strict=True)
        return [worth for sentence, worth in sentences for _ in range(sentence.first, sentence.end)]


def read(words: Sequence[TimedWord], *, duration_s: float, language: str, target_s: float) -> Reading:
    """Read the words of a recording of `duration_s` for a video of `target_s`.

    A recording that fits the target is kept whole, its pauses too; of a longer one, passages are chosen.
    """
    talk = read_talk(words, duration_s=duration_s, language=language, whole_pauses=True)
    length_s = talk.boundaries[-1].out_s - talk.boundaries[0].in_s
    whole = length_s <= target_s + TOLERANCE_S
    if not whole:
        talk = read_talk(words, duration_s=duration_s, language=language)
    terms = weigh_terms(talk)
    return Reading(talk, terms, score_sentences(talk, terms), whole)
