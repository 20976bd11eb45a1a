"""Logs are lines of fields: an action, ids, no words of anybody's."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from reelwright_chassis.logs import about, configure_logs, get_logger
from reelwright_chassis.tracing import span


@pytest.fixture
def restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, config = root.handlers, root.level, structlog.get_config()
    yield
    root.handlers, root.level = handlers, level
    structlog.configure(**config)


@pytest.fixture
def stream(restored: None) -> io.StringIO:
    stream = io.StringIO()
    configure_logs(service="planner", style="json", stream=stream)
    return stream


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_has_its_action_and_the_ids_around_it(stream: io.StringIO) -> None:
    with about(project_id="p1", request_id="r1"):
        get_logger("here").info("job_ended", seconds=1.5)
    (line,) = lines(stream)
    assert line.pop("timestamp")
    assert line == {
        "action": "job_ended",
        "level": "info",
        "logger": "here",
        "project_id": "p1",
        "request_id": "r1",
        "seconds": 1.5,
        "service": "planner",
    }


def test_a_stream_that_takes_no_more_costs_lines_and_nothing_else(stream: io.StringIO) -> None:
    stream.close()
    get_logger("here").info("job_ended")


def test_nothing_is_told_where_the_handler_was_taken_away(stream: io.StringIO) -> None:
    logging.getLogger().handlers.clear()
    get_logger("here").error("job_ended")
    assert stream.getvalue() == ""


def test_a_librarys_line_goes_the_same_way(stream: io.StringIO) -> None:
    logging.getLogger("some.library").warning("took %d tries", 3)
    (line,) = lines(stream)
    assert (line["action"], line["message"], line["logger"]) == ("library", "took 3 tries", "some.library")


def test_a_talkative_library_says_the_same_once_in_a_while(
    stream: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = logging.getLogger("aiokafka.conn")
    library.setLevel(logging.DEBUG)
    for node in range(100):
        library.error("cannot connect to %s", node)
    library.debug("sending %s", "somebody's words")
    library.error("something else")
    monkeypatch.setattr("reelwright_chassis.logs._AGAIN_AFTER_S", 0.0)
    library.error("cannot connect to %s", 100)
    library.setLevel(logging.NOTSET)
    assert [line["message"] for line in lines(stream)] == [
        "cannot connect to 0",
        "something else",
        "cannot connect to 100",
    ]


def test_a_line_names_its_trace(stream: io.StringIO) -> None:
    with span("step") as step:
        get_logger("here").info("within")
    get_logger("here").info("beside")
    within, beside = lines(stream)
    assert within["trace_id"] == step.context.trace_id
    assert "trace_id" not in beside


def fail() -> None:
    raise FileNotFoundError(2, "No such file", "my secret diary.mp3")


def test_an_exception_is_told_without_its_message(stream: io.StringIO) -> None:
    try:
        fail()
    except FileNotFoundError:
        get_logger("here").exception("job_try_crashed")
    (line,) = lines(stream)
    assert "diary" not in stream.getvalue()
    assert (line["exception"], line["errno"]) == ("builtins.FileNotFoundError", 2)
    assert line["stack"][-1].endswith(" fail")


def test_debug_tells_all(restored: None) -> None:
    stream = io.StringIO()
    configure_logs(service="planner", style="json", level="debug", stream=stream)
    try:
        fail()
    except FileNotFoundError:
        get_logger("here").exception("job_try_crashed")
    assert "diary" in stream.getvalue()


def test_levels_below_are_left_out_and_long_values_are_cut(stream: io.StringIO) -> None:
    get_logger("here").debug("detail")
    get_logger("here").info("long", text="x" * 1000)
    (line,) = lines(stream)
    assert len(line["text"]) == 303


def test_before_it_is_configured_only_warnings_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        fail()
    except FileNotFoundError:
        get_logger("here").exception("job_try_crashed")
    get_logger("here").info("job_ended")
    told = capsys.readouterr().err
    assert "action='job_try_crashed'" in told
    assert "diary" not in told
    assert "job_ended" not in told


def test_pretty_lines_are_for_people(restored: None) -> None:
    stream = io.StringIO()
    configure_logs(service="planner", style="pretty", stream=stream)
    get_logger("here").info("job_ended", seconds=1.5)
    assert "job_ended" in stream.getvalue()
    assert "seconds=1.5" in stream.getvalue()
