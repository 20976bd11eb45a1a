"""One process with all services in it: a video is one trace where that is asked for; elsewhere nothing is loaded."""

from collections.abc import Iterator

import pytest
from e2e.command import Reelwright
from e2e.conftest import Talk
from parts.collector import Collector, collecting

LOADING = {"PYTHONPROFILEIMPORTTIME": "1"}
"""Has Python tell every module that it imports, on standard error."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as taking:
        yield taking


def test_a_video_is_one_trace(reelwright: Reelwright, short_talk: Talk, collector: Collector) -> None:
    short_talk.into(reelwright.folder)
    reelwright.environment |= collector.env
    reelwright.make("talk.wav", "--script", "talk.txt")
    (made,) = [each for each in collector.spans if each.name == "make"]
    spans = collector.of(made.trace_id)
    assert [each.name for each in spans if not each.parent_id] == ["make"]
    assert {each.service for each in spans} == {"reelwright"}
    stages = {each.attributes.get("reelwright.stage") for each in spans if each.kind == "CONSUMER"}
    assert {"transcription", "plan", "asset", "render"} <= stages
    assert {each.attributes["messaging.system"] for each in spans if each.kind == "CONSUMER"} == {"sqlite"}
    text = short_talk.script.read_text("utf-8")
    assert not [each.name for each in spans if text[:20] in each.text or "talk.wav" in each.text]


def test_where_it_is_turned_off_nothing_is_sent_or_loaded(
    reelwright: Reelwright, short_talk: Talk, collector: Collector
) -> None:
    short_talk.into(reelwright.folder)
    reelwright.environment |= {**collector.env, "OTEL_SDK_DISABLED": "true", **LOADING}
    done = reelwright.run("make", "talk.wav", "--script", "talk.txt", "--offline", "--json")
    assert done.code == 0, done
    assert "reelwright_chassis.worker" in done.err, "modules are told"
    assert "opentelemetry.sdk" not in done.err
    assert collector.headers == []
