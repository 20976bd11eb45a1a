"""The whole way of a web front end by HTTP alone, on all services; what it tells in confidence is read nowhere else."""

import asyncio
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from openapi.issuing import ServedIssuer
from parts.collector import Collector
from processes.front_end import FrontEnd
from processes.planted import KEYS, WORDS, Planted
from processes.rows import rows
from processes.test_three_recordings import api_key
from processes.trusted import be_trusted
from town.customer import Talk
from town.town import Town, town
from town.waiting import until

SERVICES = {"preview": 1, "gateway": 1}
PATIENCE_S = 60.0
KEPT_TABLES = {"usage", "audit", "audio-projects"}
"""Where a deleted project's id may stand: what was charged, who deleted it, and that it is gone."""


@pytest.mark.timeout(600)
async def test_a_front_end_goes_the_whole_way_and_what_it_tells_is_read_nowhere(
    tmp_path: Path,
    shared_parts: dict[str, dict[str, str]],
    short_talk: Talk,
    issuer: ServedIssuer,
    collector: Collector,
) -> None:
    env = {**KEYS, **issuer.env(), **collector.env}
    async with town(tmp_path, shared_parts, short_talk, count=SERVICES, short=False, env=env) as here:
        planted = Planted({**WORDS, **KEYS, **of_the_deployment(here)}, collector)
        key = planted.hand("an API key", await asyncio.to_thread(api_key, here.fleet))
        headers, hooks = {"Authorization": f"Bearer {key}"}, {"response": [planted.hear]}
        async with httpx.AsyncClient(
            base_url=here.fleet.apis[0], headers=headers, timeout=120, event_hooks=hooks
        ) as http:
            front_end = FrontEnd(http, short_talk)
            project_id = await front_end.create()
            await make(front_end)
            assert (await front_end.download())[4:8] == b"ftyp"
            await be_refused(front_end)
            await fetch_in_vain(here, front_end)
            await be_trusted(here, front_end, issuer, planted)
            assert await of_project(here, project_id), "otherwise nothing is shown by its being gone"
            assert planted.found_in(rows(here.backing.env)), "the words are kept as long as the project is"
            await front_end.delete()
        assert await planted.seen(here) == []
        await until(lambda: is_gone(here, planted, project_id), PATIENCE_S, "rows, words and blobs are gone")


def of_the_deployment(here: Town) -> dict[str, str]:
    """What its operator keeps secret."""
    gateway = here.fleet.members["gateway-1"].env
    return {name: gateway[name] for name in ("AWS_SECRET_ACCESS_KEY", "REELWRIGHT_GATEWAY_SECRET")}


async def make(front_end: FrontEnd) -> None:
    """From the recording to the video, with a stop at either gate."""
    await front_end.upload()
    assert len(front_end.progress) > 5
    await front_end.watch("transcribed")
    await front_end.edit_transcript()
    await front_end.take("POST", "/transcript/approve")
    await front_end.watch("planned")
    await front_end.edit_scenes()
    await front_end.see_frame()
    await front_end.take("POST", "/scenes/approve")
    await front_end.watch("completed")


async def be_refused(front_end: FrontEnd) -> None:
    """By a mistake in each call, and a planted word."""
    secret = f"/{WORDS['file']}.mp3?token={WORDS['link']}"
    mistakes: list[tuple[str, str, dict[str, Any]]] = [
        ("PATCH", front_end.path, {"title": {"text": WORDS["title"]}}),
        ("PATCH", front_end.path, {"title": WORDS["title"] * 100}),
        ("PUT", f"{front_end.path}/transcript", {"text": WORDS["transcript"], "words": "both"}),
        ("PUT", f"{front_end.path}/transcript", {"words": [{"text": WORDS["transcript"], "start_s": -1}]}),
        ("PUT", f"{front_end.path}/scenes", {"scenes": [{"id": WORDS["prompt"], "prompt": WORDS["prompt"]}]}),
        ("POST", "/v1/webhooks", {"url": f"https://127.0.0.1:9{secret}"}),
        ("POST", "/v1/projects", {"audio": {"url": f"https://127.0.0.1:9{secret}"}}),
        ("POST", "/v1/projects", {"script": {"text": WORDS["script"]}}),
    ]
    for method, path, body in mistakes:
        answer = await front_end.http.request(method, path, json=body)
        assert 400 <= answer.status_code < 500, (method, path, answer.text)
    stranger = {"Authorization": f"Bearer {WORDS['token']}"}
    assert (await front_end.http.get(front_end.path, headers=stranger)).status_code == 401


async def fetch_in_vain(here: Town, front_end: FrontEnd) -> None:
    """From an address where nobody is; given up, by deleting it, once it was tried."""
    address = f"https://nobody.invalid/{WORDS['file']}.mp3?token={WORDS['link']}"
    fetched = await front_end.ask("POST", "/v1/projects", json={"audio": {"url": address}})
    failures = partial(here.fleet.metric, "gateway-1", "reelwright_jobs_total", worker="gateway", outcome="failed")
    await until(failures, PATIENCE_S, "it was tried")
    await front_end.ask("DELETE", f"/v1/projects/{fetched['id']}")


async def is_gone(here: Town, planted: Planted, project_id: str) -> bool:
    return not planted.found_in(rows(here.backing.env)) and not await of_project(here, project_id)


async def of_project(here: Town, project_id: str) -> list[str]:
    """Every blob, for there is one project, and its rows but those that outlive it."""
    blobs = [blob.key async for blob in here.backing.blobs.list("")]
    kept = [table for table, row in rows(here.backing.env) if project_id in row and table not in KEPT_TABLES]
    return blobs + kept
