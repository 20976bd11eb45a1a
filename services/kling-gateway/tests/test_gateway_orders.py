"""From a request and a rung to the order that is sent."""

from typing import Any

import pytest

from reelwright.events.v1 import media_pb2
from reelwright.events.v1.requests_pb2 import AssetRequested
from reelwright_kling_gateway.client.order import Order, Product
from reelwright_kling_gateway.ladder import Rung
from reelwright_kling_gateway.orders import Models, order_for

MODELS = Models("kling-3.0", "kling-2.5-turbo", "kling-v3", "kling-v2-1", "1080p", "2k", clip_longest_s=11)


def ordered(rung: Rung, *, softened: bool = False, simulated: bool = False, **more: Any) -> Order:
    fields: dict[str, Any] = {
        "asset_id": "asset-1",
        "kind": media_pb2.ASSET_KIND_CLIP,
        "prompt": "a war of waves",
        "duration_s": 7.0,
        "aspect": "9:16",
        "look": "ocean",
    }
    request = AssetRequested(**(fields | more))
    return order_for(request, rung, softened=softened, models=MODELS, simulated=simulated)


def test_a_clip_as_planned() -> None:
    order = ordered(Rung.PLANNED)
    assert order == Order(Product.CLIP, "kling-3.0", "a war of waves", "9:16", "1080p", 7, "asset-1-planned")


@pytest.mark.parametrize(
    ("rung", "kind", "product", "model", "external_task_id"),
    [
        (Rung.REWRITTEN_PROMPT, 1, Product.CLIP, "kling-3.0", "asset-1-rewritten_prompt"),
        (Rung.OTHER_MODEL, 1, Product.CLIP, "kling-2.5-turbo", "asset-1-other_model"),
        (Rung.STILL, 1, Product.STILL, "kling-v3", "asset-1-still"),
        (Rung.PLANNED, 2, Product.STILL, "kling-v3", "asset-1-planned"),
        (Rung.OTHER_MODEL, 2, Product.STILL, "kling-v2-1", "asset-1-other_model"),
    ],
)  # fmt: skip
def test_each_rung_has_its_model_and_name(
    rung: Rung, kind: int, product: Product, model: str, external_task_id: str
) -> None:
    order = ordered(rung, kind=kind)
    assert (order.product, order.model, order.external_task_id) == (product, model, external_task_id)
    assert (order.duration_s == 0) is (product is Product.STILL)
    assert order.resolution == ("2k" if product is Product.STILL else "1080p")


@pytest.mark.parametrize(
    ("scene_s", "bought_s"), [(1.0, 3), (7.0, 7), (7.7, 7), (7.8, 8), (11.5, 11), (15.0, 11), (40.0, 11)]
)
def test_a_clip_is_as_long_as_its_scene_played_a_little_slower(scene_s: float, bought_s: int) -> None:
    assert ordered(Rung.PLANNED, duration_s=scene_s).duration_s == bought_s


def test_softened_words_are_sent_softened() -> None:
    assert "war" not in ordered(Rung.STILL, softened=True).prompt.split()


def test_a_prompt_is_cut_to_what_the_model_takes_with_its_marker() -> None:
    order = ordered(Rung.PLANNED, simulated=True, prompt="wave " * 1000)
    assert len(order.prompt) <= 3072
    assert order.prompt.endswith("wave [[sim:look=ocean]]")
    assert len(ordered(Rung.STILL, prompt="wave " * 1000).prompt) <= 2500


def test_an_aspect_that_nobody_offers_becomes_upright() -> None:
    assert ordered(Rung.PLANNED, aspect="4:5").aspect == "9:16"
    assert ordered(Rung.PLANNED, aspect="1:1").aspect == "1:1"
