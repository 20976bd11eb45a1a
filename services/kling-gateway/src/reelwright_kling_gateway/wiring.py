"""Puts the parts of this service together, for one process."""

import httpx

from reelwright_chassis.clock import Clock
from reelwright_chassis.parts import Parts
from reelwright_kling_gateway.assets import Assets
from reelwright_kling_gateway.brakes import Brakes
from reelwright_kling_gateway.client.auth import ApiKey, Credential, SignedToken
from reelwright_kling_gateway.client.kling import Kling
from reelwright_kling_gateway.client.order import Family
from reelwright_kling_gateway.collect import Collector
from reelwright_kling_gateway.download import Probe
from reelwright_kling_gateway.generate import Studio
from reelwright_kling_gateway.ledger import Ledger
from reelwright_kling_gateway.poller import Pace, Poller
from reelwright_kling_gateway.prices import Prices
from reelwright_kling_gateway.purchase import Desk
from reelwright_kling_gateway.settings import KlingSettings
from reelwright_kling_gateway.slots import Slots
from reelwright_kling_gateway.steps import Policy


def kling_client(settings: KlingSettings, client: httpx.AsyncClient, clock: Clock) -> Kling:
    """The vendor under the settings' credentials. Raises `SettingsError` where one is missing."""
    key: Credential = ApiKey(settings.key)
    pair = settings.key_pair
    legacy = SignedToken(*pair, now_s=clock.now_s) if pair else key
    return Kling(client, settings.host, new_credential=key, legacy_credential=legacy, name=settings.provider)


def open_studio(
    parts: Parts, settings: KlingSettings, *, kling: Kling, client: httpx.AsyncClient, probe: Probe, clock: Clock
) -> Studio:
    """What the handler works with. The client stays the caller's."""
    limits = {Family.VIDEO: settings.video_slots, Family.IMAGE: settings.image_slots}
    desk = Desk(
        provider=kling,
        ledger=Ledger(parts.store, clock),
        slots=Slots(parts.store, clock, account=settings.account, limits=limits),
        poller=Poller(kling, clock, Pace(settings.poll_s, settings.poll_longest_s)),
        clock=clock,
        policy=Policy(unsure_s=settings.unsure_s),
        brakes=Brakes(clock),
    )
    return Studio(
        desk=desk,
        collector=Collector(kling, client, probe, parts.blobs, clock),
        assets=Assets(parts.store, parts.blobs, clock),
        prices=Prices(counts_money=settings.counts_money),
        models=settings.models,
        simulated=settings.simulated,
    )
