"""Traces by the real SDK: when they are made, what they hold, where they go, and what it takes to want them."""

import subprocess
import sys
from pathlib import Path

import pytest
from parts.collector import Collector, Told, collecting
from parts.ports import free_port

from reelwright_chassis.errors import SettingsError
from reelwright_chassis.trace import TraceContext
from reelwright_chassis.tracing import Kind, current, exemplar, span
from reelwright_chassis.tracing.settings import TracingSettings
from reelwright_chassis.tracing.start import check_tracing, tracing

CALLER = TraceContext("1" * 32, "2" * 16, 1, "vendor=told")


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in (TracingSettings.variable(field) for field in TracingSettings.model_fields):
        monkeypatch.delenv(variable, raising=False)


def sent(monkeypatch: pytest.MonkeyPatch, **more: str) -> tuple[Collector, TraceContext]:
    """What a collector was told of a request in two steps, and the context that the inner one gave away."""
    with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        for variable, text in more.items():
            monkeypatch.setenv(variable, text)
        with (
            tracing("planner"),
            span("request", Kind.SERVER, parent=CALLER),
            span("send results", Kind.PRODUCER, links=[TraceContext("3" * 32, "4" * 16)]) as step,
        ):
            step.set({"reelwright.project_id": "p1", "reelwright.stage": "x" * 1000})
            step.fail("internal")
            given = step.context
            assert current() == given
    return collector, given


def by_name(spans: list[Told]) -> dict[str, Told]:
    return {each.name: each for each in spans}


def test_spans_are_sent_with_their_place_and_no_more_than_they_were_told(monkeypatch: pytest.MonkeyPatch) -> None:
    collector, given = sent(monkeypatch, OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer%20quillfrond")
    spans = by_name(collector.spans)
    outer, inner = spans["request"], spans["send results"]
    assert (outer.trace_id, outer.parent_id, outer.kind) == (CALLER.trace_id, CALLER.span_id, "SERVER")
    assert (inner.trace_id, inner.parent_id, inner.kind) == (CALLER.trace_id, outer.span_id, "PRODUCER")
    assert (given.trace_id, given.span_id, given.flags, given.state) == (
        inner.trace_id,
        inner.span_id,
        1,
        "vendor=told",
    )
    assert inner.links == (("3" * 32, "4" * 16),)
    assert (inner.failed, inner.attributes["error.type"], inner.events) == (True, "internal", 0)
    assert (inner.attributes["messaging.system"], len(inner.attributes["reelwright.stage"])) == ("kafka", 200)
    assert {each.service for each in collector.spans} == {"planner"}
    assert "authorization" in {name.lower() for headers in collector.headers for name in headers}
    assert not any("quillfrond" in each.text for each in collector.spans)


def test_an_exceptions_message_is_in_no_span(monkeypatch: pytest.MonkeyPatch) -> None:
    with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        with tracing("planner"), pytest.raises(ValueError, match="words"), span("step"):
            raise ValueError("somebody's words")
    (step,) = collector.spans
    assert step.attributes["error.type"] == "builtins.ValueError"
    assert "words" not in step.text


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({}, "planner"),
        ({"OTEL_SERVICE_NAME": "mine"}, "mine"),
        ({"OTEL_RESOURCE_ATTRIBUTES": "service.name=ours"}, "ours"),
    ],
)
def test_the_environment_may_name_the_process(monkeypatch: pytest.MonkeyPatch, more: dict[str, str], name: str) -> None:
    collector, _ = sent(monkeypatch, **more)
    assert {each.service for each in collector.spans} == {name}


def test_a_sampler_decides_what_is_kept_and_what_is_an_example(monkeypatch: pytest.MonkeyPatch) -> None:
    with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        monkeypatch.setenv("OTEL_TRACES_SAMPLER", "parentbased_always_off")
        with tracing("planner"):
            with span("nobody asked", parent=None) as step:
                assert exemplar() is None
                assert not step.context.flags & 1
            with span("asked", parent=CALLER):
                assert exemplar() == {"trace_id": CALLER.trace_id}
    assert [each.name for each in collector.spans] == ["asked"]


@pytest.mark.parametrize("off", [{"OTEL_SDK_DISABLED": "TRUE"}, {"OTEL_TRACES_EXPORTER": "none"}])
def test_it_can_be_turned_off_by_a_variable(monkeypatch: pytest.MonkeyPatch, off: dict[str, str]) -> None:
    collector, given = sent(monkeypatch, OTEL_EXPORTER_OTLP_PROTOCOL="grpc", **off)
    assert collector.headers == []
    assert given.trace_id == CALLER.trace_id


@pytest.mark.parametrize(
    ("variable", "text", "said"),
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318", "http:// or https://"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "http/protobuf"),
        ("OTEL_TRACES_EXPORTER", "zipkin", "otlp or none"),
        ("OTEL_TRACES_SAMPLER", "sometimes", "parentbased_traceidratio"),
        ("OTEL_TRACES_SAMPLER_ARG", "7", "OTEL_TRACES_SAMPLER_ARG='7'"),
    ],
)
def test_what_is_not_right_is_said(monkeypatch: pytest.MonkeyPatch, variable: str, text: str, said: str) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv(variable, text)
    with pytest.raises(SettingsError, match=said):
        TracingSettings.load()


def test_a_package_that_is_missing_is_named_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "reelwright_chassis.tracing.otel", raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    check_tracing(TracingSettings.load())
    with pytest.raises(SettingsError, match=r"reelwright-chassis\[tracing\]"):
        check_tracing(TracingSettings.load(endpoint="http://127.0.0.1:4318"))


def test_a_collector_that_is_away_keeps_no_process_from_its_end(tmp_path: Path) -> None:
    """A step is made and given up; the log says so, and nothing else."""
    code = (
        "from reelwright_chassis.logs import configure_logs; from reelwright_chassis.tracing import span;"
        "from reelwright_chassis.tracing.start import tracing; configure_logs(service='x', style='json');\n"
        "with tracing('x'), span('step'): pass"
    )
    env = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{free_port()}"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_of_it_is_loaded_unless_it_is_wanted() -> None:
    code = (
        "import sys; from reelwright_chassis.tracing.start import tracing; import reelwright_chassis.worker;\n"
        "with tracing('x'): print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    done = subprocess.run([sys.executable, "-c", code], env={}, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
