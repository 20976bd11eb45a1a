"""Aurora: curtains of light as folded ribbons over stars, pines and a mirror lake."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from .conifers import plant_conifers
from .finish import Finish
from .layers import Backdrop, Layer, bake, bake_backdrop
from .noise import Array, Dice, at, field, line
from .paint import Canvas, Frame, add_sprite, grid, mix, ramp, resize, smooth, spark, vertical
from .palettes import Palette, colour
from .scene import LookSpec
from .stars import scatter_stars
from .stencil import Stencil
from .water import Mirror

_SAMPLES = 400  # columns of light along one curtain, per 720 design units of width
_REACH = 3.75  # how many times its height a column's light is followed upwards
_PROFILE = 512
_GREEN = colour("4dffa8")
_VIOLET = colour("a046c8")
_MIDDLE_S = 6.0


@dataclass(frozen=True, slots=True)
class _Curtain:
    """One ribbon: its foot's height and slant (shares of the sky), folds, rays, brightness and height."""

    foot: float
    slant: float
    phase: tuple[float, ...]
    pace: tuple[float, ...]
    rays: Array
    swells: Array
    light: float
    height: float


class Aurora:
    """The look `aurora`."""

    def __init__(self, canvas: Canvas, palette: Palette, seed: int, _variant: str) -> None:
        self._canvas, self._palette = canvas, palette
        dice = Dice(seed)
        self._pan = dice.sign()
        self._horizon = int(canvas.height * dice.between(0.68, 0.75))
        self._curtains = [_hang_curtain(index, dice) for index in range(3)]
        self._profiles = _light_profiles()
        # Warm accents are for lamps and suns; the sky glows green, or in the palette's own cool accent.
        cool = palette.accent if palette.accent[0] > palette.accent[2] else _GREEN
        foot, top = mix(cool, palette.horizon, 0.15), mix(palette.mid, _VIOLET, 0.55)
        self._colours = np.stack([foot * 0.95, top * 0.9], 1).astype(np.float32)
        self._sky = self._bake_sky(dice)
        self._twinkles = [
            (
                dice.between(0, 1),
                dice.between(0, 0.8),
                dice.between(0.25, 1),
                dice.between(0, 6.28),
                dice.between(0.8, 2.5),
            )
            for _ in range(60)
        ]
        self._spark = spark(1.3 * canvas.unit)
        self._shores = [self._bake_shore(index, dice) for index in range(3)]
        tint = mix(palette.dark, palette.zenith, 0.5)
        self._mirror = Mirror(canvas, self._horizon, tint, dice, strength=3.2, loss=0.45)
        self._finish = Finish(canvas, bloom=0.55, threshold=100, grain=1.6)

    def frame(self, t_s: float) -> Frame:
        """See `Look.frame`."""
        canvas, unit = self._canvas, self._canvas.unit
        out = np.zeros((canvas.height, canvas.width, 3), np.uint8)
        sky = out[: self._horizon]
        self._turn_sky(sky, t_s)
        cv2.add(sky, self._shine(t_s), dst=sky)
        for x, y, light, phase, pace in self._twinkles:
            gain = light * (0.45 + 0.55 * math.sin(t_s * pace + phase))
            px = x * canvas.width - self._pan * 0.4 * t_s * unit
            if gain > 0.05:
                add_sprite(out, self._spark, px, y * self._horizon, self._palette.light * np.float32(gain))
        for index, shore in enumerate(self._shores):
            dx = self._pan * (t_s - _MIDDLE_S) * (2.0, 5.0, 10.0)[index] * unit
            shore.draw(out, canvas.width / 2 + dx, self._horizon)
        self._mirror.reflect(out, t_s)
        return self._finish.apply(out, t_s)

    def _turn_sky(self, out: Frame, t_s: float) -> None:
        width, height = self._canvas.width, self._horizon
        columns, rows = self._sky.size
        matrix: Array = cv2.getRotationMatrix2D((width / 2, height), 0.22 * t_s * self._pan, 1)
        matrix[:, 2] -= matrix[:, :2] @ [(columns - width) / 2, (rows - height) / 2]
        self._sky.view(out, matrix)

    def _shine(self, t_s: float) -> Frame:
        """The curtains' light for the rows above the horizon, uint8."""
        columns, rows = max(8, self._canvas.width // 4), max(8, self._horizon // 6)
        beams = np.zeros((columns, rows, 2), np.float32)
        for curtain in self._curtains:
            self._draw_curtain(curtain, t_s, beams)
        both = cv2.GaussianBlur(np.ascontiguousarray(beams.transpose(1, 0, 2)), (0, 0), sigmaX=0.9, sigmaY=1.2)
        # Folds pile up light; the film takes it softly, so that no fold becomes a bar of white.
        light = cv2.transform(1 - np.exp(-both), self._colours)
        light = cv2.scaleAdd(cv2.GaussianBlur(light, (0, 0), max(1.0, 9 * columns / 180)), 0.45, light)
        size = (self._canvas.width, self._horizon)
        return np.asarray(cv2.resize(cv2.convertScaleAbs(light), size, interpolation=cv2.INTER_CUBIC), np.uint8)

    def _draw_curtain(self, c: _Curtain, t_s: float, image: Array) -> None:
        """Add one ribbon to `image` (columns, rows, 2): samples along it are columns of light, so that where it folds
        back the light piles up."""
        columns, rows = image.shape[:2]
        wide = self._canvas.width / self._canvas.unit / 720
        v = np.linspace(-0.25, 1.25, int(_SAMPLES * max(1.0, wide)), dtype=np.float32)
        x, y = _fold(c, v, t_s)
        ray = at(c.rays, v * 1500 * wide + (900 + 14 * t_s))
        swell = at(c.swells, v * 1500 * wide + (900 - 20 * t_s))
        light = (0.68 + 0.32 * np.tanh(ray * 0.8)) * smooth(-2.0, 0.9, swell)
        # Where the ribbon turns its edge to us the columns crowd; taking part of their light keeps folds from glaring.
        light *= 0.2 + 1.1 * np.minimum(np.abs(np.gradient(x)) * np.float32(v.size / 1.5), 1.6)
        light *= np.float32(c.light * (0.85 + 0.15 * math.sin(0.5 * t_s + c.phase[4])) * columns / 180 * 400 / v.size)
        height = c.height * (0.8 + 0.22 * np.tanh(swell + 0.4 * ray))
        up = (y[:, None] - np.arange(rows, dtype=np.float32)[None] / rows) / height[:, None]
        level = np.clip((up + 0.25) * ((_PROFILE - 1) / (_REACH + 0.25)), 0, _PROFILE - 1).astype(np.int32)
        _add_columns(image, self._profiles[level] * light[:, None, None].astype(np.float32), x * columns)

    def _bake_sky(self, dice: Dice) -> Backdrop:
        """Night, the Milky Way across it, stars."""
        p, unit = self._palette, self._canvas.unit
        width, height = int(self._canvas.width * 1.25), int(self._horizon * 1.1)
        sky = vertical(
            width,
            height,
            [(0, mix(p.dark, p.zenith, 0.5)), (0.6, mix(p.zenith, p.mid, 0.5)), (1, mix(p.mid, p.horizon, 0.45))],
        )
        side = max(width, height)
        cloud = resize(field(dice.child(), (512, 512), 1.7, low=2), side, side)[:height, :width]
        x, y = grid(width, height)
        angle = dice.between(0.5, 1.0) * dice.sign()
        across = ((x - width / 2) * math.cos(angle) - (y - height * 0.4) * math.sin(angle)) / (171 * unit)
        band = np.exp(-(across**2)) * smooth(-1.6, 1.8, cloud)
        sky += (band**1.4)[..., None] * mix(p.mid, p.light, 0.5) * 0.24
        stars = scatter_stars(width, height, dice.child(), count=3000, faint=9, tint=p.light, unit=unit)
        return bake_backdrop(sky + stars * (0.6 + 2 * band)[..., None], dice.child())

    def _bake_shore(self, index: int, dice: Dice) -> Layer:
        """Far hills, near hills, and the wooded shore; the anchor is the middle of the water line."""
        unit, p = self._canvas.unit, self._palette
        width, above, below = int(self._canvas.width * 1.35), int(260 * unit), int(30 * unit) + 2
        profile = at(line(dice.child(), 2048, 1.5, low=4), np.arange(width) / unit)
        lift = (58.0, 38.0, 15.0)[index] * unit
        top = np.minimum(above - lift * (profile * (1.0, 0.8, 0.5)[index] + 1.5 * (1, 0.8, 0.5)[index]), above - 2)
        top = np.maximum(top, 20 * unit).astype(np.float32)
        stencil = Stencil(width, above + below, unit)
        stencil.below(top)
        if index:
            plant_conifers(stencil, top, (0.0, 15.0, 34.0)[index], dice.child())
        body = ramp(256, [(0, mix(p.zenith, p.mid, 0.6)), (0.6, mix(p.zenith, p.dark, 0.6)), (1, p.dark)])
        image = np.empty((above + below, width, 3), np.float32)
        image[:] = body[(0, 130, 255)[index]]
        return bake(image, stencil.cover(), dice.child(), anchor=(width / 2, above))


def _hang_curtain(index: int, dice: Dice) -> _Curtain:
    return _Curtain(
        foot=dice.between(0.66, 0.80) - 0.17 * index,
        slant=dice.sign() * dice.between(0.12, 0.40),
        phase=tuple(dice.between(0, 6.28) for _ in range(5)),
        pace=tuple(dice.between(0.75, 1.25) for _ in range(3)),
        rays=line(dice.child(), 4096, 0.9, low=20, high=160),
        swells=line(dice.child(), 4096, 1.2, low=3, high=30),
        light=(1.0, 0.75, 0.55)[index],
        height=dice.between(0.26, 0.38),
    )


def _fold(c: _Curtain, v: Array, t_s: float) -> tuple[Array, Array]:
    """The ribbon's course over the sky, in shares of its width and height, as three swings of falling size."""
    x, y = v, c.foot + c.slant * (v - np.float32(0.5))
    swings = ((6, 0.13, 0.09, 0.16), (14, 0.035, 0.022, -0.23), (37, 0.008, 0.005, 0.35))
    for (k, across, down, pace), bend, start in zip(swings, c.pace, c.phase, strict=False):
        turn = v * np.float32(k * bend) + np.float32(start + pace * t_s)
        x = x + across * np.sin(turn)
        y = y + down * np.cos(turn)
    return x, y


def _light_profiles() -> Array:
    """Light along a column (_PROFILE, 2): a foot that ends sharply below, a top that rises later and reaches higher."""
    up = np.linspace(-0.25, _REACH, _PROFILE)
    rise = smooth(-0.06, 0.05, up)
    foot = rise * np.exp(-np.maximum(up, 0) * 2.6)
    top = rise * smooth(0.0, 0.7, up) * np.exp(-np.maximum(up, 0) * 1.25)
    return np.stack([foot * 0.62, top * 0.42], -1).astype(np.float32)


def _add_columns(image: Array, beams: Array, x: Array) -> None:
    """Add beam i to the two columns of `image` about `x[i]`; those outside are dropped. Sorted and summed in runs,
    because a matrix product would wake the BLAS's threads."""
    left = np.floor(x).astype(np.int32)
    part = x - left
    column, share = np.concatenate([left, left + 1]), np.concatenate([1 - part, part])
    inside = np.flatnonzero((column >= 0) & (column < image.shape[0]))
    order = inside[np.argsort(column[inside], kind="stable")]
    if order.size == 0:
        return
    runs = np.flatnonzero(np.diff(column[order], prepend=-1))
    shared = beams[order % x.size] * share[order][:, None, None].astype(np.float32)
    image[column[order][runs]] += np.add.reduceat(shared, runs, axis=0)


SPEC = LookSpec(
    "aurora",
    "Northern lights folding over stars, pines and a still lake.",
    ("aurora", "night", "neon", "teal", "dusk"),
    Aurora,
)
