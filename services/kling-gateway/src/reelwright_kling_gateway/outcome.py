"""What became of an asset, told to its owner: the asset itself with a note per failed rung, or the refusal."""

from collections.abc import Sequence

from reelwright.events.v1 import media_pb2
from reelwright.events.v1.media_pb2 import Asset, Note
from reelwright.events.v1.requests_pb2 import AssetRequested
from reelwright_chassis.errors import Reject
from reelwright_kling_gateway.client.order import Product
from reelwright_kling_gateway.collect import Stored
from reelwright_kling_gateway.ladder import FailureKind, Rung
from reelwright_kling_gateway.submissions import Submission

REASONS = {
    FailureKind.PROMPT: "prompt_refused",
    FailureKind.REQUEST: "generation_refused",
    FailureKind.GENERATION: "generation_failed",
    FailureKind.LOST: "result_lost",
}
"""Reason codes of a rung's failure, in notes and refusals."""


def failures_of(begun: Sequence[Submission]) -> dict[Rung, FailureKind]:
    """The rungs that ended without an asset, and why."""
    return {each.rung: each.failure for each in begun if each.failure is not None}


def asset_of(request: AssetRequested, begun: Sequence[Submission], rung: Rung, *, cost_usd: float) -> Asset:
    """The asset as far as it does not depend on a file: a card, which the renderer draws."""
    return Asset(
        asset_id=request.asset_id,
        scene_id=request.scene_id,
        source=media_pb2.ASSET_SOURCE_GENERATED,
        kind=media_pb2.ASSET_KIND_CARD,
        rung=media_pb2.Rung.Value(f"RUNG_{rung.name}"),
        take=request.take,
        prompt=request.prompt,
        cost_usd=cost_usd,
        calls_charged=sum(each.charged for each in begun),
        notes=[Note(code=REASONS[each.failure], message=_say(each)) for each in begun if each.failure is not None],
    )


def with_media(asset: Asset, made: Submission, stored: Stored, *, simulated: bool) -> Asset:
    """The same asset with the file that `made` gave."""
    is_clip = made.order.product is Product.CLIP
    asset.kind = media_pb2.ASSET_KIND_CLIP if is_clip else media_pb2.ASSET_KIND_STILL
    asset.blob.CopyFrom(stored.blob)
    asset.width_px, asset.height_px = stored.facts.width_px, stored.facts.height_px
    asset.duration_s = stored.facts.duration_s
    asset.model, asset.prompt = made.order.model, made.order.prompt
    asset.simulated, asset.provider = simulated, "sim" if simulated else "kling"
    return asset


def refusal(begun: Sequence[Submission], *, over_budget: bool, spent_usd: float) -> Reject:
    """Why no rung is left. Money is named first: with more of it, another rung would be tried."""
    failed = [each for each in begun if each.failure is not None]
    said = f" {_say(failed[-1])}" if failed else ""
    if over_budget or not failed:
        message = f"What this asset may cost does not cover another try.{said}"
        return Reject("budget_exceeded", message, cost_usd=spent_usd)
    code = REASONS[failed[-1].failure or FailureKind.GENERATION]
    return Reject(code, said.strip(), cost_usd=spent_usd)


def _say(failed: Submission) -> str:
    """ "planned (kling-3.0) failed: Failure to pass the risk control system"."""
    return ": ".join(filter(None, (f"{failed.rung.label} ({failed.order.model}) failed", failed.message)))
