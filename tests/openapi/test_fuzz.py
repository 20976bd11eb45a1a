"""The whole API, tried by schemathesis with authentication: no server error, and no answer that is not documented."""

import asyncio
import json
from pathlib import Path

import httpx
import pytest
from e2e.command import Reelwright
from openapi.answering import answering
from openapi.fuzzing import SECONDS, fuzz
from openapi.issuing import ServedIssuer
from town.customer import Talk
from town.town import town

pytestmark = pytest.mark.timeout(300 + 3 * SECONDS)
PHASES = "examples,coverage,fuzzing,stateful" if SECONDS > 60 else "examples,fuzzing,stateful"
SERVICES = {"gateway": 1, "preview": 1}
LIMITS = (f"--phases={PHASES}", f"--max-time={SECONDS}")


def test_serve_answers_as_documented(tmp_path: Path, issuer: ServedIssuer, short_talk: Talk) -> None:
    served = Reelwright(tmp_path / "home", tmp_path, environment=issuer.env())
    with served.serving() as (_, address):
        with httpx.Client(base_url=address, headers=issuer.headers(), timeout=120) as http:
            projects = [made(http, short_talk, "none", "completed"), made(http, short_talk, "both", "transcribed")]
        fuzz(address, issuer.token(), projects, tmp_path, *LIMITS).must_be_clean()


async def test_the_services_on_kafka_answer_as_documented(
    tmp_path: Path, issuer: ServedIssuer, shared_parts: dict[str, dict[str, str]], short_talk: Talk
) -> None:
    async with town(tmp_path, shared_parts, short_talk, count=SERVICES, short=False, env=issuer.env()) as here:
        api = here.fleet.apis[0]
        await asyncio.to_thread(_try, api, issuer, short_talk, tmp_path)


def _try(api: str, issuer: ServedIssuer, talk: Talk, folder: Path) -> None:
    with httpx.Client(base_url=api, headers=issuer.headers(), timeout=120) as http:
        projects = [made(http, talk, "scenes", "planned")]
    fuzz(api, issuer.token(), projects, folder, *LIMITS).must_be_clean()


def made(http: httpx.Client, talk: Talk, review: str, state: str) -> str:
    """A project that has come this far; its id."""
    created = http.post("/v1/projects", json={"script": talk.script, "review": review}).json()
    uploaded = http.put(f"/v1/projects/{created['id']}/audio", content=talk.audio.read_bytes())
    assert uploaded.status_code == 200, uploaded.text
    with http.stream("GET", f"/v1/projects/{created['id']}/events") as answer:
        for line in answer.iter_lines():
            told = json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else {}
            assert told.get("state") != "failed", told
            if told.get("state") == state:
                return str(created["id"])
    raise AssertionError("the stream ended")


@pytest.mark.parametrize(("status", "found"), [(418, "Undocumented status code"), (500, "Server error")])
def test_an_answer_that_is_not_documented_is_found(tmp_path: Path, status: int, found: str) -> None:
    get = {"operationId": "get_thing", "responses": {"200": {"description": "A thing."}}}
    document = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {"/thing": {"get": get}}}
    with answering({"/openapi.json": (200, document), "/thing": (status, {})}) as url:
        tried = fuzz(url, "token", ["p"], tmp_path, "--phases=fuzzing", "--max-examples=3")
    assert tried.code == 1, tried.said
    assert found in tried.said
