"""What is sent in either dialect, and how its answers are read."""

from decimal import Decimal
from typing import Any

import pytest

from reelwright_kling_gateway.client import legacy, new
from reelwright_kling_gateway.client.errors import KlingError, Reaction
from reelwright_kling_gateway.client.order import Family, Order, Product
from reelwright_kling_gateway.client.task import Charge, Status, Task


def clip(model: str) -> Order:
    return Order(Product.CLIP, model, "waves", "9:16", "720p", 8, "asset-1-planned")


PICTURE = Order(Product.STILL, "kling-v3", "waves", "9:16", "2k", 0, "asset-1-still")


def test_a_clip_of_the_3_0_family_is_silent_and_of_one_shot() -> None:
    path, body = new.create_request(clip("kling-3.0"))
    assert path == "/text-to-video/kling-3.0"
    assert body == {
        "prompt": "waves",
        "settings": {
            "resolution": "720p",
            "aspect_ratio": "9:16",
            "duration": 8,
            "audio": "off",
            "multi_shot": False,
        },
        "options": {"external_task_id": "asset-1-planned", "watermark_info": {"enabled": False}},
    }


@pytest.mark.parametrize(
    ("model", "fields"),
    [("kling-3.0-turbo", set()), ("kling-2.6", {"audio"}), ("kling-2.5-turbo", set())],
)
def test_a_model_is_sent_only_what_it_knows(model: str, fields: set[str]) -> None:
    _, body = new.create_request(clip(model))
    assert set(body["settings"]) - {"resolution", "aspect_ratio", "duration"} == fields


def test_a_picture_names_its_model() -> None:
    path, body = legacy.create_request(PICTURE)
    assert path == "/v1/images/generations"
    assert body == {
        "model_name": "kling-v3",
        "prompt": "waves",
        "n": 1,
        "aspect_ratio": "9:16",
        "resolution": "2k",
        "watermark_info": {"enabled": False},
        "external_task_id": "asset-1-still",
    }


def test_products_belong_to_families() -> None:
    assert (clip("kling-3.0").family, PICTURE.family) == (Family.VIDEO, Family.IMAGE)


@pytest.mark.parametrize(
    ("model", "wanted_s", "offered_s"),
    [
        ("kling-3.0", 7.2, 8),
        ("kling-3.0", 8.0, 8),
        ("kling-3.0", 0.5, 3),
        ("kling-3.0", 40.0, 15),
        ("kling-2.5-turbo", 3.0, 5),
        ("kling-2.5-turbo", 5.1, 10),
        ("kling-2.5-turbo", 12.0, 10),
    ],
)
def test_a_duration_covers_the_scene_where_the_model_can(model: str, wanted_s: float, offered_s: int) -> None:
    assert new.CLIP_MODELS[model].duration_for(wanted_s) == offered_s


NEW_TASK: dict[str, Any] = {
    "id": "930831534075682845",
    "status": "succeeded",
    "message": "",
    "create_time": 1781080778802,
    "update_time": 1781080794151,
    "external_id": "asset-1-planned",
    "outputs": [
        {"type": "video", "id": "v", "url": "https://cdn/x.mp4", "duration": "5.041"},
        {"type": "audio", "id": "a", "mp3_url": "https://cdn/x.mp3"},
    ],
    "billing": [{"charge_type": "unit", "amount": "2.4", "package_type": "video"}],
}


def test_a_task_of_the_new_dialect() -> None:
    assert new.parse_tasks([NEW_TASK]) == [
        Task(
            id="930831534075682845",
            status=Status.SUCCEEDED,
            external_id="asset-1-planned",
            urls=("https://cdn/x.mp4",),
            charges=(Charge("unit", Decimal("2.4"), package="video"),),
        )
    ]


LEGACY_TASK: dict[str, Any] = {
    "task_id": "930831534075682846",
    "task_status": "succeed",
    "task_status_msg": "",
    "task_info": {"external_task_id": "asset-1-still"},
    "task_result": {"images": [{"index": 0, "url": "https://cdn/x.png"}]},
    "final_unit_deduction": "8",
    "final_balance_deduction": {"quota": "0.5", "list_price": "0.6"},
}


def test_a_task_of_the_legacy_dialect_reads_as_one_of_the_new() -> None:
    task = legacy.parse_task(LEGACY_TASK)
    assert task.status is Status.SUCCEEDED
    assert task.urls == ("https://cdn/x.png",)
    assert task.external_id == "asset-1-still"
    assert task.charges == (Charge("unit", Decimal(8), package="image"), Charge("cash", Decimal("0.5")))


def test_a_task_just_created_has_nothing_yet() -> None:
    made = legacy.parse_task({"task_id": "7", "task_status": "submitted"})
    assert made == Task(id="7", status=Status.SUBMITTED)
    assert new.parse_task({"id": "7", "status": "submitted"}) == made


@pytest.mark.parametrize(
    ("word", "status", "terminal"),
    [
        ("submitted", Status.SUBMITTED, False),
        ("processing", Status.PROCESSING, False),
        ("failed", Status.FAILED, True),
        ("paused", Status.UNKNOWN, False),
    ],
)
def test_a_status_that_nobody_knows_is_never_taken_for_running(word: str, status: Status, terminal: bool) -> None:
    for task in (new.parse_task({"id": "7", "status": word}), legacy.parse_task({"task_id": "7", "task_status": word})):
        assert (task.status, task.terminal) == (status, terminal)


def test_ids_that_are_unknown_over_there_are_missing() -> None:
    assert new.parse_tasks([]) == []
    assert new.parse_tasks(None) == []


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {"status": "submitted"},
        {"id": 7, "status": "submitted"},
        {"id": "", "status": "submitted"},
        {"id": "7"},
        {**NEW_TASK, "outputs": [{"type": "video"}]},
        {**NEW_TASK, "billing": [{"charge_type": "unit", "amount": "much"}]},
    ],
)
def test_a_shape_that_nobody_knows_says_nothing(data: Any) -> None:
    with pytest.raises(KlingError) as caught:
        new.parse_task(data)
    assert caught.value.reaction is Reaction.AMBIGUOUS


@pytest.mark.parametrize(
    "data",
    [None, {"task_status": "submitted"}, {"task_id": 7, "task_status": "submitted"}, {"task_id": "7"},
     {**LEGACY_TASK, "final_unit_deduction": "much"}, {**LEGACY_TASK, "task_result": {"images": [{}]}}],
)  # fmt: skip
def test_the_same_in_the_legacy_dialect(data: Any) -> None:
    with pytest.raises(KlingError) as caught:
        legacy.parse_task(data)
    assert caught.value.reaction is Reaction.AMBIGUOUS


def test_a_list_of_tasks_must_be_a_list() -> None:
    with pytest.raises(KlingError):
        new.parse_tasks({"result": []})
