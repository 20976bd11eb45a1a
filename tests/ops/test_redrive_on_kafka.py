"""Dead letters on the real broker: found, read, sent again once; and the projects that failed for them go on."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from google.protobuf.message import Message
from kafka.support import settings_of
from ops.company import Company, company, served
from ops.operating import Operator
from parts.shared import shared_part

from reelwright.events.v1 import facts_pb2, requests_pb2
from reelwright_chassis.bus.kafka import KafkaBus
from reelwright_chassis.bus.kafka_settings import KafkaSettings
from reelwright_chassis.bus.kafka_topics import provision_topics
from reelwright_chassis.bus.port import Message as Outgoing
from reelwright_chassis.testing import running
from reelwright_chassis.topics import topics
from reelwright_chassis.worker import Job
from reelwright_director.decide import core
from reelwright_director.terms import State


@pytest.fixture
async def kafka(tmp_path_factory: pytest.TempPathFactory) -> KafkaSettings:
    """With topics of its own."""
    settings = settings_of(shared_part(tmp_path_factory, "kafka"))
    await provision_topics(settings, topics(), partitions=2)
    return settings


@pytest.fixture
async def here(kafka: KafkaSettings, tmp_path: Path) -> AsyncIterator[Company]:
    bus = await KafkaBus.open(kafka)
    async with company(bus, tmp_path, max_errors=2) as opened:
        yield opened
    await bus.close()


@pytest.fixture
def operator(kafka: KafkaSettings, here: Company) -> Operator:
    return Operator({
        "REELWRIGHT_KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
        "REELWRIGHT_KAFKA_TOPIC_PREFIX": kafka.topic_prefix,
        "REELWRIGHT_DIRECTOR_ADDRESS": here.address,
    })  # fmt: skip


async def stumble(request: Message, job: Job) -> Message:
    """A handler with a mistake of its own in the last stage."""
    if isinstance(request, requests_pb2.RenderRequested):
        raise ZeroDivisionError("private words")
    return await served(request, job)


async def test_a_poisoned_request_fails_its_project_and_a_redrive_completes_it(
    here: Company, operator: Operator
) -> None:
    here.handle = stumble
    async with running(*here.workers()):
        await here.create("p1")
        await here.until(State.FAILED, "p1")
        shown = await operator.run("ops", "project", "show", "p1")
        assert shown.out.startswith("Failed ")
        assert "in its render stage: " in shown.out.splitlines()[0]
        assert "(attempts_exhausted)" in shown.out.splitlines()[0]

        (letter,) = (await operator.run("ops", "dlq", "list", "--json")).data
        assert (letter["topic"], letter["project_id"], letter["attempts"]) == ("render.requests", "p1", 2)
        assert (letter["error"], letter["type"], letter["redriven_at"]) == (
            "attempts_exhausted",
            "RenderRequested",
            None,
        )
        assert "render.requests" in (await operator.run("ops", "dlq", "list")).out

        tried = (await operator.run("ops", "dlq", "redrive", "--topic", "render.requests", "--dry-run", "--json")).data
        assert tried == {"dry_run": True, "found": 1, "sent": 1, "sent_before": 0}
        here.handle = served
        sent = (await operator.run("ops", "dlq", "redrive", letter["letter"], "--json")).data
        assert (sent["sent"], sent["sent_before"]) == (1, 0)
        await here.until(State.COMPLETED, "p1")

        again = (await operator.run("ops", "dlq", "redrive", "--all", "--json")).data
        assert (again["sent"], again["sent_before"]) == (0, 1)
        assert "1 were sent again before" in (await operator.run("ops", "dlq", "redrive", "--all")).out
        (listed,) = (await operator.run("ops", "dlq", "list", "--json")).data
        assert listed["redriven_at"] is not None
        forced = (await operator.run("ops", "dlq", "redrive", "--all", "--force", "--json")).data
        assert forced["sent"] == 1
    assert (await here.project("p1")).last_video == 1, "the forced one was dropped: there is a video"


async def test_what_fails_again_is_dead_again_and_can_be_sent_again(here: Company, operator: Operator) -> None:
    here.handle = stumble
    async with running(*here.workers()):
        await here.create("p1")
        await here.until(State.FAILED, "p1")
        await operator.run("ops", "dlq", "redrive", "--all")
        found = (await operator.run("ops", "dlq", "list", "--json")).data
        while len(found) < 2:
            found = (await operator.run("ops", "dlq", "list", "--json")).data
        assert [bool(letter["redriven_at"]) for letter in found] == [False, True]
        here.handle = served
        assert (await operator.run("ops", "dlq", "redrive", "--all", "--json")).data["sent"] == 1
        await here.until(State.COMPLETED, "p1")


async def test_a_fact_that_broke_the_director_is_sent_again(
    here: Company, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    async with running(*here.workers()):
        with monkeypatch.context() as patch:
            patch.setitem(core._HANDLERS, facts_pb2.ScenesPlanned, broken)
            await here.create("p1")
            await here.until(State.FAILED, "p1")
            found: list[dict[str, str]] = []
            while not found:
                found = (await operator.run("ops", "dlq", "list", "--topic", "results", "--json")).data
            assert (found[0]["type"], found[0]["error"]) == ("ScenesPlanned", "builtins.ZeroDivisionError")
        await operator.run("ops", "dlq", "redrive", "--topic", "results", "--error", "zerodivision")
        await here.until(State.COMPLETED, "p1")


async def test_an_unreadable_request_fails_its_project_with_a_reason(here: Company, operator: Operator) -> None:
    """Its worker is too old for it, say; once it is not, the letter is sent again."""
    await here.create("p1")
    (request,) = (await here.project("p1")).requests
    broken = Outgoing("transcription.requests", request.request_id, b"\xff\xff", {"ce_subject": b"p1"})
    await here.parts.bus.publish([broken])

    async def slow(asked: Message, job: Job) -> Message:
        raise ZeroDivisionError

    here.handle = slow
    async with running(*here.workers()):
        await here.until(State.FAILED, "p1")
        found: list[dict[str, str]] = []
        while not found:
            found = (await operator.run("ops", "dlq", "list", "--error", "Undecodable", "--json")).data
        shown = await operator.run("ops", "dlq", "show", found[0]["letter"])
        assert "these 2 bytes are no message that is known here" in shown.out
        assert "ff ff" not in shown.out
        assert "ff ff" in (await operator.run("ops", "dlq", "show", found[0]["letter"], "--reveal")).out


async def test_a_letter_is_shown_without_anybodys_words(here: Company, operator: Operator) -> None:
    here.handle = stumble
    async with running(*here.workers()):
        await here.create("p1")
        await here.until(State.FAILED, "p1")
        (letter,) = (await operator.run("ops", "dlq", "list", "--json")).data
        shown = await operator.run("ops", "dlq", "show", letter["letter"])
        assert "dlq_error" in shown.out
        assert '"project_id": "p1"' in shown.out
        assert "prompt 0" not in shown.out
        assert "(8 characters)" in shown.out
        revealed = (await operator.run("ops", "dlq", "show", letter["letter"], "--reveal", "--json")).data
        assert revealed["message"]["plan"]["scenes"][0]["visual_prompt"] == "prompt 0"
        wrong = await operator.run("ops", "dlq", "show", "render.requests/1/99", code=2)
        assert wrong.err.startswith("'render.requests/1/99' is no dead letter that fits; see `reelwright ops dlq list`")


async def test_lag_is_told_by_topic_and_group(here: Company, operator: Operator) -> None:
    await here.create("p1")
    lags = (await operator.run("ops", "topics", "lag", "--json")).data
    by_topic = {(lag["topic"], lag["group"]): lag for lag in lags}
    waiting = by_topic["transcription.requests", "transcription"]
    assert waiting["lag"] == 1
    assert waiting["oldest_at"] > 1_700_000_000
    assert by_topic["plan.requests", "planner"]["lag"] == 0
    assert "transcription.requests" in (await operator.run("ops", "topics", "lag")).out
