"""Every service as an OS process of its own, on the real parts: three recordings become three videos at once."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import av
import httpx
import pytest
from e2e.judging import picture_faults
from town import verdict
from town.customer import Talk
from town.fleet import Fleet
from town.town import town

SERVICES = {"director": 2, "renderer": 2, "preview": 1, "gateway": 1}
"""Beside one of each other kind."""


def api_key(fleet: Fleet) -> str:
    """As an operator makes one."""
    command = [sys.executable, "-m", "reelwright_standalone", "ops", "keys", "create", "--tenant", "t", "--user", "u"]
    env = {**fleet.env, "REELWRIGHT_DIRECTOR_ADDRESS": f"ipv4:{','.join(fleet.directors)}"}
    return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout.strip()


async def make(http: httpx.AsyncClient, talk: Talk) -> bytes:
    """From the recording to the MP4, by HTTP alone."""
    created = await http.post("/v1/projects", json={"script": talk.script, "title": "A short talk"})
    assert created.status_code == 201, created.text
    project = created.json()
    uploaded = await http.put(project["upload"]["url"], content=talk.audio.read_bytes())
    assert uploaded.status_code == 200, uploaded.text
    done = await completed(http, project["id"])
    async with httpx.AsyncClient() as anybody:  # the link alone opens it
        answer = await anybody.get(done["video"]["video"]["url"])
    assert answer.status_code == 200
    return answer.content


async def completed(http: httpx.AsyncClient, project_id: str) -> dict[str, Any]:
    """Watches its events until it is."""
    async with http.stream("GET", f"/v1/projects/{project_id}/events") as answer:
        async for line in answer.aiter_lines():
            told = json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else {}
            assert told.get("state") != "failed", told
            if told.get("state") == "completed":
                break
    found: dict[str, Any] = (await http.get(f"/v1/projects/{project_id}")).json()
    assert found["state"] == "completed", found
    return found


def check(video: Path) -> None:
    """At full size, as long as what was said, all of it can be decoded, and nothing of it is black."""
    with av.open(str(video)) as media:
        picture = media.streams.video[0]
        assert (picture.codec_context.width, picture.codec_context.height) == (1080, 1920)
        assert picture.codec_context.name == "h264"
        seconds = sum(1 for _ in media.decode(picture)) / 30
    assert 4.5 < seconds < 6.5
    assert not picture_faults(video, black_s=0.1, frozen_s=60.0)


@pytest.mark.timeout(600)
async def test_three_recordings_become_three_videos_at_once(
    tmp_path: Path, shared_parts: dict[str, dict[str, str]], short_talk: Talk
) -> None:
    async with town(tmp_path, shared_parts, short_talk, count=SERVICES, short=False) as here:
        headers = {"Authorization": f"Bearer {await asyncio.to_thread(api_key, here.fleet)}"}
        async with httpx.AsyncClient(base_url=here.fleet.apis[0], headers=headers, timeout=300) as http:
            videos = await asyncio.gather(*(make(http, short_talk) for _ in range(3)))
        for number, video in enumerate(videos):
            (tmp_path / f"{number}.mp4").write_bytes(video)
            check(tmp_path / f"{number}.mp4")
        verdict.paid_once(here.fleet.sim_state)
        for name in here.fleet.names():
            assert here.fleet.stop(name) == 0, (name, here.fleet.members[name].said())
