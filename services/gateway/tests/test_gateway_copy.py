"""Copies: the same recording, words and pictures, of another length or style; nothing is asked of a provider again."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from apihouse import VIDEO, House, house

from reelwright.events.v1 import requests_pb2 as requests


async def copied(here: House, project: dict[str, Any], key: str = "", **wanted: Any) -> dict[str, Any]:
    headers = {"Idempotency-Key": key} if key else {}
    answer = await here.http.post(f"/v1/projects/{project['id']}/copy", json=wanted, headers=headers)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    assert answer.headers["location"].endswith(told["id"])
    return told


async def words(here: House, project: dict[str, Any]) -> list[dict[str, Any]]:
    told = (await here.http.get(f"/v1/projects/{project['id']}/transcript")).json()
    heard: list[dict[str, Any]] = told["words"]
    return heard


async def blobs(here: House, prefix: str) -> list[str]:
    return [info.key async for info in here.parts.blobs.list(prefix)]


async def test_another_style_takes_the_scenes_as_they_are_and_only_renders(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        done = await here.finished(title="One", labels={"campaign": "autumn"}, script="one two three four")
        before = len(here.asked)
        made = await copied(here, done, caption_style="pop", title="Two", client_reference="second")
        assert made["id"] != done["id"]
        assert made["estimate"] == {"cost_usd_at_most": 0.0, "stages": ["render"], "assets": 0}
        other = await here.until(made, "completed")
        assert [type(request) for request in here.asked[before:]] == [requests.RenderRequested]
        assert (other["cost_usd"], other["quality"], other["stale"]) == (0, "full", [])
        assert (other["settings"]["caption_style"], other["settings"]["title"]) == ("pop", "Two")
        assert (other["client_reference"], other["labels"]) == ("second", {})
        assert other["audio"] == done["audio"]
        assert [scene["cost_usd"] for scene in other["scenes"]] == [0, 0]
        assert await words(here, other) == await words(here, done)
        untouched = await here.get(done)
        assert untouched["version"] == done["version"]


async def test_another_length_is_planned_anew_and_shows_the_same_pictures(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        done = await here.finished()
        before = len(here.asked)
        other = await here.until(await copied(here, done, target_duration_s=30), "completed")
        kinds = [type(request) for request in here.asked[before:]]
        assert kinds == [requests.PlanRequested, requests.RenderRequested]
        assert other["cost_usd"] == 0
        shown = {scene["asset_id"] for scene in other["scenes"]}
        assert len(shown) == len(other["scenes"])
        assert not shown & {scene["asset_id"] for scene in done["scenes"]}, "takes are a project's own"

        again = await here.http.post(f"/v1/projects/{other['id']}/assets/{min(shown)}/regenerate")
        assert again.json()["estimate"]["assets"] == 1, "another take is bought when it is asked for"


async def test_each_lives_on_without_the_other(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        done = await here.finished()
        other = await here.until(await copied(here, done, caption_style="pop"), "completed")
        assert len(await blobs(here, "ai-generated/")) == 4
        assert (await here.http.delete(f"/v1/projects/{done['id']}")).status_code == 204
        changes = here.parts.bus.follow("project.deletions")
        while await blobs(here, f"audio-projects/{done['id']}/"):
            await anext(changes)
        takes = (await here.http.get(f"/v1/projects/{other['id']}/assets")).json()["items"]
        for take in takes:
            link = take["file"]["url"].removeprefix("http://127.0.0.1:8080")
            assert (await here.http.get(link)).content == VIDEO
        assert len(await blobs(here, f"audio-projects/{other['id']}/")) == 1
        assert len(await blobs(here, "ai-generated/")) == 2


async def test_an_own_picture_comes_along(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        done = await here.finished()
        found, data = cv2.imencode(".png", np.zeros((40, 30, 3), np.uint8))
        assert found
        await here.http.put(f"/v1/projects/{done['id']}/scenes/s0/picture", content=data.tobytes())
        for target_s in (None, 30):
            other = await here.until(await copied(here, done, target_duration_s=target_s), "completed")
            assert other["scenes"][0]["provider"] == "user"
            (key,) = await blobs(here, f"audio-projects/{other['id']}/own/")
            assert await here.parts.blobs.read(key) == data.tobytes()


async def test_without_autostart_and_at_its_gate_a_copy_waits(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        done = await here.finished()
        assert (await copied(here, done, autostart=False))["state"] == "planned"
        assert (await copied(here, done, autostart=False, target_duration_s=30))["state"] == "transcribed"
        at_gate = await copied(here, done, review="scenes")
        assert (at_gate["state"], at_gate["waiting_on"]) == ("planned", "user")
        approved = await here.http.post(f"/v1/projects/{at_gate['id']}/scenes/approve", params={"dry_run": True})
        assert approved.json()["estimate"]["cost_usd_at_most"] == 0


async def test_the_same_key_copies_once(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        done = await here.finished()
        first = await copied(here, done, key="k", autostart=False)
        assert (await copied(here, done, key="k", autostart=False))["id"] == first["id"]
        other = await here.http.post(
            f"/v1/projects/{done['id']}/copy", json={"title": "x"}, headers={"Idempotency-Key": "k"}
        )
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_a_copy_whose_answer_was_lost_is_answered_alike_whatever_became_of_its_source(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        done = await here.finished(title="One")
        first = await copied(here, done, key="k", caption_style="pop", autostart=False)
        path = f"/v1/projects/{done['id']}"
        assert (await here.http.patch(path, json={"title": "Other", "budget_usd": 9})).status_code == 200
        assert (await copied(here, done, key="k", caption_style="pop", autostart=False))["id"] == first["id"]
        assert (await here.http.delete(path)).status_code == 204
        again = await copied(here, done, key="k", caption_style="pop", autostart=False)
        assert (again["id"], again["settings"]["title"]) == (first["id"], "One")


async def test_what_is_named_is_otherwise_and_the_rest_is_the_sources(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        own: dict[str, Any] = {
            "title": "One",
            "direction": "fog",
            "budget_usd": 0.5,
            "caption_style": "pop",
            "lowest_rung": "card",
        }
        done = await here.finished(**own)
        named: dict[str, Any] = {"title": "", "budget_usd": 0.0, "review": "both", "caption_style": "karaoke"}
        made = await copied(here, done, autostart=False, **named)
        assert made["settings"] == {**done["settings"], **named}
        assert (await copied(here, done, autostart=False))["settings"] == done["settings"]


async def test_a_copy_that_is_given_the_style_that_it_has_is_not_stale(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        other = await here.until(await copied(here, await here.finished(), caption_style="pop"), "completed")
        same = await here.http.patch(f"/v1/projects/{other['id']}", json={"caption_style": "pop"})
        assert (same.status_code, same.json()["stale"]) == (200, [])


@pytest.mark.parametrize(("upload", "code"), [(False, "audio_missing"), (True, "transcript_missing")])
async def test_what_has_no_words_yet_is_not_copied(tmp_path: Path, upload: bool, code: str) -> None:
    async with house(tmp_path, workers=False) as here:
        made = await here.create(autostart=False)
        if upload:
            await here.upload(made)
        answer = await here.http.post(f"/v1/projects/{made['id']}/copy", json={})
        assert (answer.status_code, answer.json()["code"]) == (409, code)
        other = await here.http.post(f"/v1/projects/{made['id']}/copy", json={"look": "paper"})
        assert (other.status_code, other.json()["errors"][0]["pointer"]) == (422, "/look")
