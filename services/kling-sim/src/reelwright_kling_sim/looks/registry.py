"""The looks by name."""

from __future__ import annotations

from . import aurora, city, cosmos, forest, hearth, ink, ocean, ridges, silk, wave
from .scene import LookSpec

LOOKS: dict[str, LookSpec] = {
    module.SPEC.name: module.SPEC for module in (ridges, ocean, forest, city, hearth, silk, wave, cosmos, aurora, ink)
}
