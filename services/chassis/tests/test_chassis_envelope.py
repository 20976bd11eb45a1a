"""Events go out as CloudEvents and come back as they were; what is not ours is refused."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from google.protobuf.message import Message as Proto
from hypothesis import given
from hypothesis import strategies as st

from reelwright.events.v1.facts_pb2 import ProjectChanged, TranscriptReady, WorkFailed
from reelwright.events.v1.requests_pb2 import PlanRequested, RenderRequested
from reelwright_chassis.bus.port import Message, Record
from reelwright_chassis.envelope import decode, encode, event_type, trace_of
from reelwright_chassis.errors import Undecodable
from reelwright_chassis.trace import TraceContext, parse_trace

IDS: dict[str, Any] = {"tenant_id": "local", "user_id": "local", "project_id": "p1", "request_id": "r1"}


def received(message: Message) -> Record:
    return Record(message.topic, 0, 7, message.key, message.value, message.headers, 0.0)


def test_encode_writes_cloudevents_binary_mode() -> None:
    message = encode(PlanRequested(**IDS), source="director", time=datetime(2030, 1, 2, tzinfo=UTC))
    headers = {name: value.decode() for name, value in message.headers.items()}
    assert re.fullmatch("[0-9A-HJKMNP-TV-Z]{26}", headers.pop("ce_id"))
    assert parse_trace(headers.pop("traceparent"))
    assert headers == {
        "ce_specversion": "1.0",
        "ce_source": "/reelwright/director",
        "ce_type": "reelwright.events.v1.PlanRequested",
        "ce_time": "2030-01-02T00:00:00Z",
        "ce_subject": "p1",
        "content-type": "application/protobuf",
    }
    assert PlanRequested.FromString(message.value) == PlanRequested(**IDS)


@pytest.mark.parametrize(
    ("fact", "topic", "key"),
    [
        (PlanRequested(**IDS), "plan.requests", "r1"),
        (RenderRequested(**IDS), "render.requests", "r1"),
        (TranscriptReady(**IDS), "results", "p1"),
        (WorkFailed(**IDS), "results", "p1"),
        (ProjectChanged(**IDS), "project.changes", "p1"),
    ],
)
def test_each_type_goes_to_its_topic_under_its_key(fact: Proto, topic: str, key: str) -> None:
    message = encode(fact, source="x")
    assert (message.topic, message.key) == (topic, key)


def test_a_producer_may_name_another_topic() -> None:
    assert encode(RenderRequested(**IDS), source="x", topic="render-gpu.requests").topic == "render-gpu.requests"


def test_a_topic_takes_only_what_it_is_declared_to_carry() -> None:
    with pytest.raises(ValueError, match="results does not carry"):
        encode(RenderRequested(**IDS), source="x", topic="results")


def test_decode_gives_the_message_of_whichever_type_it_is() -> None:
    record = received(encode(WorkFailed(**IDS, reason_code="stalled"), source="x"))
    assert decode(record, TranscriptReady, WorkFailed) == WorkFailed(**IDS, reason_code="stalled")
    assert event_type(record) == "reelwright.events.v1.WorkFailed"


@pytest.mark.parametrize(
    "changes",
    [
        {"headers": {}},
        {"headers": {"ce_type": b"reelwright.events.v1.PlanRequested"}},
        {"headers": {"ce_type": b"\xff", "content-type": b"application/protobuf", "ce_specversion": b"1.0"}},
        {"value": b"\xff\xff\xff"},
    ],
)
def test_what_is_not_such_an_event_is_undecodable(changes: dict[str, Any]) -> None:
    good = received(encode(PlanRequested(**IDS), source="x"))
    with pytest.raises(Undecodable):
        decode(replace(good, **changes), PlanRequested)


def test_another_type_is_undecodable() -> None:
    with pytest.raises(Undecodable, match="PlanRequested, which is not for this consumer"):
        decode(received(encode(PlanRequested(**IDS), source="x")), WorkFailed)


def test_the_step_that_sends_it_is_what_it_carries() -> None:
    trace = replace(TraceContext.new(), state="a=b")
    assert trace_of(received(encode(PlanRequested(**IDS), source="x", trace=trace))) == trace


@pytest.mark.parametrize(
    "bad",
    [
        None,
        "",
        "00-" + "0" * 32 + "-" + "1" * 16 + "-01",
        "00-" + "1" * 32 + "-" + "0" * 16 + "-01",
        "ff-" + "1" * 32 + "-" + "1" * 16 + "-01",
        "00-" + "1" * 32 + "-" + "1" * 16 + "-01-more",
        "00-" + "A" * 32 + "-" + "1" * 16 + "-01",
        "00-" + "1" * 31 + "-" + "1" * 16 + "-01",
    ],
)
def test_a_malformed_traceparent_is_none(bad: str | None) -> None:
    assert parse_trace(bad) is None


def test_a_later_version_may_say_more() -> None:
    assert parse_trace("01-" + "1" * 32 + "-" + "1" * 16 + "-00-more") == TraceContext("1" * 32, "1" * 16, 0)


@pytest.mark.parametrize("state", ["é=1", "a=\n", "a=" + "b" * 511])
def test_a_bad_tracestate_is_dropped_but_not_the_trace(state: str) -> None:
    trace = parse_trace("00-" + "1" * 32 + "-" + "1" * 16 + "-01", state)
    assert trace is not None
    assert trace.state == ""


@given(st.binary(max_size=8), st.text(max_size=80))
def test_no_bytes_raise_anything_but_undecodable(value: bytes, header: str) -> None:
    record = Record("t", 0, 0, "", value, {"ce_type": header.encode("utf-8", "replace"), "traceparent": value}, 0.0)
    with pytest.raises(Undecodable):
        decode(record, PlanRequested)
    trace_of(record)
