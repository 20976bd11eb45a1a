"""Ink: two dyes unfolding in water, carried by a flow without sources, so they stay sharp as they fold."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from .finish import Finish
from .noise import Array, Dice, field
from .paint import Canvas, Frame, enlarge, glow, grid, mix, smooth, vertical
from .palettes import Palette
from .scene import LookSpec

_GRID = 0.3  # flow cells per design unit
_TILE = 384  # cells a side of a flow field, which repeats
_DYE = 768  # cells a side of the dye's picture, the grid in its middle
_BEGIN_S = -5.0  # the ink has unfolded for so long when the clip begins
_STEP_S = 1 / 24
_EARLY_STEP_S = 1 / 12  # before the clip begins
_RELAX_S = 2.5  # the displacement forgets itself this fast; slower ones end in marbling after 15 s
_FLOWS = ((2, 11.0), (2, 11.0), (4, 7.0), (4, 7.0), (9, 2.2), (9, 2.2))  # lowest frequency, speed in cells a second


@dataclass(frozen=True, slots=True)
class _Flow:
    """One eddy pattern (h, w, 2), whose strength swings like a cosine."""

    velocity: Array
    phase: float
    pace: float


class Ink:
    """The look `ink`. It remembers its last frame: earlier times are simulated anew from the start."""

    def __init__(self, canvas: Canvas, palette: Palette, seed: int, _variant: str) -> None:
        self._canvas = canvas
        dice = Dice(seed)
        unit = canvas.unit
        self._cells = (max(8, round(_GRID * canvas.width / unit)), max(8, round(_GRID * canvas.height / unit)))
        self._x, self._y = grid(*self._cells)
        self._heading = dice.sign()
        self._flows = [self._stir(low, speed, dice) for low, speed in _FLOWS]
        self._dye = self._drop_dye(dice)
        half = (max(canvas.width // 2, self._cells[0]), max(canvas.height // 2, self._cells[1]))
        self._shaded_unit = 2 * half[0] * unit / canvas.width  # design units are half as many pixels here
        x, y = grid(*half)
        corner_x, corner_y = (_DYE - self._cells[0]) / 2, (_DYE - self._cells[1]) / 2
        self._dye_x = x * np.float32(self._cells[0] / half[0]) + np.float32(corner_x)
        self._dye_y = y * np.float32(self._cells[1] / half[1]) + np.float32(corner_y)
        self._water = self._paint_water(palette)
        dyes = (
            mix(palette.mid, palette.horizon, 0.7),
            mix(palette.accent, palette.horizon, 0.15),
            palette.light * 0.25,
        )
        self._dyes = np.stack(dyes, 1).astype(np.float32)
        self._start()
        self._finish = Finish(canvas, bloom=0.45, threshold=120, vignette=0.45)

    def frame(self, t_s: float) -> Frame:
        """See `Look.frame`."""
        half = (self._dye_x.shape[1], self._dye_x.shape[0])
        moved = cv2.resize(self._displacement_at(t_s), half, interpolation=cv2.INTER_CUBIC)
        dx, dy = cv2.split(moved)
        dye = cv2.remap(self._dye, self._dye_x + dx, self._dye_y + dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        colour, through = self._shade(dye)
        size = (self._canvas.width, self._canvas.height)
        through = enlarge(through, *size)
        light = cv2.multiply(self._water, cv2.merge([through, through, through]))
        return self._finish.apply(cv2.add(light, enlarge(colour, *size)), t_s)

    def _shade(self, dye: Array) -> tuple[Array, Array]:
        """The dyes' light, and what the water behind keeps (Beer-Lambert); thickness is lit like a relief."""
        one, two = cv2.split(dye)
        thick = one + two
        relief = cv2.GaussianBlur(thick, (0, 0), 4.5 * self._shaded_unit)
        k = self._shaded_unit
        gx = cv2.Sobel(relief, cv2.CV_32F, 1, 0, scale=k)
        gy = cv2.Sobel(relief, cv2.CV_32F, 0, 1, scale=k)
        lit = np.clip(0.72 - (gx * 1.1 + gy * 1.76), 0.3, 1.3)
        edge = np.minimum(cv2.magnitude(gx, gy) * 1.5, 1)
        through = np.exp(thick * np.float32(-1.9))
        body = (1 - through) * lit
        share = one / (thick + np.float32(1e-3))
        parts = cv2.merge([body * share, body * (1 - share), edge * body])
        return cv2.transform(parts, self._dyes), through

    def _stir(self, low: int, speed: float, dice: Dice) -> _Flow:
        """A flow along the contours of noise: what runs along contours has no sources."""
        hills = field(dice.child(), (_TILE, _TILE), 2.6, low=low, high=low * 3)
        down, across = np.gradient(hills)
        scale = speed / math.sqrt(float((across**2 + down**2).mean()))
        velocity = np.dstack([-down, across]) * scale
        rows = np.arange(self._cells[1]) % _TILE
        columns = np.arange(self._cells[0]) % _TILE
        window = velocity[rows[:, None], columns[None]].astype(np.float32)
        return _Flow(window, dice.between(0, 6.28), dice.between(0.12, 0.3))

    def _drop_dye(self, dice: Dice) -> Array:
        """Two dyes as drops, thickness 0..1: (_DYE, _DYE, 2)."""
        side = np.arange(_DYE, dtype=np.float32)
        width, height = (min(cells, 384) for cells in self._cells)
        column = dice.between(-0.13, 0.13)
        rough = field(dice.child(), (_DYE // 2, _DYE // 2), 1.5, low=1)
        soft = field(dice.child(), (_DYE // 2, _DYE // 2), 1.9, low=1)
        rough, soft = (cv2.resize(noise, (_DYE, _DYE), interpolation=cv2.INTER_CUBIC) for noise in (rough, soft))
        dyes = []
        for texture in (soft, rough):
            drops = np.zeros((_DYE, _DYE), np.float32)
            for _ in range(5):
                cx = _DYE / 2 + (column + dice.between(-0.2, 0.2)) * width
                cy = _DYE / 2 + dice.between(-0.40, 0.15) * height * self._heading
                radius = dice.between(15, 43)
                drop = np.exp(-(((side - cy) / radius / 1.5) ** 2))[:, None] * np.exp(-(((side - cx) / radius) ** 2))
                drops = np.maximum(drops, drop)
            thick = smooth(0.05, 1.15, drops * 1.1 + 0.16 * texture * np.sqrt(drops)) * (0.75 + 0.15 * rough)
            dyes.append(cv2.GaussianBlur(thick.astype(np.float32), (0, 0), 1.6))
        return np.asarray(cv2.merge(dyes), np.float32)

    def _paint_water(self, p: Palette) -> Array:
        width, height, unit = self._canvas.width, self._canvas.height, self._canvas.unit
        stops = [(0.0, mix(p.dark, p.zenith, 0.75)), (0.5, mix(p.zenith, p.mid, 0.25)), (1.0, p.dark)]
        light = glow(width, height, width * 0.5, height * 0.42, 230 * unit)[..., None] ** 1.3
        return (vertical(width, height, stops) + light * mix(p.zenith, p.mid, 0.6) * 0.45).astype(np.float32)

    def _start(self) -> None:
        self._displacement = np.zeros((self._cells[1], self._cells[0], 2), np.float32)
        for step in range(round(-_BEGIN_S / _EARLY_STEP_S)):
            self._displacement = self._advance(self._displacement, _BEGIN_S + step * _EARLY_STEP_S, _EARLY_STEP_S)
        self._steps = 0

    def _displacement_at(self, t_s: float) -> Array:
        """How far each cell's water has come, in cells. Whole steps are kept; what is left of one is not."""
        due = t_s / _STEP_S
        whole = max(0, math.floor(due + 1e-6))
        if whole < self._steps:
            self._start()
        while self._steps < whole:
            self._displacement = self._advance(self._displacement, self._steps * _STEP_S, _STEP_S)
            self._steps += 1
        rest = (due - whole) * _STEP_S
        if rest < 1e-4:
            return self._displacement
        return self._advance(self._displacement, whole * _STEP_S, rest)

    def _advance(self, displacement: Array, at_s: float, dt_s: float) -> Array:
        """Carry the displacement itself along the flow: the dye is looked up through it and never blurs."""
        velocity = np.zeros_like(displacement)
        for flow in self._flows:
            velocity = cv2.scaleAdd(flow.velocity, math.cos(flow.phase + flow.pace * at_s), velocity)
        velocity[..., 1] += np.float32(3.0 * self._heading)
        velocity *= np.float32(dt_s)
        dx, dy = cv2.split(velocity)
        x, y = self._x - dx, self._y - dy
        carried = cv2.remap(displacement, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        return carried * np.float32(1 - dt_s / _RELAX_S) - velocity


SPEC = LookSpec(
    "ink",
    "Two inks unfolding in still water.",
    ("neon", "teal", "dusk", "sepia"),
    Ink,
)
