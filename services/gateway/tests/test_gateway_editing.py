"""Editing over HTTP: words, scenes, takes, stages. What it costs is said before, and only what hangs on it is made."""

import json
from pathlib import Path
from typing import Any

import pytest
from apihouse import House, house

from reelwright.events.v1 import requests_pb2 as requests


def _asked(here: House, kind: type) -> int:
    return sum(1 for request in here.asked if isinstance(request, kind))


async def _post(here: House, project: dict[str, Any], path: str, status: int = 200, **params: Any) -> dict[str, Any]:
    answer = await here.http.post(f"/v1/projects/{project['id']}/{path}", params=params)
    assert answer.status_code == status, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def _read(here: House, project: dict[str, Any], path: str) -> dict[str, Any]:
    answer = await here.http.get(f"/v1/projects/{project['id']}/{path}")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_with_both_gates_the_user_says_when_it_goes_on(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        made = await here.create(review="both")
        none = await here.http.get(f"/v1/projects/{made['id']}/transcript")
        assert (none.status_code, none.json()["code"]) == (404, "transcript_missing")
        await here.upload(made)
        at_gate = await here.until(made, "transcribed")
        assert at_gate["waiting_on"] == "user"
        words = (await _read(here, made, "transcript"))["words"]
        assert [word["text"] for word in words] == ["one", "two", "three", "four", "five", "six", "seven", "eight"]
        approved = await _post(here, made, "transcript/approve")
        assert approved["estimate"] == {"cost_usd_at_most": 0.0, "stages": ["plan"], "assets": 0}
        await here.until(made, "planned")
        scenes = (await _read(here, made, "scenes"))["scenes"]
        assert [(scene["id"], scene["asset_id"]) for scene in scenes] == [("s0", None), ("s1", None)]
        before = await _post(here, made, "scenes/approve", dry_run=True)
        assert before["estimate"] == {"cost_usd_at_most": 0.056, "stages": ["asset", "render"], "assets": 2}
        assert (await here.get(made))["state"] == "planned"
        await _post(here, made, "scenes/approve")
        await here.until(made, "completed")


async def test_words_that_stay_keep_their_times(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        done = await here.finished()
        edit = {"text": "One, two and three four five six seven ate"}
        edited = await here.http.put(f"/v1/projects/{done['id']}/transcript", json=edit)
        assert (edited.status_code, edited.json()["state"]) == (200, "transcribed")
        assert edited.json()["stale"] == ["plan", "render"]
        words = (await _read(here, done, "transcript"))["words"]
        assert [word["text"] for word in words] == edit["text"].split()
        assert (words[0]["start_s"], words[0]["end_s"]) == (0.0, 4.5)
        assert (words[3]["text"], words[3]["start_s"]) == ("three", 10.0)
        assert (words[8]["start_s"], words[8]["end_s"]) == (35.0, 39.5)
        await _post(here, done, "video", 202)
        await here.until(done, "completed")
        assert _asked(here, requests.AssetRequested) == 2
        assert _asked(here, requests.PlanRequested) == 1


async def test_a_text_can_be_aligned_with_the_recording(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        done = await here.finished()
        edit = {"text": "entirely other words", "align": "recording"}
        edited = await here.http.put(f"/v1/projects/{done['id']}/transcript", json=edit)
        assert (edited.json()["state"], edited.json()["estimate"]["stages"]) == ("transcribing", ["transcription"])
        await here.until(done, "transcribed")
        words = (await _read(here, done, "transcript"))["words"]
        assert [word["text"] for word in words] == ["entirely", "other", "words"]


@pytest.mark.parametrize(
    "edit",
    [
        {},
        {"text": "a", "words": [{"text": "a"}]},
        {"text": "  "},
        {"words": []},
        {"words": [{"text": "a", "start_s": 1, "end_s": 2}, {"text": "b"}]},
        {"words": [{"text": "a", "start_s": float("nan"), "end_s": 2}]},
        {"words": [{"text": "a", "start_s": 3, "end_s": 2}]},
        {"words": [{"text": "b", "start_s": 3, "end_s": 4}, {"text": "a", "start_s": 1, "end_s": 2}]},
    ],
)
async def test_words_that_make_no_sense_are_refused(tmp_path: Path, edit: dict[str, Any]) -> None:
    async with house(tmp_path) as here:
        made = await here.create(review="transcript")
        await here.upload(made)
        await here.until(made, "transcribed")
        path, sent = f"/v1/projects/{made['id']}/transcript", json.dumps(edit)  # which sends NaN, as httpx would not
        answer = await here.http.put(path, content=sent, headers={"Content-Type": "application/json"})
        assert answer.status_code == 422, answer.text


async def test_one_prompt_otherwise_costs_one_picture(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        done = await here.finished()
        path = f"/v1/projects/{done['id']}/scenes/s1"
        would = await here.http.patch(path, json={"prompt": "a lake"}, params={"dry_run": True})
        assert would.json()["stale"] == ["asset", "render"]
        assert (await here.get(done))["stale"] == []
        edited = await here.http.patch(path, json={"prompt": "a lake", "transition": "wipe", "look": "ocean"})
        assert (edited.status_code, edited.json()["state"]) == (200, "planned")
        scene = (await _read(here, done, "scenes"))["scenes"][1]
        assert (scene["prompt"], scene["transition"], scene["look"]) == ("a lake", "wipe", "ocean")
        assert scene["asset_id"] is None
        begun = await _post(here, done, "assets", 202)
        assert begun["estimate"] == {"cost_usd_at_most": 0.028, "stages": ["asset", "render"], "assets": 1}
        await here.until(done, "completed")
        assert _asked(here, requests.AssetRequested) == 3


async def test_scenes_are_put_in_another_order_and_with_other_passages(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        done = await here.finished()
        path = f"/v1/projects/{done['id']}/scenes"
        tag = {"If-Match": (await here.http.get(path)).headers["etag"]}
        edit = {
            "title": "Another",
            "scenes": [
                {"id": "s1"},
                {"id": "s0", "passages": [{"start_s": 0, "end_s": 4.6}]},
                {"passages": [{"start_s": 25, "end_s": 30}], "kind": "card", "prompt": "words"},
            ],
        }
        assert (await here.http.put(path, json=edit, headers=tag)).status_code == 200
        told = await _read(here, done, "scenes")
        assert [(scene["id"], scene["text"]) for scene in told["scenes"]][1:] == [("s0", "one"), ("scene-1", "six")]
        assert [scene["start_s"] for scene in told["scenes"]] == [0.0, 10.0, 14.6]
        assert told["title"] == "Another"
        assert (await here.http.put(path, json=edit, headers=tag)).status_code == 412


@pytest.mark.parametrize(
    "scenes",
    [
        [{"id": "unheard-of"}],
        [{"prompt": "no passage"}],
        [{"passages": [{"start_s": 50, "end_s": 60}]}],
        [{"id": "s0"}, {"id": "s0"}],
        [{"id": "s0", "prompt": "x" * 2_501}],
        [],
    ],
)
async def test_scenes_that_cannot_be_are_refused(tmp_path: Path, scenes: list[dict[str, Any]]) -> None:
    async with house(tmp_path) as here:
        done = await here.finished()
        refused = await here.http.put(f"/v1/projects/{done['id']}/scenes", json={"scenes": scenes})
        assert refused.status_code == 422, refused.text


async def test_takes_are_added_and_older_ones_chosen_for_nothing(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        done = await here.finished()
        takes = (await _read(here, done, "scenes/s0/takes"))["items"]
        assert [(take["take"], take["shown"]) for take in takes] == [(1, True)]
        first = takes[0]["id"]
        would = await _post(here, done, f"assets/{first}/regenerate", 202, dry_run=True)
        assert would["estimate"] == {"cost_usd_at_most": 0.028, "stages": ["asset"], "assets": 1}
        await _post(here, done, f"assets/{first}/regenerate", 202)
        await here.until(done, "ready_for_compilation")
        takes = (await _read(here, done, "scenes/s0/takes"))["items"]
        assert [(take["take"], take["shown"]) for take in takes] == [(1, False), (2, True)]
        chosen = await _post(here, done, f"assets/{first}/choose")
        assert chosen["scenes"][0]["asset_id"] == first
        assert len((await _read(here, done, "assets"))["items"]) == 3
        unknown = await here.http.post(f"/v1/projects/{done['id']}/assets/asset-0/choose")
        assert (unknown.status_code, unknown.json()["code"]) == (404, "asset_not_found")


async def test_a_stage_that_runs_is_not_started_twice(tmp_path: Path) -> None:
    async with house(tmp_path, workers=False) as here:
        made = await here.create(autostart=False)
        assert (await here.http.post(f"/v1/projects/{made['id']}/video")).json()["code"] == "audio_missing"
        await here.upload(made)
        would = await _post(here, made, "transcription", 202, dry_run=True)
        assert would["estimate"]["stages"] == ["transcription", "plan", "asset", "render"]
        await _post(here, made, "transcription", 202)
        again = await here.http.post(f"/v1/projects/{made['id']}/transcription")
        assert (again.status_code, again.json()["code"]) == (409, "stage_running")


async def test_without_a_planner_nobody_rewrites(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        done = await here.finished()
        answer = await here.http.post(f"/v1/projects/{done['id']}/scenes/s0/rewrite", json={"wish": "brighter"})
        assert (answer.status_code, answer.json()["code"]) == (503, "rewrite_unavailable")
        none = await here.http.post(f"/v1/projects/{done['id']}/scenes/s9/rewrite", json={})
        assert (none.status_code, none.json()["code"]) == (404, "scene_not_found")
