"""The settings, sorted into what each part of the simulator has to know."""

from __future__ import annotations

from reelwright_kling_sim.accounts import centi
from reelwright_kling_sim.callbacks import Accidents
from reelwright_kling_sim.faults import Weather
from reelwright_kling_sim.ledger import Packs
from reelwright_kling_sim.settings import SimSettings
from reelwright_kling_sim.tasks import Pace


def packs(settings: SimSettings) -> Packs:
    """The packs, and the rules for an id that is used twice."""
    return Packs(
        units_centi={"video": centi(settings.video_units), "image": centi(settings.image_units)},
        slots={"video": settings.video_slots, "image": settings.image_slots},
        refuse_duplicates=settings.duplicates == "refuse",
        duplicate_scope=settings.duplicate_scope,
        reuse_after_failure=settings.reuse_after_failure,
    )


def pace(settings: SimSettings) -> Pace:
    """How fast tasks run and how late they show."""
    return Pace(
        instant=settings.latency == "instant",
        scale=settings.latency_scale,
        seed=settings.seed,
        visible_after_s=settings.visible_after_s,
    )


def accidents(settings: SimSettings) -> Accidents:
    """What befalls callbacks."""
    return Accidents(
        seed=settings.seed,
        delay_s=settings.callback_delay_s,
        drop_rate=settings.callback_drop_rate,
        duplicate_rate=settings.callback_duplicate_rate,
        reorder=settings.callback_reorder,
    )


def weather(settings: SimSettings) -> Weather:
    """What befalls creates and tasks without a marker's asking for it."""
    return Weather(
        error_rate=settings.error_rate,
        lost_reply_rate=settings.lost_reply_rate,
        failure_rate=settings.failure_rate,
    )
