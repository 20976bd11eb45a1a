"""Dead letters: what their headers say, how one is sent again, and how that is remembered. Pure.

A letter is the original record, whole, in the topic `<topic>.dlq`, with `dlq_...` headers beside its own. Sending it
again leaves a mark in the same partition, after the letter: a record of the same key without a value. So the topic of
the dead letters alone says what was done about each, for as long as it keeps them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reelwright_chassis.bus.port import Message, Record
from reelwright_chassis.envelope import event_type, subject_of
from reelwright_chassis.topics import dead_letters_of, topics

_PREFIX = "dlq_"
REDRIVE = "dlq_redrive"
"""On a record that was sent again: the id of that redrive."""
_MARK = "dlq_redriven"
"""On a mark: the partition and offset of the letter, as "3/17"."""


def death_headers(
    *, topic: str, group: str, attempts: int, failed_at_s: float, error: str, origin: Record | None = None
) -> dict[str, bytes]:
    """What a letter's headers say of its end. `error` names a kind or a reason, never a message: it may hold words.

    Without an `origin` the letter was written anew from state: its place in the topic is not known.
    """
    fields: dict[str, object] = {"topic": topic, "group": group, "attempts": attempts}
    fields |= {"failed_at": f"{failed_at_s:.3f}", "error": error}
    if origin is not None:
        place = {"partition": origin.partition, "offset": origin.offset, "timestamp": f"{origin.timestamp_s:.3f}"}
        fields |= place
    return {_PREFIX + name: str(value).encode() for name, value in fields.items()}


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter. `topic`, `partition` and `offset` are where it came from; the last two may be unknown."""

    record: Record
    topic: str
    partition: int | None
    offset: int | None
    group: str
    attempts: int
    failed_at_s: float
    error: str
    redriven_at_s: float | None = None
    """When it was last sent again."""

    @property
    def name(self) -> str:
        """How people name it: "render.requests/3/17", by its place in the dead letters' topic."""
        return f"{self.topic}/{self.record.partition}/{self.record.offset}"

    @property
    def type(self) -> str:
        """The message's protobuf name, without its package; empty where the record does not say."""
        return event_type(self.record).rpartition(".")[2]

    @property
    def project_id(self) -> str:
        return subject_of(self.record)


def read_letters(records: Iterable[Record]) -> list[Letter]:
    """The letters among the records of dead letters' topics, in their order, with what the marks say of them."""
    records = list(records)
    marks: dict[tuple[str, str], float] = {}
    for record in records:
        if _MARK in record.headers:
            marks[record.topic, _text(record, _MARK)] = record.timestamp_s
    letters = [record for record in records if _MARK not in record.headers]
    return [_letter(record, marks.get((record.topic, f"{record.partition}/{record.offset}"))) for record in letters]


def _letter(record: Record, redriven_at_s: float | None) -> Letter:
    return Letter(
        record,
        topic=_text(record, "dlq_topic") or record.topic.removesuffix(topics().dead_letters.suffix),
        partition=_whole(record, "dlq_partition"),
        offset=_whole(record, "dlq_offset"),
        group=_text(record, "dlq_group"),
        attempts=_whole(record, "dlq_attempts") or 0,
        failed_at_s=_number(record, "dlq_failed_at") or record.timestamp_s,
        error=_text(record, "dlq_error") or "unknown",
        redriven_at_s=redriven_at_s,
    )


def again(letter: Letter, redrive_id: str) -> Message:
    """The original bytes under the original key and headers, for the original topic."""
    headers = {name: value for name, value in letter.record.headers.items() if not name.startswith(_PREFIX)}
    return Message(letter.topic, letter.record.key, letter.record.value, {**headers, REDRIVE: redrive_id.encode()})


def mark(letter: Letter, redrive_id: str, by: str) -> Message:
    """The record that says that the letter was sent again. Publish it once the letter itself is acknowledged."""
    place = f"{letter.record.partition}/{letter.record.offset}"
    headers = {_MARK: place.encode(), REDRIVE: redrive_id.encode(), "dlq_by": by.encode()}
    return Message(dead_letters_of(letter.topic), letter.record.key, b"", headers)


def redrive_of(headers: Mapping[str, bytes]) -> str:
    """The redrive that a record comes by; empty for one that comes as usual."""
    return headers.get(REDRIVE, b"").decode("utf-8", errors="replace")


def _text(record: Record, name: str) -> str:
    return record.headers.get(name, b"").decode("utf-8", errors="replace")


def _whole(record: Record, name: str) -> int | None:
    text = _text(record, name)
    return int(text) if text.isascii() and text.isdigit() else None


def _number(record: Record, name: str) -> float | None:
    try:
        return float(_text(record, name))
    except ValueError:
        return None
