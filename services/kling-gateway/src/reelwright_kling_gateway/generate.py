"""One scene's request becomes one asset: down the ladder until a rung gives a file, each rung paid at most once."""

from collections.abc import Sequence
from dataclasses import dataclass

from reelwright.events.v1 import media_pb2
from reelwright.events.v1.facts_pb2 import AssetReady, Work
from reelwright.events.v1.media_pb2 import Asset, AssetSource, Note
from reelwright.events.v1.requests_pb2 import AssetRequested
from reelwright_chassis.errors import Reject
from reelwright_chassis.worker.job import Job
from reelwright_kling_gateway import ladder
from reelwright_kling_gateway.assets import Assets
from reelwright_kling_gateway.client.order import Order, Product
from reelwright_kling_gateway.collect import Collector, ResultLost, Stored
from reelwright_kling_gateway.ladder import FailureKind, Kind, Rung
from reelwright_kling_gateway.ledger import Entry, Holder
from reelwright_kling_gateway.orders import Models, order_for
from reelwright_kling_gateway.prices import Prices
from reelwright_kling_gateway.purchase import Desk, Purchase
from reelwright_kling_gateway.submissions import State, Submission, lost

REASONS = {
    FailureKind.PROMPT: "prompt_refused",
    FailureKind.REQUEST: "generation_refused",
    FailureKind.GENERATION: "generation_failed",
    FailureKind.LOST: "result_lost",
}
"""Reason codes of a rung's failure, in notes and refusals."""
DEFAULT_LOWEST = Rung.STILL
"""For a request that names no lowest rung."""


@dataclass(frozen=True, slots=True)
class Studio:
    """What the handler works with; `simulated`: the provider is a simulator."""

    desk: Desk
    collector: Collector
    assets: Assets
    prices: Prices
    models: Models
    simulated: bool


async def generate(studio: Studio, request: AssetRequested, job: Job) -> AssetReady:
    """The asset of `request`. Raises `Reject`, `Retry`, `Stopped` and `Unavailable`.

    Asked again after it succeeded it answers the same without asking the provider; asked again after a crash it goes on
    from the stored submissions.
    """
    asset = await studio.assets.ready(request.asset_id)
    if asset is None:
        asset = await _Making(studio, request, job).carry_out()
        await studio.assets.put_ready(request, asset)
    return AssetReady(
        tenant_id=request.tenant_id,
        user_id=request.user_id,
        project_id=request.project_id,
        request_id=request.request_id,
        work=Work(worker=job.worker, attempt=job.attempt, cost_usd=asset.cost_usd),
        asset=asset,
    )


class _Making:
    """One attempt at one asset."""

    def __init__(self, studio: Studio, request: AssetRequested, job: Job) -> None:
        self._studio = studio
        self._ledger = studio.desk.ledger
        self._request = request
        self._job = job
        self._holder = Holder(request.request_id, job.worker, job.attempt)

    async def carry_out(self) -> Asset:
        while True:
            begun = await self._ledger.submissions(self._request.asset_id)
            going = next((each for each in begun if each.failure is None), None)
            if going is None:
                rung = await self._next_rung(begun)
                if rung is Rung.CARD:
                    return self._asset(begun, rung)
                entry = await self._open(begun, rung)
            else:
                self._check_cap(going, begun)
                entry = await self._ledger.take(going, self._holder)
            asset = await self._buy(entry)
            if asset is not None:
                return asset

    async def _next_rung(self, begun: Sequence[Submission]) -> Rung:
        """Raises `Reject` at the ladder's foot."""
        prices = self._studio.prices
        spent_usd = prices.spent_usd(begun)

        def affordable(rung: Rung) -> bool:
            return self._within_cap(spent_usd, prices.estimate_usd(self._order(begun, rung)))

        climb = ladder.next_rung(
            Kind(self._request.kind),
            Rung(self._request.lowest_rung or DEFAULT_LOWEST),
            _failures(begun),
            affordable,
        )
        if climb.rung is not None:
            return climb.rung
        refused = _refusal(begun, over_budget=climb.over_budget, spent_usd=spent_usd)
        await self._studio.assets.put_failed(self._request, refused.reason_code)
        raise refused

    def _check_cap(self, going: Submission, begun: Sequence[Submission]) -> None:
        """A cap may have been lowered since the intent was written; what may be running already is paid anyway."""
        spent_usd = self._studio.prices.spent_usd(begun)
        if going.state is State.INTENT and not self._within_cap(spent_usd, going.estimate_usd):
            raise _refusal(begun, over_budget=True, spent_usd=spent_usd)

    def _within_cap(self, spent_usd: float, estimate_usd: float) -> bool:
        return spent_usd + estimate_usd <= self._request.cost_cap_usd + 1e-9

    async def _open(self, begun: Sequence[Submission], rung: Rung) -> Entry:
        order = self._order(begun, rung)
        await self._studio.assets.put_making(self._request)
        submission = Submission(self._request.asset_id, rung, order, self._studio.prices.estimate_usd(order))
        return await self._ledger.open(submission, self._holder)

    async def _buy(self, entry: Entry) -> Asset | None:
        """The asset, or None when this rung failed for good."""
        self._job.progress(5.0, f"asking Kling ({entry.submission.rung.label.replace('_', ' ')})")
        purchase = Purchase(self._studio.desk, entry, self._job)
        submission = await purchase.carry_out()
        if submission.state is not State.SUCCEEDED:
            return None
        self._job.progress(90.0, "fetching the result")
        try:
            stored = await self._studio.collector.collect(submission, self._job)
        except ResultLost:
            await self._ledger.save(purchase.entry, lost(submission))
            return None
        return self._asset(await self._ledger.submissions(self._request.asset_id), submission.rung, submission, stored)

    def _order(self, begun: Sequence[Submission], rung: Rung) -> Order:
        return order_for(
            self._request,
            rung,
            softened=ladder.wants_softening(rung, _failures(begun)),
            models=self._studio.models,
            simulated=self._studio.simulated,
        )

    def _asset(
        self, begun: Sequence[Submission], rung: Rung, made: Submission | None = None, stored: Stored | None = None
    ) -> Asset:
        asset = Asset(
            asset_id=self._request.asset_id,
            scene_id=self._request.scene_id,
            source=AssetSource.ASSET_SOURCE_GENERATED,
            kind=media_pb2.ASSET_KIND_CARD,
            rung=_on_the_wire(rung),
            take=self._request.take,
            prompt=self._request.prompt,
            simulated=self._studio.simulated,
            provider="sim" if self._studio.simulated else "kling",
            cost_usd=self._studio.prices.spent_usd(begun),
            calls_charged=sum(each.charged for each in begun),
            notes=[_note(each) for each in begun if each.failure is not None],
        )
        if made is not None and stored is not None:
            _describe(asset, made, stored)
        return asset


def _describe(asset: Asset, made: Submission, stored: Stored) -> None:
    is_clip = made.order.product is Product.CLIP
    asset.kind = media_pb2.ASSET_KIND_CLIP if is_clip else media_pb2.ASSET_KIND_STILL
    asset.blob.CopyFrom(stored.blob)
    asset.width_px, asset.height_px = stored.facts.width_px, stored.facts.height_px
    asset.duration_s = stored.facts.duration_s
    asset.model = made.order.model
    asset.prompt = made.order.prompt


def _on_the_wire(rung: Rung) -> media_pb2.Rung.ValueType:
    return media_pb2.Rung.Value(f"RUNG_{rung.name}")


def _failures(begun: Sequence[Submission]) -> dict[Rung, FailureKind]:
    return {each.rung: each.failure for each in begun if each.failure is not None}


def _note(failed: Submission) -> Note:
    """What became of a rung, for the project's owner."""
    said = f": {failed.message}" if failed.message else ""
    code = REASONS[failed.failure or FailureKind.GENERATION]
    return Note(code=code, message=f"{failed.rung.label} ({failed.order.model}) failed{said}")


def _refusal(begun: Sequence[Submission], *, over_budget: bool, spent_usd: float) -> Reject:
    failures = list(_failures(begun).values())
    if over_budget or not failures:
        return Reject("budget_exceeded", "What this asset may cost does not cover another try.", cost_usd=spent_usd)
    last = begun[-1]
    return Reject(REASONS[failures[-1]], last.message or f"The {last.rung.label} rung failed.", cost_usd=spent_usd)
