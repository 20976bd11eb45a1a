"""One scene's request becomes one asset: down the ladder until a rung gives a file, each rung paid at most once."""

from collections.abc import Sequence
from dataclasses import dataclass

from reelwright.events.v1.facts_pb2 import AssetReady, Work
from reelwright.events.v1.media_pb2 import Asset
from reelwright.events.v1.requests_pb2 import AssetRequested
from reelwright_chassis import metrics
from reelwright_chassis.worker.job import Job
from reelwright_kling_gateway import ladder
from reelwright_kling_gateway.assets import Assets
from reelwright_kling_gateway.client.order import Order
from reelwright_kling_gateway.collect import Collector, ResultLost
from reelwright_kling_gateway.ladder import Kind, Rung
from reelwright_kling_gateway.ledger import Entry, Holder
from reelwright_kling_gateway.orders import Models, order_for
from reelwright_kling_gateway.outcome import asset_of, failures_of, refusal, with_media
from reelwright_kling_gateway.prices import Prices
from reelwright_kling_gateway.purchase import Desk, Purchase
from reelwright_kling_gateway.submissions import State, Submission, lost

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
                    return self._told(begun, rung)
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
            failures_of(begun),
            affordable,
        )
        if climb.rung is not None:
            return climb.rung
        refused = refusal(begun, over_budget=climb.over_budget, spent_usd=spent_usd)
        await self._studio.assets.put_failed(self._request, refused.reason_code)
        raise refused

    def _check_cap(self, going: Submission, begun: Sequence[Submission]) -> None:
        """A cap may have been lowered since the intent was written; what may be running already is paid anyway."""
        spent_usd = self._studio.prices.spent_usd(begun)
        if going.state is State.INTENT and not self._within_cap(spent_usd, going.estimate_usd):
            raise refusal(begun, over_budget=True, spent_usd=spent_usd)

    def _within_cap(self, spent_usd: float, estimate_usd: float) -> bool:
        return spent_usd + estimate_usd <= self._request.cost_cap_usd + 1e-9

    async def _open(self, begun: Sequence[Submission], rung: Rung) -> Entry:
        """Only for what is still wanted: of a project that was deleted meanwhile no row shall come back."""
        await self._job.confirm()
        order = self._order(begun, rung)
        await self._studio.assets.put_making(self._request)
        submission = Submission(self._request.asset_id, rung, order, self._studio.prices.estimate_usd(order))
        return await self._ledger.open(submission, self._holder)

    async def _buy(self, entry: Entry) -> Asset | None:
        """The asset, or None when this rung failed for good."""
        self._job.progress(5.0, f"asking Kling ({entry.submission.rung.label.replace('_', ' ')})")
        purchase = Purchase(self._studio.desk, entry, self._job)
        submission = await purchase.carry_out()
        if not entry.submission.terminal:
            charged_usd = self._studio.prices.charged_usd(submission)
            metrics.KLING_CHARGED.labels(product=submission.order.product).inc(charged_usd)
        if submission.state is not State.SUCCEEDED:
            return None
        self._job.progress(90.0, "fetching the result")
        try:
            stored = await self._studio.collector.collect(submission, self._job)
        except ResultLost:
            await self._ledger.save(purchase.entry, lost(submission))
            return None
        begun = await self._ledger.submissions(self._request.asset_id)
        return with_media(self._told(begun, submission.rung), submission, stored, simulated=self._studio.simulated)

    def _told(self, begun: Sequence[Submission], rung: Rung) -> Asset:
        metrics.ASSETS_MADE.labels(rung=rung.label).inc()
        return asset_of(self._request, begun, rung, cost_usd=self._studio.prices.spent_usd(begun))

    def _order(self, begun: Sequence[Submission], rung: Rung) -> Order:
        return order_for(
            self._request,
            rung,
            softened=ladder.wants_softening(rung, failures_of(begun)),
            models=self._studio.models,
            simulated=self._studio.simulated,
        )
