"""From the request that brings a recording to the MP4 it is one trace, over all services: one tree, with all of it."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from parts.collector import Collector, Told
from processes.planted import WORDS
from processes.test_three_recordings import api_key, completed
from town.customer import Talk
from town.town import Town, town

MAKERS = {"gateway", "director", "transcription", "planner", "kling-gateway", "renderer"}
DEAR = {
    "transcription": {"recognise and align"},
    "planner": {"plan scenes"},
    "kling-gateway": {"order", "sim create", "wait for the provider", "poll", "sim read", "download", "upload"},
    "renderer": {"render segments", "join", "upload"},
}
"""What takes long, or costs something."""
WAY = [
    ("director", "process results"),
    ("renderer", "send results"),
    ("renderer", "process render.requests"),
    ("director", "create render.requests"),
    ("director", "process results"),
    ("kling-gateway", "send results"),
    ("kling-gateway", "process asset.requests"),
    ("director", "create asset.requests"),
    ("director", "process results"),
    ("planner", "send results"),
    ("planner", "process plan.requests"),
    ("director", "create plan.requests"),
    ("director", "process results"),
    ("transcription", "send results"),
    ("transcription", "process transcription.requests"),
    ("director", "create transcription.requests"),
    ("director", "reelwright.rpc.v1.ProjectService/CompleteUpload"),
    ("gateway", "reelwright.rpc.v1.ProjectService/CompleteUpload"),
    ("gateway", "PUT /v1/projects/{project_id}/audio"),
]
"""From the director's hearing that the video is made back to the upload, each step's parent after it."""


async def make(here: Town, talk: Talk, key: str) -> dict[str, Any]:
    """A video by HTTP alone, without a stop, and its history."""
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=here.fleet.apis[0], headers=headers, timeout=120) as http:
        wanted = {"script": f"{WORDS['script']} {talk.script}", "title": WORDS["title"]}
        project = (await http.post("/v1/projects", json=wanted)).json()
        named = {"Content-Disposition": f"attachment; filename={WORDS['file']}.wav"}
        uploaded = await http.put(project["upload"]["url"], content=talk.audio.read_bytes(), headers=named)
        assert uploaded.status_code == 200, uploaded.text
        await completed(http, project["id"])
        history = (await http.get(f"/v1/projects/{project['id']}/history")).json()
    return {"id": project["id"], "history": history}


def shown_by_ops(here: Town, project_id: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "reelwright_standalone", "ops", "project", "show", project_id, "--json"]
    env = {**here.fleet.env, "REELWRIGHT_DIRECTOR_ADDRESS": f"ipv4:{','.join(here.fleet.directors)}"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    shown: dict[str, Any] = json.loads(done.stdout)
    return shown


@pytest.mark.timeout(600)
async def test_an_upload_leads_to_its_video_in_one_trace(
    tmp_path: Path, shared_parts: dict[str, dict[str, str]], short_talk: Talk, collector: Collector
) -> None:
    async with town(tmp_path, shared_parts, short_talk, count={"gateway": 1}, short=False, env=collector.env) as here:
        key = await asyncio.to_thread(api_key, here.fleet)
        made = await make(here, short_talk, key)
        shown = await asyncio.to_thread(shown_by_ops, here, made["id"])
        for name in here.fleet.names():
            assert here.fleet.stop(name) == 0, (name, here.fleet.members[name].said())
        logs = {name: member.log.read_text("utf-8") for name, member in here.fleet.members.items()}
    print(f"one scene: {len(collector.spans)} spans")  # noqa: T201 - a figure of the docs
    (upload,) = [each for each in collector.spans if each.name == "PUT /v1/projects/{project_id}/audio"]
    spans = collector.of(upload.trace_id)
    is_one_tree(spans, upload)
    holds_all_of_it(spans, made["id"], collector)
    assert [(each.service, each.name) for each in way_back(spans)] == WAY
    is_told_alike(upload.trace_id, made["history"], shown, logs)
    secrets = {**{what: WORDS[what] for what in ("script", "title", "file")}, "key": key}
    assert [(what, each.name) for each in collector.spans for what, word in secrets.items() if word in each.text] == []


def is_one_tree(spans: list[Told], root: Told) -> None:
    ids = {each.span_id for each in spans}
    assert len(ids) == len(spans)
    assert [each.name for each in spans if each.parent_id not in ids] == [root.name]
    assert root.parent_id == ""
    for each in spans:
        if each.kind == "CONSUMER":
            assert each.links == ((each.trace_id, each.parent_id),), each.name


def holds_all_of_it(spans: list[Told], project_id: str, collector: Collector) -> None:
    assert {each.service for each in spans} == MAKERS
    for service, names in DEAR.items():
        assert names <= {each.name for each in spans if each.service == service}, service
    worked_on = [each for each in collector.spans if each.kind == "CONSUMER" and each.name != "process project.events"]
    assert {each.attributes["reelwright.project_id"] for each in worked_on} == {project_id}
    assert {each.trace_id for each in worked_on} == {spans[0].trace_id}
    assert not [each.name for each in spans if each.failed]


def way_back(spans: list[Told]) -> Iterator[Told]:
    """From what the director heard last to the first request."""
    by_id = {each.span_id: each for each in spans}
    (at,) = [
        each for each in spans if each.attributes.get("reelwright.event") == "VideoRendered" and each.kind == "CONSUMER"
    ]
    yield at
    while at.parent_id:
        at = by_id[at.parent_id]
        yield at


def is_told_alike(trace_id: str, history: Any, shown: dict[str, Any], logs: dict[str, str]) -> None:
    """By the API, by the operator's command, and in every log."""
    attempts = [entry for entry in history["items"] if entry.get("attempt")]
    assert {entry["stage"] for entry in attempts} == {"transcription", "plan", "asset", "render"}
    assert {entry["trace_id"] for entry in attempts} == {trace_id}
    assert {entry["trace_id"] for entry in shown["history"] if entry.get("attempt")} == {trace_id}
    silent = [name for name, text in logs.items() if trace_id not in text and not name.startswith("kling-sim")]
    assert silent == []
