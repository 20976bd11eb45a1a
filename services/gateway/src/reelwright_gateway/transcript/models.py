"""Words as the API tells and takes them."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator

from reelwright_gateway.schema import Body, Model, Note

Seconds = Annotated[float, Field(ge=0, description="In the recording, in seconds.", examples=[12.34])]


class Word(Model):
    """One written word with its punctuation, as it stands in a caption."""

    text: str = Field(description="The word.", examples=["sleep,"])
    start_s: Seconds
    end_s: Seconds
    confidence: float = Field(description="How sure the recogniser is, 0 to 1.", examples=[0.97])


class Transcript(Model):
    """What is said in the recording."""

    revision: int = Field(description="Counts the versions.", examples=[1])
    language: str = Field(description="As BCP 47.", examples=["en"])
    duration_s: float = Field(description="The recording's true length.", examples=[71.2])
    engine: str = Field(description="What recognised the words; given: you did.", examples=["given"])
    words: list[Word] = Field(description="In order.")
    notes: list[Note] = Field(description="What to know about them.")


class EditedWord(Body):
    """A word. Without times they follow from the words that were there."""

    text: str = Field(min_length=1, max_length=200, pattern=r"\S", description="The word.", examples=["sleep,"])
    start_s: Seconds | None = None
    end_s: Seconds | None = None


class TranscriptEdit(Body):
    """Either `words` or `text`."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "Sleep is not idle time."}]})

    words: list[EditedWord] | None = Field(
        None, min_length=1, max_length=3_000, description="All words, with all of their times or none of them."
    )
    text: str | None = Field(
        None,
        min_length=1,
        max_length=200_000,
        pattern=r"\S",
        description="The whole text. Words that stayed keep their times; the others share what was theirs.",
        examples=["Sleep is not idle time."],
    )
    align: Literal["words", "recording"] = Field(
        "words",
        description="Where the times of a `text` come from: the words that were there, at once; or the recording "
        "itself, which runs the transcription stage again.",
    )

    @model_validator(mode="after")
    def _either(self) -> "TranscriptEdit":
        if (self.words is None) == (self.text is None):
            raise ValueError("give either words or text")
        timed = {time is not None for word in self.words or () for time in (word.start_s, word.end_s)}
        if len(timed) > 1:
            raise ValueError("give the times of all words, or of none")
        return self
