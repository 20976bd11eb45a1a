"""Projects, brakes and keys, operated over gRPC by the command."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from google.protobuf.message import Message
from ops.company import Company, company, served
from ops.operating import Operator
from parts.ports import free_port

from reelwright.events.v1 import requests_pb2
from reelwright_chassis.bus.sqlite import SqliteBus
from reelwright_chassis.errors import Reject, Retry
from reelwright_chassis.testing import running
from reelwright_chassis.worker import Job
from reelwright_director.terms import State


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Company]:
    bus = await SqliteBus.open(tmp_path / "bus.sqlite")
    async with company(bus, tmp_path, max_errors=1) as opened:
        yield opened
    await bus.close()


@pytest.fixture
def operator(here: Company) -> Operator:
    return Operator({"REELWRIGHT_DIRECTOR_ADDRESS": here.address})


async def test_many_failed_projects_are_found_and_retried(here: Company, operator: Operator) -> None:
    async def down(request: Message, job: Job) -> Message:
        if isinstance(request, requests_pb2.AssetRequested):
            raise Retry("no", reason_code="kling_credentials")
        if isinstance(request, requests_pb2.PlanRequested) and request.project_id == "p0":
            raise Reject("plan_no_words", "There are no words.")
        return await served(request, job)

    names = [f"p{number}" for number in range(6)]
    async with running(*here.workers()):
        here.handle = down
        for number, name in enumerate(names):
            await here.create(name, f"t{number % 2}")
        await here.until(State.FAILED, *names)

        listed = (await operator.run("ops", "projects", "list", "--status", "failed", "--json")).data
        assert {line["project_id"] for line in listed["projects"]} == set(names)
        assert [count["reasons"] for count in listed["counts"]] == [{"kling_credentials": 5, "plan_no_words": 1}]
        page = (await operator.run("ops", "projects", "list", "--tenant", "t1", "--limit", "1")).out
        assert "The first 1; there may be more" in page
        assert "3 failed (kling_credentials 3)" in page
        assert "private" not in page

        here.handle = served
        tried = await operator.run("ops", "projects", "retry", "--reason", "kling_credentials", "--dry-run")
        assert tried.out == "Would retry 5 projects. Nothing was changed.\n"
        done = await operator.run("ops", "projects", "retry", "--reason", "kling_credentials", "--since", "1h")
        assert done.out == "Retried 5 of 5 projects.\n"
        await here.until(State.COMPLETED, *names[1:])
        again = await operator.run("ops", "projects", "retry", "--reason", "kling_credentials")
        assert again.out == "No project fits; nothing was changed.\n"
        one = await operator.run("ops", "project", "retry", "p0")
        assert one.out.startswith("p0 is planning again.")
        await here.until(State.COMPLETED, "p0")


async def test_projects_are_canceled_by_whoever_is_sure(here: Company, operator: Operator) -> None:
    for name in ("p0", "p1"):
        await here.create(name, name)
    everything = await operator.run("ops", "projects", "cancel", "--yes", code=2)
    assert everything.err.startswith("That would cancel every project")
    unsure = await operator.run("ops", "projects", "cancel", "--tenant", "p0", code=2)
    assert "Add --yes" in unsure.err
    done = await operator.run("ops", "projects", "cancel", "--tenant", "p0", "--yes", "--json")
    assert done.data == {"dry_run": False, "found": 1, "done": 1, "not_needed": 0, "refused": {}}
    assert [(await here.project(name)).state for name in ("p0", "p1")] == [State.CANCELED, State.TRANSCRIBING]
    ended = await operator.run("ops", "projects", "cancel", "--status", "completed", "--yes", code=2)
    assert ended.err == "Projects in this state have ended; nothing of them can be canceled.\n"


async def test_a_pause_holds_and_says_who_pulled_it(here: Company, operator: Operator) -> None:
    paused = await operator.run("ops", "pause", "assets", "--why", "balance used up")
    assert paused.out.startswith("Paused: asset for all tenants.")
    async with running(*here.workers()):
        await here.create("p1")
        await here.until(State.GENERATING, "p1")
        shown = (await operator.run("ops", "project", "show", "p1")).out
        first = shown.splitlines()[0]
        assert first.startswith("Waits for ")
        assert "because the asset stage was paused by anna" in first
        assert first.endswith("(balance used up), until it is resumed.")
        assert "Resume it: reelwright ops resume asset." in shown
        status = (await operator.run("ops", "status", "--json")).data
        assert [(brake["stage"], brake["by"], brake["why"]) for brake in status["brakes"]] == [
            ("STAGE_ASSET", "anna", "balance used up")
        ]
        assert "asset" in (await operator.run("ops", "status", "asset", "--tenant", "t")).out
        assert "Nothing is paused." in (await operator.run("ops", "status", "render")).out
        other = await operator.run("ops", "resume", "asset", "--tenant", "t", code=1)
        assert other.out.startswith("Not paused: asset for tenant t.")
        await operator.run("ops", "resume", "asset")
        await here.until(State.COMPLETED, "p1")


async def test_keys_are_made_listed_and_revoked(operator: Operator) -> None:
    made = await operator.run(
        *("ops", "keys", "create", "--tenant", "t", "--user", "u", "--scope", "admin", "--label", "ci"),
        *("--expires", "90d"),
    )
    key = made.out.strip()
    assert key.startswith("rw_")
    assert key not in made.err
    assert "shown this once" in made.err
    (listed,) = (await operator.run("ops", "keys", "list", "--tenant", "t", "--json")).data
    assert (listed["created_by"], listed["scopes"], listed["label"]) == ("anna", ["admin"], "ci")
    assert "good until" in (await operator.run("ops", "keys", "list")).out
    revoked = await operator.run("ops", "keys", "revoke", key)
    assert revoked.out.startswith(f"Revoked {listed['key_id']} of u.")
    assert "by anna" in (await operator.run("ops", "keys", "list")).out
    wrong = await operator.run("ops", "keys", "create", "--tenant", "t", "--user", "u", "--scope", "root", code=2)
    assert wrong.err.startswith("'root' is no scope; there are projects:read")
    unknown = await operator.run("ops", "keys", "revoke", "nothing", code=2)
    assert unknown.err.startswith("There is no such API key.")


async def test_a_director_that_answers_is_well(operator: Operator) -> None:
    (finding,) = (await operator.run("ops", "check", "--part", "director", "--json")).data
    assert finding["said"].startswith("answers in ")


async def test_half_a_cluster_is_said_to_be_half(operator: Operator) -> None:
    alone = await operator.run("ops", "topics", "lag", code=2)
    assert alone.err.startswith("REELWRIGHT_KAFKA_BOOTSTRAP_SERVERS is not set, and other parts of a cluster are")


async def test_a_director_that_is_away_is_said_to_be() -> None:
    away = Operator({"REELWRIGHT_DIRECTOR_ADDRESS": f"127.0.0.1:{free_port()}"})
    said = await away.run("ops", "status", code=1)
    assert said.err.startswith("A part does not answer: gRPC: UNAVAILABLE.")
    assert "reelwright ops check" in said.err
