"""Fifteen palettes of six colours. A colour is a float32 BGR triple, 0..255, in display (gamma) values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Colour = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Palette:
    """What a look paints with: a sky from top to horizon, the light that falls, the darkest shape, one accent."""

    zenith: Colour
    mid: Colour
    horizon: Colour
    light: Colour
    dark: Colour
    accent: Colour


def colour(rgb: str) -> Colour:
    """The colour written as `rrggbb`."""
    return np.array([int(rgb[i : i + 2], 16) for i in (4, 2, 0)], np.float32)


def _palette(rgbs: str) -> Palette:
    return Palette(*(colour(rgb) for rgb in rgbs.split()))


PALETTES: dict[str, Palette] = {
    #                  zenith mid    horizon light dark  accent
    "dawn": _palette("3d5a80 98a9c9 f6c9b0 fff0d0 22304a e88d72"),
    "golden": _palette("4a5f8c cf9180 ffb981 ffe6c8 241b2c e0703c"),
    "sunset": _palette("1f2452 8c3f72 ff8a4c ffe0a0 160f24 ff5a5a"),
    "dusk": _palette("0d1636 3a3f7a d9807a ffd0a0 0a0d1e 7a6bd0"),
    "night": _palette("050a1c 0e1f42 27406e cfe0ff 03060f ffc46b"),
    "teal": _palette("06262e 0f5a63 7cc5b8 f3f7dc 041418 ff9d5c"),
    "storm": _palette("1d252e 46535f 93a0a8 e8eef0 0e1317 6f93ad"),
    "sepia": _palette("3a2a1c 8a6a46 dcbd8a fff0cf 1a110a a34a28"),
    "neon": _palette("0b0524 3a0f6e b0238f ffd0ff 05020f 22d3ee"),
    "rose": _palette("3a2748 a8628a f4b6b8 fff0ea 22142a f2789f"),
    "forest": _palette("16302a 4f7d5a c9d9a0 fff5c8 0a1611 e0b64a"),
    "ice": _palette("16304f 5f93b8 d3e8f0 ffffff 0d1c2c 8fd6ff"),
    "aurora": _palette("060b20 0d2244 1c4a5c d8fff0 03070f 3dffa0"),
    "candle": _palette("140a08 4a2414 c8762e ffe2a8 0b0504 ff9a4a"),
    "ember": _palette("12060a 4a1418 b5451f ffd08a 0a0406 ff7a2e"),
}
