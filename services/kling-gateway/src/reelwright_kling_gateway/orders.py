"""From a request and a rung to the order that is sent: model, wording, shape."""

from dataclasses import dataclass

from reelwright.events.v1.requests_pb2 import AssetRequested
from reelwright_chassis.pictures import LONGEST_CLIP_S, clip_s
from reelwright_kling_gateway.client.legacy import IMAGE_PROMPT_CHARS
from reelwright_kling_gateway.client.new import CLIP_MODELS
from reelwright_kling_gateway.client.order import Order, Product
from reelwright_kling_gateway.ladder import Kind, Rung
from reelwright_kling_gateway.prompts import cut, marked_for_simulator, soften

_ASPECTS = ("9:16", "16:9", "1:1")
_MARKER_ROOM_CHARS = 64


@dataclass(frozen=True, slots=True)
class Models:
    """Which models make what, and how large. `other_*` are those of the rung after a failure."""

    clip: str
    other_clip: str
    still: str
    other_still: str
    clip_resolution: str
    still_resolution: str
    clip_longest_s: int = LONGEST_CLIP_S


def order_for(request: AssetRequested, rung: Rung, *, softened: bool, models: Models, simulated: bool) -> Order:
    """The order of a paid rung. Only the simulator is told of the project's look."""
    is_clip = Kind(request.kind) is Kind.CLIP and rung is not Rung.STILL
    other = rung is Rung.OTHER_MODEL
    words = soften(request.prompt) if softened else request.prompt
    if is_clip:
        model = models.other_clip if other else models.clip
        limit_chars = CLIP_MODELS[model].prompt_chars
    else:
        model = models.other_still if other else models.still
        limit_chars = IMAGE_PROMPT_CHARS
    prompt = cut(words, limit_chars - _MARKER_ROOM_CHARS)
    return Order(
        product=Product.CLIP if is_clip else Product.STILL,
        model=model,
        prompt=marked_for_simulator(prompt, request.look) if simulated else prompt,
        aspect=request.aspect if request.aspect in _ASPECTS else _ASPECTS[0],
        resolution=models.clip_resolution if is_clip else models.still_resolution,
        duration_s=_clip_s(request.duration_s, model, models.clip_longest_s) if is_clip else 0,
        external_task_id=f"{request.asset_id}-{rung.label}",
    )


def _clip_s(scene_s: float, model: str, longest_s: int) -> int:
    """How many seconds to buy for a scene: enough, on offer, and no more than the settings pay for."""
    return CLIP_MODELS[model].duration_for(clip_s(scene_s, longest_s))
