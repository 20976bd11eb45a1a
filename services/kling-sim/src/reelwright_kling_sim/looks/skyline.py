"""A row of towers with lit windows, drawn in whole design units so that every picture size shows the same city."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .noise import Array
from .paint import blur, mix, screen
from .palettes import Colour


@dataclass(frozen=True, slots=True)
class Lamp:
    """A light that changes: a window that comes on at `at_s`, or a beacon that blinks. Place in design units."""

    x: float
    y: float
    tint: Colour
    at_s: float
    beacon: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One row of towers: `scale` of a tower's details, `reach` of its height, its colours and how hazy its feet are."""

    scale: float
    reach: float
    downtown: float
    body: Colour
    haze: Colour
    haze_amount: float
    warm: Colour
    cool: Colour
    bright: float


def light_row(row: Row, walls: Array, lit: Array, ground: float, unit: float) -> Array:
    """The row's picture at `unit` pixels per design unit: walls hazy towards the line `ground` (in pixels), windows
    with their glow."""
    depth = (np.arange(walls.shape[0], dtype=np.float32) - ground) / (270 * unit) + 1
    foot = np.clip(depth, 0, 1)[:, None, None] ** 2 * row.haze_amount
    halo = blur(lit, 4.5 * unit) * np.float32(0.85)
    return screen(mix(walls, row.haze, foot), np.minimum(lit + halo, 250)).astype(np.float32)


class RowPainter:
    """Paints one `Row` into images of `zoom` pixels per design unit, `width` x `height` design units; the ground is
    the line `ground`."""

    def __init__(self, row: Row, rng: np.random.Generator, *, width: int, height: int, ground: int, zoom: int) -> None:
        self._row, self._rng, self._zoom = row, rng, zoom
        self._width, self._height, self._ground = width, height, ground
        self._walls = np.zeros((height * zoom, width * zoom, 3), np.float32)
        self._lit = np.zeros_like(self._walls)
        self._alpha = np.zeros(self._walls.shape[:2], np.float32)
        self.lamps: list[Lamp] = []

    def paint(self, peak: float) -> tuple[Array, Array, Array]:
        """The row's walls, its lit windows, its coverage; towers are tallest around the share `peak` of its width."""
        rng, row = self._rng, self._row
        x = -20.0
        while x < self._width:
            width = rng.uniform(46, 104) * row.scale
            centre = (x + width / 2) / self._width
            downtown = float(np.exp(-(((centre - peak) / 0.22) ** 2))) * row.downtown
            height = (rng.uniform(70, 190) + downtown * rng.uniform(110, 430)) * row.reach
            height = min(height, self._ground * rng.uniform(0.56, 0.76))
            self._tower(round(x), round(x + width), round(self._ground - height))
            x += width * rng.uniform(0.72, 1.2) + rng.uniform(0, 26) * row.scale * (row.downtown < 0.5)
        return self._walls, self._lit, self._alpha

    def _tower(self, x0: int, x1: int, top: int) -> None:
        kind = self._rng.random()
        width = x1 - x0
        self._block(x0, x1, top)
        summit = top
        if kind < 0.38:  # set back once, perhaps twice
            inset = max(2, round(width * 0.18))
            summit = top - round(self._rng.uniform(14, 44) * self._row.scale)
            self._block(x0 + inset, x1 - inset, summit)
            if kind < 0.18:
                inset = max(3, round(width * 0.34))
                summit -= round(self._rng.uniform(20, 46) * self._row.scale)
                self._block(x0 + inset, x1 - inset, summit)
        elif kind < 0.52:
            summit = self._slant(x0, x1, top)
        if kind > 0.68 or kind < 0.08:
            self._mast((x0 + x1) // 2, summit)

    def _block(self, x0: int, x1: int, top: int) -> None:
        left, right = max(0, x0), min(self._width, x1)
        if right - left < 3:
            self._rng.random(4)
            return
        z, rng = self._zoom, self._rng
        shade = np.float32(rng.uniform(0.82, 1.14))
        edge = left + round((right - left) * rng.uniform(0.3, 0.7))
        rows = slice(max(0, top) * z, self._height * z)
        fade = np.linspace(1.12, 0.92, rows.stop - rows.start, dtype=np.float32)[:, None, None]
        self._walls[rows, left * z : right * z] = self._row.body * shade * fade
        self._walls[rows, edge * z : right * z] *= np.float32(0.80)
        self._walls[rows, left * z : left * z + z] *= np.float32(1.35)
        self._alpha[rows, left * z : right * z] = 1
        self._windows(left, right, max(0, top))

    def _windows(self, left: int, right: int, top: int) -> None:
        """Light the block's windows in one of three façades: single windows, ribbons of floors, or glass columns."""
        rng, row = self._rng, self._row
        style = rng.random()
        pane_w, pane_h = max(2, round(3.6 * row.scale)), max(2, round(4.6 * row.scale))
        gap_x = 1 if 0.62 < style < 0.82 else max(2, round(3.2 * row.scale))
        gap_y = 1 if style >= 0.82 else max(2, round(4.2 * row.scale))
        columns = (right - left - 5) // (pane_w + gap_x)
        rows = (self._ground - 8 - top) // (pane_h + gap_y)
        if columns < 1 or rows < 1:
            return
        light = self._pattern(style, rows, columns)
        tint = row.warm if rng.random() < 0.7 else row.cool
        self._hang(light, tint, (left + 3, top + pane_h), (pane_w, pane_h), (gap_x, gap_y))
        late = rng.random((rows, columns)) < 0.007
        for r, c in zip(*np.nonzero(late & (light == 0)), strict=True):
            x = left + 3 + c * (pane_w + gap_x) + pane_w / 2
            y = top + pane_h + r * (pane_h + gap_y) + pane_h / 2
            self.lamps.append(Lamp(float(x), float(y), tint * np.float32(0.8), float(rng.uniform(0, 15)), beacon=False))

    def _pattern(self, style: float, rows: int, columns: int) -> Array:
        rng = self._rng
        share = rng.uniform(0.12, 0.46)
        chance = np.full((rows, columns), share) * rng.uniform(0.5, 1.5, (rows, 1))
        if 0.62 < style < 0.82:
            chance = np.where(rng.random((rows, 1)) < 0.42, 0.86, 0.03) * np.ones((1, columns))
        elif style >= 0.82:
            chance = np.where(rng.random((1, columns)) < 0.5, 0.72, 0.04) * np.ones((rows, 1))
        shine = rng.uniform(0.22, 1.05, (rows, columns)) * self._row.bright
        return np.where(rng.random((rows, columns)) < chance, shine, 0.0).astype(np.float32)

    def _hang(
        self, light: Array, tint: Colour, at: tuple[int, int], pane: tuple[int, int], gap: tuple[int, int]
    ) -> None:
        z, (x, y) = self._zoom, at
        cell = np.zeros(((pane[1] + gap[1]) * z, (pane[0] + gap[0]) * z), np.float32)
        cell[: pane[1] * z, : pane[0] * z] = 1
        wall = np.kron(light, cell)[..., None] * tint
        target = self._lit[y * z : y * z + wall.shape[0], x * z : x * z + wall.shape[1]]
        target[:] = wall[: target.shape[0], : target.shape[1]]

    def _slant(self, x0: int, x1: int, top: int) -> int:
        """A roof that rises to one side; returns its summit."""
        z = self._zoom
        rise = round(self._rng.uniform(10, 34) * self._row.scale)
        high = x0 if self._rng.random() < 0.5 else x1
        roof = np.array([[x0, top], [x1, top], [high, top - rise]]) * z
        cv2.fillPoly(self._walls, [roof.astype(np.int32)], (self._row.body * 0.9).tolist())
        cv2.fillPoly(self._alpha, [roof.astype(np.int32)], (1.0,))
        return top - rise if high == (x0 + x1) // 2 else top

    def _mast(self, x: int, top: int) -> None:
        height = round(self._rng.uniform(20, 66) * self._row.scale)
        z = self._zoom
        blink = float(self._rng.uniform(0, 3))
        if not 2 <= x < self._width - 2:
            return
        rows = slice(max(0, top - height) * z, max(0, top) * z)
        self._walls[rows, x * z : (x + 2) * z - z // 2] = self._row.body
        self._alpha[rows, x * z : (x + 2) * z - z // 2] = 1
        red = np.array([40, 50, 255], np.float32)
        self.lamps.append(Lamp(x + 1.0, max(0.0, float(top - height)), red, blink, beacon=True))
