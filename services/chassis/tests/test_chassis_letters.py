"""Dead letters: what their headers say, and how one is sent again."""

from reelwright_chassis.bus.port import Message, Record
from reelwright_chassis.letters import Letter, again, death_headers, mark, read_letters, redrive_of

DLQ = "plan.requests.dlq"
ENVELOPE = {"ce_type": b"reelwright.events.v1.PlanRequested", "ce_subject": b"p1"}


def record(message: Message, offset: int, partition: int = 0, timestamp_s: float = 50.0) -> Record:
    return Record(message.topic, partition, offset, message.key, message.value, message.headers, timestamp_s)


def letter_record(offset: int = 0, partition: int = 0) -> Record:
    origin = Record("plan.requests", 7, 42, "k", b"bytes", ENVELOPE, 10.0)
    headers = death_headers(
        topic="plan.requests", group="planner", attempts=5, failed_at_s=20.0, error="KeyError", origin=origin
    )
    return record(Message(DLQ, "k", b"bytes", {**ENVELOPE, **headers}), offset, partition)


def only(*records: Record) -> Letter:
    (letter,) = read_letters(records)
    return letter


def test_a_letter_tells_where_it_came_from() -> None:
    letter = only(letter_record(3, 2))
    assert (letter.topic, letter.partition, letter.offset, letter.group) == ("plan.requests", 7, 42, "planner")
    assert (letter.attempts, letter.failed_at_s, letter.error) == (5, 20.0, "KeyError")
    assert (letter.name, letter.type, letter.project_id) == ("plan.requests/2/3", "PlanRequested", "p1")
    assert letter.redriven_at_s is None


def test_a_letter_written_anew_has_no_place() -> None:
    headers = death_headers(topic="plan.requests", group="planner", attempts=5, failed_at_s=20.0, error="stalled")
    letter = only(record(Message(DLQ, "k", b"bytes", headers), 0))
    assert (letter.partition, letter.offset, letter.error) == (None, None, "stalled")


def test_what_others_put_there_is_a_letter_too() -> None:
    letter = only(record(Message(DLQ, "k", b"bytes", {"dlq_attempts": b"many", "dlq_failed_at": b"\xff"}), 0))
    assert (letter.topic, letter.attempts, letter.failed_at_s, letter.error) == ("plan.requests", 0, 50.0, "unknown")


def test_what_is_sent_again_is_the_original() -> None:
    sent = again(only(letter_record()), "r1")
    assert (sent.topic, sent.key, sent.value) == ("plan.requests", "k", b"bytes")
    assert sent.headers == {**ENVELOPE, "dlq_redrive": b"r1"}
    assert (redrive_of(sent.headers), redrive_of(ENVELOPE)) == ("r1", "")


def test_a_mark_says_which_letter_was_sent_again() -> None:
    first, second = letter_record(0), letter_record(1)
    sent = mark(read_letters([first, second])[1], "r1", "anna")
    assert (sent.topic, sent.key, sent.value) == (DLQ, "k", b"")
    marked = read_letters([first, second, record(sent, 2, timestamp_s=99.0)])
    assert [letter.redriven_at_s for letter in marked] == [None, 99.0]


def test_a_mark_is_of_its_own_partition_and_topic() -> None:
    sent = mark(only(letter_record(1, partition=4)), "r1", "anna")
    same_place = Record("results.dlq", 4, 1, "k", b"x", {}, 1.0)
    letters = read_letters([letter_record(1, partition=5), same_place, record(sent, 2, partition=4)])
    assert [letter.redriven_at_s for letter in letters] == [None, None]


def test_a_letter_that_died_twice_is_sent_with_its_own_headers() -> None:
    """A redriven record that ends among the dead again carries the first redrive's id: it is not sent along."""
    redriven = again(only(letter_record()), "r1")
    headers = death_headers(topic="plan.requests", group="planner", attempts=1, failed_at_s=30.0, error="KeyError")
    twice = only(record(Message(DLQ, "k", b"bytes", {**redriven.headers, **headers}), 5))
    assert again(twice, "r2").headers == {**ENVELOPE, "dlq_redrive": b"r2"}
