"""A9.1, A9.4, A9.7: both dialects over one task store, from the create to the bill."""

from __future__ import annotations

from typing import Any

import pytest

from reelwright_kling_sim.testing import Bench, MakeBench

PICTURE = {"model_name": "kling-v3", "prompt": "a lighthouse", "aspect_ratio": "9:16"}


async def test_a_new_clip_is_created_looked_up_and_downloaded(bench: Bench) -> None:
    created = await bench.data(
        "POST",
        "/text-to-video/kling-3.0-turbo",
        json={
            "prompt": "waves",
            "settings": {"aspect_ratio": "9:16", "duration": 3},
            "options": {"external_task_id": "a1-0"},
        },
    )
    assert created == {
        "id": created["id"],
        "status": "submitted",
        "create_time": bench.sim.simulator.now_ms(),
        "update_time": bench.sim.simulator.now_ms(),
        "external_id": "a1-0",
    }
    assert len(created["id"]) == 18
    assert created["id"].isdecimal()
    await bench.sim.settle()

    task = await bench.task(created["id"])
    assert (task["status"], task["message"], task["external_id"]) == ("succeeded", "", "a1-0")
    assert task["billing"] == [{"charge_type": "unit", "amount": "2.4", "package_type": "video", "list_price": "0.336"}]
    (output,) = task["outputs"]
    assert (output["type"], output["duration"], "watermark_url" in output) == ("video", "3.041", False)
    assert (await bench.client.get(output["url"])).content.startswith(b"720x1280 3.042 auto")


async def test_a_legacy_picture_has_its_own_words(bench: Bench) -> None:
    created = await bench.data("POST", "/v1/images/generations", json=PICTURE | {"n": 2, "external_task_id": "a2-1"})
    assert (created["task_status"], created["task_info"]) == ("submitted", {"external_task_id": "a2-1"})
    await bench.sim.settle()

    for asked in (created["task_id"], "a2-1"):
        task = await bench.data("GET", f"/v1/images/generations/{asked}")
        assert (task["task_status"], task["final_unit_deduction"]) == ("succeed", "16")
        assert task["final_balance_deduction"] == {"quota": "0", "list_price": "0.056"}
    images = task["task_result"]["images"]
    assert [image["index"] for image in images] == [0, 1]
    assert (await bench.client.get(images[1]["url"])).content.startswith(b"1080x1920")


async def test_a_legacy_clip_can_be_marked(bench: Bench) -> None:
    body = {"model_name": "kling-v2-6", "prompt": "rain", "mode": "pro", "duration": "10", "sound": "on"}
    created = await bench.data(
        "POST", "/v1/videos/text2video", json=body | {"aspect_ratio": "1:1", "watermark_info": {"enabled": True}}
    )
    await bench.sim.settle()
    task = await bench.data("GET", f"/v1/videos/text2video/{created['task_id']}")
    (video,) = task["task_result"]["videos"]
    assert (video["duration"], video["watermark_url"]) == ("10.041", video["url"])
    assert (task["watermark_info"], task["final_unit_deduction"]) == ({"enabled": True}, "10")
    assert (await bench.client.get(video["url"])).content.startswith(b"1080x1080")


async def test_legacy_tasks_show_in_the_new_look_up_normalised(bench: Bench) -> None:
    clip = await bench.clip(external_task_id="clip")
    picture = await bench.data("POST", "/v1/images/generations", json=PICTURE | {"external_task_id": "picture"})
    await bench.sim.settle()
    found = await bench.data("GET", "/tasks", params={"external_task_ids": "clip,picture,unknown"})
    assert [(task["id"], task["status"]) for task in found] == [
        (clip, "succeeded"),
        (picture["task_id"], "succeeded"),
    ]
    assert found[1]["outputs"][0]["type"] == "image"
    assert await bench.data("GET", "/tasks", params={"task_ids": "1"}) == []


async def test_a_look_up_by_one_product_does_not_find_another(bench: Bench) -> None:
    picture = await bench.data("POST", "/v1/images/generations", json=PICTURE)
    response = await bench.client.get(f"/v1/images/omni-image/{picture['task_id']}")
    assert (response.status_code, response.json()["code"]) == (400, 1201)
    assert response.json()["message"] == f"Task not found by id/external id: {picture['task_id']}"


async def test_the_new_list_pages_through_everything_newest_first(bench: Bench) -> None:
    assert await bench.data("POST", "/tasks", json={}) == {"count": 0, "has_more": False}
    clips = [await bench.clip(f"clip {number}") for number in range(3)]
    await bench.data("POST", "/v1/images/generations", json=PICTURE)
    await bench.sim.settle()

    query: dict[str, Any] = {"limit": 2, "filters": [{"key": "product_type", "values": ["video"]}]}
    first = await bench.data("POST", "/tasks", json=query)
    assert ([task["id"] for task in first["result"]], first["has_more"]) == ([clips[2], clips[1]], True)
    rest = await bench.data("POST", "/tasks", json=query | {"cursor": first["next_cursor"]})
    assert ([task["id"] for task in rest["result"]], rest["has_more"]) == ([clips[0]], False)
    assert "next_cursor" not in rest
    failed = await bench.data("POST", "/tasks", json={"filters": [{"key": "status", "values": ["failed"]}]})
    assert failed == {"count": 0, "has_more": False}


async def test_the_new_list_looks_back_thirty_days_unless_told(bench: Bench) -> None:
    await bench.clip()
    bench.clock.advance(31 * 86_400)
    assert (await bench.data("POST", "/tasks", json={}))["count"] == 0
    assert (await bench.data("POST", "/tasks", json={"start_time": "0"}))["count"] == 1


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 501},
        {"cursor": "nonsense"},
        {"start_time": "soon"},
        {"filters": [{"key": "colour", "values": []}]},
        {"filters": ["status"]},
    ],
)
async def test_a_list_that_makes_no_sense_is_refused(bench: Bench, query: dict[str, Any]) -> None:
    assert (await bench.post("/tasks", query)).json()["code"] == 1201


async def test_the_legacy_list_pages_by_number(bench: Bench) -> None:
    for number in range(3):
        await bench.data("POST", "/v1/images/generations", json=PICTURE | {"external_task_id": f"p{number}"})
    pages = [
        await bench.data("GET", "/v1/images/generations", params={"pageNum": page, "pageSize": 2}) for page in (1, 2)
    ]
    assert [[task["task_info"]["external_task_id"] for task in page] for page in pages] == [["p2", "p1"], ["p0"]]
    refused = await bench.client.get("/v1/images/generations", params={"pageSize": 501})
    assert refused.json()["message"] == "pageSize value '501' is invalid"


async def test_unknown_and_misplaced_fields_are_ignored(bench: Bench) -> None:
    body = {"prompt": "dunes", "aspect_ratio": "9:16", "cfg_scale": 9, "nonsense": True}
    created = await bench.data("POST", "/text-to-video/kling-3.0", json=body)
    await bench.sim.settle()
    (output,) = (await bench.task(created["id"]))["outputs"]
    assert (await bench.client.get(output["url"])).content.startswith(b"1280x720")


async def test_money_is_taken_at_completion_and_only_for_success(bench_with: MakeBench) -> None:
    async with bench_with(video_units="100", latency="seeded") as bench:
        await bench.clip("one", external_task_id="ok-0")
        await bench.clip("two [[sim:fail]]", external_task_id="ko-0")
        assert await _remaining(bench) == 100
        assert [row.is_charged for row in await bench.sim.ledger()] == [False, False]
        bench.clock.advance(600)
        await bench.sim.settle()
        assert await _remaining(bench) == 96
        (charged,) = await bench.sim.ledger("ok")
        (failed,) = await bench.sim.ledger("ko")
    assert (charged.status, str(charged.charged_units), charged.finished_at_ms) == (
        "succeeded",
        "4",
        charged.accepted_at_ms + 600_000,
    )
    assert (failed.status, str(failed.charged_units), str(failed.price_units)) == ("failed", "0", "4")


async def _remaining(bench: Bench) -> float:
    window = {"start_time": 0, "end_time": bench.sim.simulator.now_ms()}
    packs = (await bench.data("GET", "/account/costs", params=window))["resource_pack_subscribe_infos"]
    return float(next(pack["remaining_quantity"] for pack in packs if "Video" in pack["resource_pack_name"]))


async def test_packs_outside_the_window_are_not_even_an_empty_list(bench: Bench) -> None:
    before = bench.sim.simulator.now_ms() - 1
    answer = await bench.data("GET", "/account/costs", params={"start_time": 0, "end_time": before})
    assert answer == {"code": 0, "msg": "Success"}
    for query in ("start_time=0", "start_time=0&end_time=now"):
        assert (await bench.client.get(f"/account/costs?{query}")).json()["code"] == 1201


async def test_a_pack_that_is_used_up_says_so(bench_with: MakeBench) -> None:
    async with bench_with(video_units="4", image_units="0") as bench:
        await bench.clip()
        await bench.sim.settle()
        window = {"start_time": 0, "end_time": bench.sim.simulator.now_ms()}
        (pack,) = (await bench.data("GET", "/account/costs", params=window))["resource_pack_subscribe_infos"]
    assert (pack["status"], pack["remaining_quantity"], pack["total_quantity"]) == ("runOut", 0.0, 4.0)


async def test_the_ledger_page_keeps_everybodys_words_to_itself(bench: Bench) -> None:
    await bench.clip("a secret prompt", external_task_id="a1-0")
    await bench.clip("another one", external_task_id="b1-0")
    response = await bench.client.get("/_sim/ledger", params={"external_prefix": "a1"})
    (row,) = response.json()
    assert (row["external_task_id"], row["product"], row["price_units"]) == ("a1-0", "text-to-video", "4")
    assert "secret" not in response.text
    assert (await bench.client.get("/_sim/healthz")).json() == {"well": True}
