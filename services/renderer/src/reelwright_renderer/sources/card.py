"""The last rung: a plain card, a slow gradient of two colours out of a dark one. Always in motion."""

import cv2
import numpy as np
from numpy.typing import NDArray

from reelwright_renderer.captions.port import Planes
from reelwright_renderer.frames import planes_of_bgr
from reelwright_renderer.motion import random_of
from reelwright_renderer.timeline import Format

COARSE = 8
"""The gradient is computed at this fraction of the size: it has no detail to lose."""
PERIODS_S = (11.0, 17.0, 23.0)
"""No two waves come round together within a scene, so it never repeats and never rests."""

PALETTES = (
    ("#0b1026", "#4b3fd1", "#1aa6b7"),
    ("#1a0b2e", "#c2417d", "#5b2fd0"),
    ("#06231f", "#1f9e6e", "#2a6fdb"),
    ("#1c0a14", "#e0563f", "#7a2a8f"),
    ("#0a1a2f", "#2f7fe0", "#7c4dff"),
    ("#1f1206", "#e08a2e", "#b8323f"),
    ("#0d1f26", "#2fb3a8", "#3f5fd8"),
)
"""Dark ground and two lights each: white captions are read on all of it."""


class CardSource:
    """Draws a card whose colours and waves follow from `seed`."""

    def __init__(self, seed: str, format_: Format) -> None:
        random = random_of(seed)
        self._format = format_
        self._colours = [_yuv(colour) for colour in random.choice(PALETTES)]
        self._phases = [random.uniform(0, 2 * np.pi) for _ in PERIODS_S]
        self._turns = [random.choice((-1, 1)) for _ in PERIODS_S]
        height, width = -(-format_.height // COARSE), -(-format_.width // COARSE)
        self._y, self._x = np.mgrid[0:height, 0:width].astype(np.float32) / max(height, width)
        self._dither = _dither(seed, format_)

    def draw(self, index: int, planes: Planes) -> None:
        first, second = self._mix(index / self._format.fps)
        for number, target in enumerate(planes):
            base, warm, cool = (colour[number] for colour in self._colours)
            coarse = base + (warm - base) * first + (cool - base) * second
            height, width = target.shape
            smooth = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
            np.copyto(target, smooth + self._grain(index, height, width), casting="unsafe")

    def _mix(self, time_s: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """How much of the second and third colour lies at each point, 0..1."""
        waves = [
            np.sin((1.7 + number) * (self._x * np.cos(angle) + self._y * np.sin(angle)) * 2 + angle * 2)
            for number, angle in enumerate(
                phase + turn * 2 * np.pi * time_s / period
                for phase, turn, period in zip(self._phases, self._turns, PERIODS_S, strict=True)
            )
        ]
        first = 0.5 + 0.25 * (waves[0] + waves[1])
        second = (0.5 + 0.25 * (waves[1] + waves[2])) * (1 - 0.6 * first)
        return first.astype(np.float32), second.astype(np.float32)

    def _grain(self, index: int, height: int, width: int) -> NDArray[np.float32]:
        """Noise of half a level hides the bands of an 8-bit gradient; it moves, as film grain does."""
        shift = 7 * index % 16
        return self._dither[shift : shift + height, shift : shift + width]

    def close(self) -> None:
        return


def _dither(seed: str, format_: Format) -> NDArray[np.float32]:
    generator = np.random.default_rng(random_of(f"grain/{seed}").getrandbits(32))
    return generator.random((format_.height + 16, format_.width + 16), np.float32)


def _yuv(colour: str) -> tuple[float, float, float]:
    """Y, U and V of "#RRGGBB"."""
    red, green, blue = bytes.fromhex(colour[1:])
    y, u, v = planes_of_bgr(np.full((2, 2, 3), [blue, green, red], np.uint8))
    return float(y[0, 0]), float(u[0, 0]), float(v[0, 0])
