"""A9.3, A9.6, A9.12: what is refused, in which order, and in the very words of the live service."""

from __future__ import annotations

import base64
import struct
from typing import Any

import pytest

from reelwright_kling_sim.errors import HTTP_STATUS, Code
from reelwright_kling_sim.testing import Bench, MakeBench

T2V = "/text-to-video/kling-3.0-turbo"
LEGACY_T2V = "/v1/videos/text2video"
IMAGES = "/v1/images/generations"
STATUS = {
    1000: 401, 1001: 401, 1002: 401, 1003: 401, 1004: 401, 1100: 429, 1101: 429, 1102: 429, 1103: 403, 1200: 400,
    1201: 400, 1202: 404, 1203: 404, 1300: 400, 1301: 400, 1302: 429, 1303: 429, 1304: 429, 5000: 500, 5001: 503,
    5002: 504,
}  # fmt: skip


def png(width: int, height: int) -> str:
    """The Base64 of a PNG's head, which is all that is read."""
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height)
    return base64.b64encode(head).decode()


def jpeg(width: int, height: int) -> str:
    """The Base64 of a JPEG's head, with a comment before its frame header."""
    head = b"\xff\xd8\xff\xfe\x00\x04hi\xff\xc0\x00\x11\x08" + struct.pack(">HH", height, width) + b"\x03"
    return base64.b64encode(head).decode()


def test_each_code_has_its_status() -> None:
    assert {int(code): status for code, status in HTTP_STATUS.items()} == STATUS


async def _refusal(bench: Bench, path: str, body: Any) -> tuple[int, int, str]:
    response = await bench.client.post(path, json=body)
    answer = response.json()
    assert set(answer) == {"code", "message", "request_id"}
    assert await bench.sim.ledger() == ()
    return response.status_code, answer["code"], answer["message"]


async def test_credentials_come_first_then_model_then_parameters(bench: Bench) -> None:
    response = await bench.client.post("/text-to-video/kling-v1", json={}, headers={"Authorization": ""})
    assert response.json()["code"] == Code.AUTH_EMPTY
    assert (await _refusal(bench, "/text-to-video/kling-v1", {}))[1] == Code.NOT_FOUND
    assert (await _refusal(bench, T2V, {}))[1] == Code.BAD_PARAMETER


async def test_then_the_duplicate_then_the_balance_then_the_slots(bench_with: MakeBench) -> None:
    async with bench_with(latency="seeded", video_slots=1, video_units="8") as bench:
        await bench.clip(external_task_id="a")
        again = {"prompt": "x", "options": {"external_task_id": "a"}}
        dear = {"prompt": "x", "settings": {"duration": 10}}
        answers = [(await bench.post(T2V, body)) for body in (again, dear, {"prompt": "x"})]
        assert [answer.json()["code"] for answer in answers] == [1201, 1102, 1303]
        assert [answer.json()["message"] for answer in answers] == [
            "External_task_id a already exists",
            "Account balance not enough",
            "parallel task over resource pack limit",
        ]
        assert "data" not in answers[2].json()
        picture = {"prompt": "x", "model_name": "kling-v3"}
        assert (await bench.post(IMAGES, picture)).json()["code"] == 0, "families have packs of their own"


async def test_a_picture_takes_as_many_slots_as_it_has_results(bench_with: MakeBench) -> None:
    async with bench_with(latency="seeded", image_slots=5) as bench:
        answers = [await bench.post(IMAGES, {"prompt": "x", "n": count}) for count in (4, 2, 1)]
        assert [answer.json()["code"] for answer in answers] == [0, 1303, 0]
        bench.clock.advance(600)
        await bench.sim.settle()
        assert (await bench.post(IMAGES, {"prompt": "x", "n": 5})).json()["code"] == 0


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/text-to-video/kling-v1", {"prompt": "x"}),
        (LEGACY_T2V, {"prompt": "x"}),
        (LEGACY_T2V, {"prompt": "x", "model_name": "kling-v1"}),
    ],
)
async def test_a_retired_model_is_discontinued(bench: Bench, path: str, body: dict[str, Any]) -> None:
    text = "The model 'kling-v1' has been discontinued and is no longer available."
    assert await _refusal(bench, path, body) == (404, 1203, text)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/text-to-video/kling-4.0", {"prompt": "x"}),
        ("/text-to-video/kling-3.0-omni", {"prompt": "x"}),
        (LEGACY_T2V, {"prompt": "x", "model_name": "kling-video-o1"}),
        (IMAGES, {"prompt": "x", "model_name": "kling-v3-omni"}),
        ("/nonsense", {}),
    ],
)
async def test_what_does_not_exist_is_not_found(bench: Bench, path: str, body: dict[str, Any]) -> None:
    assert (await _refusal(bench, path, body))[:2] == (404, 1203)


async def test_one_name_can_be_retired_here_and_sold_there(bench: Bench) -> None:
    assert (await _refusal(bench, LEGACY_T2V, {"prompt": "x", "model_name": "kling-v2-1"}))[1] == 1203
    assert (await bench.post(IMAGES, {"prompt": "x", "model_name": "kling-v2-1"})).json()["code"] == 0


async def test_a_model_can_be_forbidden(bench_with: MakeBench) -> None:
    async with bench_with(forbidden_models=["kling-3.0-turbo"]) as bench:
        assert (await _refusal(bench, T2V, {"prompt": "x"}))[:2] == (403, 1103)


async def test_the_wrong_method_has_a_code_of_its_own(bench: Bench) -> None:
    response = await bench.client.delete("/tasks")
    assert (response.status_code, response.json()["code"]) == (404, 1202)


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        (T2V, {}, "prompt is required"),
        (T2V, {"prompt": "  "}, "prompt is required"),
        (T2V, {"prompt": 5}, "prompt value '5' is invalid"),
        (T2V, {"prompt": "x" * 3073}, "prompt length cannot exceed 3072"),
        ("/text-to-video/kling-2.6", {"prompt": "x" * 2501}, "prompt length cannot exceed 2500"),
        (T2V, {"prompt": "x", "settings": {"resolution": "9000p"}}, "settings.resolution value '9000p' is invalid"),
        (T2V, {"prompt": "x", "settings": {"resolution": "4k"}}, "settings.resolution value '4k' is invalid"),
        (T2V, {"prompt": "x", "settings": {"duration": 16}}, "settings.duration value '16' is invalid"),
        (T2V, {"prompt": "x", "settings": {"duration": "5"}}, "settings.duration value '5' is invalid"),
        (T2V, {"prompt": "x", "settings": {"aspect_ratio": "2:1"}}, "settings.aspect_ratio value '2:1' is invalid"),
        (T2V, {"prompt": "x", "settings": []}, "settings value '[]' is invalid"),
        (
            "/text-to-video/kling-2.6",
            {"prompt": "x", "settings": {"audio": "native"}},
            "settings.audio value 'native' is invalid",
        ),
        (
            "/text-to-video/kling-3.0",
            {"prompt": "x", "settings": {"multi_shot": "no"}},
            "settings.multi_shot value 'no' is invalid",
        ),
        ("/image-to-video/kling-3.0", {}, "contents cannot be empty"),
        ("/image-to-video/kling-3.0", {"contents": "x"}, "contents value 'str' is invalid"),
        ("/image-to-video/kling-3.0", {"contents": [{"type": "prompt", "text": "x"}]}, "first_frame is required"),
        ("/image-to-video/kling-3.0", {"contents": [{"type": "song"}]}, "contents.type value 'song' is invalid"),
        ("/omni-video/kling-o1", {"contents": [{"type": "element"}]}, "prompt is required"),
        (LEGACY_T2V, {"model_name": "kling-v3"}, "prompt is required"),
        (LEGACY_T2V, {"model_name": ["kling-v3"]}, "model_name value '['kling-v3']' is invalid"),
        (LEGACY_T2V, {"model_name": "kling-v3", "prompt": "x", "duration": 5}, "duration value '5' is invalid"),
        (LEGACY_T2V, {"model_name": "kling-v2-6", "prompt": "x", "mode": "4k"}, "mode value '4k' is invalid"),
        (LEGACY_T2V, {"model_name": "kling-v2-6", "prompt": "x", "sound": "on"}, "sound value 'on' is invalid"),
        (LEGACY_T2V, {"model_name": "kling-v3", "prompt": "x", "cfg_scale": 2}, "cfg_scale value '2' is invalid"),
        ("/v1/videos/image2video", {"model_name": "kling-v3"}, "image is required"),
        (IMAGES, {}, "prompt is required"),
        (IMAGES, {"prompt": "x", "n": 10}, "n value '10' is invalid"),
        (IMAGES, {"prompt": "x", "n": True}, "n value 'True' is invalid"),
        (IMAGES, {"prompt": "x", "resolution": "4k"}, "resolution value '4k' is invalid"),
        (IMAGES, {"prompt": "x", "aspect_ratio": "auto"}, "aspect_ratio value 'auto' is invalid"),
        (
            IMAGES,
            {"prompt": "x", "image": png(400, 400), "negative_prompt": "y"},
            "negative_prompt value 'with image' is invalid",
        ),
        ("/v1/images/omni-image", {"prompt": "x", "image_list": "y"}, "image_list value 'str' is invalid"),
    ],
)
async def test_a_bad_parameter_is_named(bench: Bench, path: str, body: dict[str, Any], message: str) -> None:
    assert await _refusal(bench, path, body) == (400, 1201, message)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (None, "contents.first_frame.url is required"),
        ("data:image/png;base64,AAAA", "contents.first_frame.url value 'data:image/png;base64,AAAA' is invalid"),
        ("AAAA", "contents.first_frame.url is not a valid image"),
        (png(299, 400), "contents.first_frame.url width and height must be at least 300px"),
        (jpeg(300, 800), "contents.first_frame.url aspect ratio must be between 1:2.5 and 2.5:1"),
        (base64.b64encode(b"\xff\xd8\xff\xd9").decode(), "contents.first_frame.url is not a valid image"),
    ],
)
async def test_a_picture_that_the_vendor_would_refuse(bench: Bench, url: str | None, message: str) -> None:
    body = {"contents": [{"type": "first_frame", "url": url}]}
    assert await _refusal(bench, "/image-to-video/kling-3.0", body) == (400, 1201, message)


@pytest.mark.parametrize(
    ("url", "size"),
    [("https://example.org/a.png", b"720x1280"), (png(800, 600), b"960x720"), (jpeg(600, 800), b"720x960")],
)
async def test_a_clip_from_a_picture_takes_its_shape(bench: Bench, url: str, size: bytes) -> None:
    body = {"contents": [{"type": "prompt", "text": "x"}, {"type": "first_frame", "url": url}]}
    created = await bench.data("POST", "/image-to-video/kling-2.5-turbo", json=body)
    await bench.sim.settle()
    (output,) = (await bench.task(created["id"]))["outputs"]
    assert (await bench.client.get(output["url"])).content.startswith(size)


@pytest.mark.parametrize(
    ("path", "body", "amount"),
    [
        ("/text-to-video/kling-3.0", {"prompt": "x"}, "3"),
        ("/text-to-video/kling-3.0", {"prompt": "x", "settings": {"audio": "native", "resolution": "1080p"}}, "6"),
        ("/text-to-video/kling-3.0", {"prompt": "x", "settings": {"resolution": "4k", "duration": 3}}, "9"),
        ("/text-to-video/kling-2.6", {"prompt": "x", "settings": {"duration": 10}}, "3"),
        ("/omni-video/kling-3.0-omni", {"contents": [{"type": "prompt", "text": "x"}]}, "3"),
        (
            "/omni-video/kling-o1",
            {"contents": [{"type": "prompt", "text": "x"}, {"type": "base_video", "url": "https://x/v.mp4"}]},
            "4.5",
        ),
        ("/v1/videos/image2video", {"model_name": "kling-v2-5-turbo", "image": png(400, 400), "mode": "pro"}, "2.5"),
        (IMAGES, {"prompt": "x", "model_name": "kling-v2-1"}, "4"),
        (IMAGES, {"prompt": "x", "model_name": "kling-v2-1", "image": png(400, 400)}, "8"),
        ("/v1/images/omni-image", {"prompt": "x", "resolution": "4k", "n": 2}, "32"),
        ("/v1/images/omni-image", {"prompt": "x", "image_list": [{"image": png(400, 400)}]}, "8"),
    ],
)
async def test_prices_are_those_of_the_list(bench: Bench, path: str, body: dict[str, Any], amount: str) -> None:
    await bench.data("POST", path, json=body)
    (row,) = await bench.sim.ledger()
    assert f"{row.price_units:f}" == amount


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({}, "task_ids or external_task_ids is required"),
        ({"task_ids": " , "}, "task_ids or external_task_ids is required"),
        ({"task_ids": "1", "external_task_ids": "a"}, "task_ids and external_task_ids cannot be used together"),
        (
            {"task_ids": ",".join(map(str, range(21)))},
            "task_ids and external_task_ids cannot exceed 20 in total",
        ),
    ],
)
async def test_a_look_up_asks_for_one_kind_of_id(bench: Bench, params: dict[str, str], message: str) -> None:
    response = await bench.client.get("/tasks", params=params)
    assert (response.status_code, response.json()["message"]) == (400, message)


@pytest.mark.parametrize("body", [b"{", b"[]", b'"words"'])
async def test_a_body_that_is_no_object_is_refused(bench: Bench, body: bytes) -> None:
    response = await bench.client.post(T2V, content=body)
    assert (response.status_code, response.json()["code"]) == (400, 1200)
