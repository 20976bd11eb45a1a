"""Forest: misty trunks in five depths, light shafts turning between them, leaves that stir, dust in the light."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from .finish import Finish
from .layers import Layer, bake, bake_apart
from .noise import Array, Dice, at, field, line
from .paint import Canvas, Frame, add_sprite, blur, disc, ease, glow, grid, mix, ramp, resize, screen, smooth, spark
from .palettes import Palette
from .scene import LookSpec
from .stencil import Stencil
from .trees import Trunk, hang_leaves, raise_trunk, sow_grass

_DEPTHS = 5
_FAR = 2  # so many depths, from the back, are baked into one layer
_STIRRING = 3  # from this depth on, leaves move by themselves
_TRUNK_WIDTH = (7.0, 13.0, 23.0, 40.0, 84.0)  # design units, far to near
_TRUNKS = (22, 14, 9, 6)  # per 1000 design units of width; the nearest depth has three, placed
_BLADES = (600, 800, 900, 800, 700)
_PAN = 14.0  # design units a second for the nearest depth
_MIDDLE_S = 6.0
_DUST_RADII = (1.0, 1.5, 2.4, 4.6)
_DUST_GAIN = (1.0, 0.9, 0.6, 0.35)


@dataclass(frozen=True, slots=True)
class _Depth:
    """One depth: its trunks, its leaves, and how much it moves (0 far .. 1 near)."""

    trunks: list[Layer]
    leaves: Layer | None
    nearness: float


class Forest:
    """The look `forest`."""

    def __init__(self, canvas: Canvas, palette: Palette, seed: int, _variant: str) -> None:
        self._canvas, self._palette = canvas, palette
        dice = Dice(seed)
        self._width, self._height = int(canvas.width * 1.38), int(canvas.height * 1.14)
        self._side, self._pan = dice.sign(), dice.sign()
        self._light = (
            self._width * 0.5 + self._side * dice.between(0.08, 0.2) * 972 * canvas.unit,
            self._height * dice.between(0.34, 0.45),
        )
        self._place_shafts(dice)
        # Pale palettes have bright mist already: their shafts are dimmed, or the middle would burn out.
        self._shine = 1.0 - 0.5 * float(palette.horizon.mean()) / 255
        placed = [dice.between(0.25, 0.33), dice.between(0.33, 0.44), dice.between(0.58, 0.66)]
        self._near = (0.5 - self._side * placed[0], 0.5 + self._side * placed[1], 0.5 - self._side * placed[2])
        self._depths = [self._bake_far(dice), *(self._bake_depth(index, dice) for index in range(_FAR, _DEPTHS))]
        self._dust = [
            (dice.between(0, 1), dice.between(0.1, 0.95), int(dice.numbers.choice(4, p=[0.45, 0.3, 0.18, 0.07])),
             dice.numbers.uniform(0, 6.28, 3).tolist(), dice.between(0.3, 1))
            for _ in range(48)
        ]  # fmt: skip
        self._sparks = [spark(radius * canvas.unit) for radius in _DUST_RADII]
        self._finish = Finish(canvas, bloom=0.6, threshold=150)

    def frame(self, t_s: float) -> Frame:
        """See `Look.frame`."""
        canvas = self._canvas
        out = np.zeros((canvas.height, canvas.width, 3), np.uint8)
        shafts = self._shafts(t_s)
        light = self._light_of(shafts)
        for index, depth in enumerate(self._depths):
            zoom = 1 + (0.002 + 0.008 * depth.nearness) * t_s
            x = canvas.width / 2 + self._pan * (t_s - _MIDDLE_S) * _PAN * canvas.unit * depth.nearness
            y = canvas.height / 2 + 0.0006 * t_s * canvas.height
            for trunks in depth.trunks:
                trunks.draw(out, x, y, zoom)
            if depth.leaves:
                sway = (1.0 + 2.6 * depth.nearness) * canvas.unit
                dx = sway * (math.sin(t_s * 0.9 + index) + 0.5 * math.sin(t_s * 1.7 + 2 * index))
                depth.leaves.draw(out, x + dx, y + 0.5 * sway * math.sin(t_s * 1.3 + index), zoom)
            if index in (0, 2):  # behind the middle depths, and before them
                cv2.add(out, light, dst=out)
        self._float_dust(out, shafts, t_s)
        return self._finish.apply(out, t_s)

    def _place_shafts(self, dice: Dice) -> None:
        """The beams' angle about a sun outside the picture, for every pixel of a quarter-size image."""
        canvas = self._canvas
        x, y = grid(max(2, canvas.width // 4), max(2, canvas.height // 4))
        sx = canvas.width / 2 + self._side * dice.between(0.3, 0.6) * 720 * canvas.unit
        dx, dy = x * 4 - sx, y * 4 + canvas.height * dice.between(0.02, 0.12)
        self._angle = (np.arctan2(dx, dy) * 380 + 1024).astype(np.float32)
        far = np.hypot(dx, dy) / (1280 * canvas.unit)
        fade = np.exp(-1.3 * far) * smooth(-0.05, 0.35, far) * (1 - smooth(0.75, 1.15, y * 4 / canvas.height))
        self._fade = fade.astype(np.float32)
        self._beams = [line(dice.child(), 2048, 0.9, low=14, high=120)[None] for _ in range(2)]
        self._zero = np.zeros_like(self._angle)

    def _shafts(self, t_s: float) -> Array:
        """Light 0..1 per pixel of the quarter-size image: two sets of beams turning against each other."""
        one = self._read_beams(0, self._angle + np.float32(9 * t_s))
        two = self._read_beams(1, self._angle * np.float32(0.8) + np.float32(300 - 11 * t_s))
        return blur(smooth(-0.5, 2.6, one + two) * self._fade, 1.5 * self._canvas.unit)

    def _read_beams(self, index: int, angle: Array) -> Array:
        return cv2.remap(self._beams[index], angle, self._zero, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)

    def _light_of(self, shafts: Array) -> Frame:
        """The shafts in the palette's light, uint8, as large as the frame."""
        light = cv2.convertScaleAbs(shafts[..., None] * (self._palette.light * np.float32(0.54 * self._shine)))
        return np.asarray(cv2.resize(light, (self._canvas.width, self._canvas.height)), np.uint8)

    def _float_dust(self, out: Frame, shafts: Array, t_s: float) -> None:
        width, height = self._canvas.width, self._canvas.height
        for fx, fy, size, phase, gain in self._dust:
            x = (fx + 0.02 * math.sin(t_s * 0.31 + phase[0]) + 0.006 * t_s * math.cos(phase[2])) % 1
            y = (fy + 0.015 * math.sin(t_s * 0.43 + phase[1]) - 0.004 * t_s) % 1
            lit = float(shafts[int(y * (shafts.shape[0] - 1)), int(x * (shafts.shape[1] - 1))])
            border = ease(0, 0.05, min(x, 1 - x)) * ease(0, 0.05, min(y, 1 - y))
            light = gain * min(1, 0.18 + 2.2 * lit) * (0.7 + 0.3 * math.sin(t_s * 1.1 + phase[2])) * border
            if light < 0.05:
                continue
            tint = self._palette.light * np.float32(light * _DUST_GAIN[size])
            add_sprite(out, self._sparks[size], x * width, y * height, tint)

    def _bake_far(self, dice: Dice) -> _Depth:
        """The clearing and the two farthest depths as one opaque layer: they hardly move against each other."""
        image = self._back(dice)
        for index in range(_FAR):
            ground = self._ground(index)
            cover = np.maximum(self._trunk_cover(index, ground, dice), self._leaf_cover(index, dice))
            cover = blur(cover, (1 - index) * 1.2 * self._canvas.unit)[..., None]
            image = image * (1 - cover) + self._depth_colour(index, ground, dice) * cover
        return _Depth([self._bake(image, None, dice, self._hidden_from(_FAR - 1))], None, 0.15)

    def _bake_depth(self, index: int, dice: Dice) -> _Depth:
        ground = self._ground(index)
        cover, leaves = self._trunk_cover(index, ground, dice), self._leaf_cover(index, dice)
        colour = self._depth_colour(index, ground, dice)
        nearness = 0.10 + 0.90 * _near(index) ** 1.5
        if index < _STIRRING:
            whole = self._bake(colour, np.maximum(cover, leaves), dice, self._hidden_from(index))
            return _Depth([whole], None, nearness)
        if index < _DEPTHS - 1:
            trunks = [self._bake(colour, cover, dice, self._hidden_from(index))]
            return _Depth(trunks, self._bake(colour, leaves, dice, self._height // 2), nearness)
        cover, leaves = (blur(mask, 3.0 * self._canvas.unit) for mask in (cover, leaves))
        middle, level = (self._width / 2, self._height / 2), int(ground - 130 * self._canvas.unit)
        trunks = bake_apart(colour, cover, dice.child(), anchor=middle, ground=level)
        return _Depth(trunks, self._bake(colour, leaves, dice, self._height // 2), nearness)

    def _leaf_cover(self, index: int, dice: Dice) -> Array:
        reach = 0.10 + 0.06 * _near(index) + (0.05 if index == _DEPTHS - 1 else 0)
        return hang_leaves(self._width, self._height, reach, dice.child())

    def _hidden_from(self, index: int) -> int:
        """The row from which on the next depth's ground hides this depth, wherever the camera is."""
        return min(self._height, int(self._ground(index + 1) + 110 * self._canvas.unit))

    def _ground(self, index: int) -> float:
        lower: float = _near(index) ** 1.2
        return self._height * (0.66 + 0.27 * lower)

    def _bake(self, colour: Array, cover: Array | None, dice: Dice, bottom: int | None = None) -> Layer:
        """A layer of the rows down to `bottom`, anchored in the middle of the whole picture."""
        rows = slice(None, bottom)
        middle = (self._width / 2, self._height / 2)
        return bake(colour[rows], None if cover is None else cover[rows], dice.child(), anchor=middle)

    def _trunk_cover(self, index: int, ground: float, dice: Dice) -> Array:
        unit, near = self._canvas.unit, _near(index)
        rng = dice.child()
        stencil = Stencil(self._width, self._height, unit)
        wave = at(line(rng, 2048, 1.5, low=3), np.arange(self._width) / unit)
        top = (ground + wave * (12.8 * (1 + near) * unit)).astype(np.float32)
        stencil.below(top)
        wide = self._width / unit
        if index == _DEPTHS - 1:
            places = [share * wide for share in self._near]
        else:
            count = max(3, round(_TRUNKS[index] * wide / 1000))
            places = [(i + rng.uniform(0.1, 0.9)) / count * wide for i in range(count)]
        for x in places:
            width = _TRUNK_WIDTH[index] * rng.uniform(0.6, 1.25)
            raise_trunk(stencil, Trunk(x, width, ground / unit, self._height / unit), rng)
        sow_grass(stencil, top, _BLADES[index], 7 + 40 * near**1.3, rng)
        return stencil.cover()

    def _depth_colour(self, index: int, ground: float, dice: Dice) -> Array:
        p, near, unit = self._palette, _near(index), self._canvas.unit
        far = 1 - near
        stops = [
            (0.0, mix(p.mid, p.horizon, 0.6)),
            (0.3, mix(p.zenith, p.mid, 0.75)),
            (0.65, mix(p.zenith, p.dark, 0.5)),
            (1.0, p.dark),
        ]
        body = ramp(256, stops)[int(near * 255)]
        down = np.arange(self._height, dtype=np.float32)[:, None]
        bark = resize(field(dice.child(), (256, 256), 1.2, low=8, stretch=0.3), self._width, self._height)
        halo = glow(self._width, self._height, *self._light, 290 * unit)[..., None]
        rough = bark * smooth(ground, ground - 120 * unit, down) * (0.03 + 0.09 * near)
        colour = body * (0.8 + rough[..., None]) + p.light * (halo * (0.42 * far**1.2))
        mist = smooth(self._height * 0.30, ground + self._height * 0.02, down)[..., None] * (far * 0.5)
        return mix(np.clip(colour, 0, 255), mix(p.horizon, p.light, 0.3), mist)

    def _back(self, dice: Dice) -> Array:
        """The bright clearing behind everything, with light dancing among far leaves."""
        p, unit, (lx, ly) = self._palette, self._canvas.unit, self._light
        stops = [
            (0.0, mix(p.zenith, p.mid, 0.5)),
            (0.42, mix(p.mid, p.horizon, 0.75)),
            (0.62, p.horizon),
            (1.0, mix(p.zenith, p.mid, 0.4)),
        ]
        base = np.repeat(ramp(self._height, stops)[:, None], self._width, axis=1)
        halo = glow(self._width, self._height, lx, ly, 214 * unit)[..., None]
        base = screen(base * (0.55 + 0.45 * halo), p.light * (halo * 0.75))
        speckle = resize(field(dice.child(), (128, 128), 1.2, low=3), self._width, self._height)[..., None]
        fade = np.linspace(1, 0.2, self._height, dtype=np.float32)[:, None, None]
        base = (base * (1 - 0.12 * np.clip(speckle, -1, 1.5) * fade)).astype(np.float32)
        rng = dice.child()
        for _ in range(90):
            sprite = disc(rng.uniform(5, 17) * unit, 2 * unit, 0.3)
            x, y = lx + rng.normal() * 233 * unit, ly - abs(rng.normal()) * 286 * unit
            add_sprite(base, sprite, x, y, p.light * np.float32(rng.uniform(0.05, 0.26)))
        return base


def _near(index: int) -> float:
    """0 for the farthest depth, 1 for the nearest."""
    return index / (_DEPTHS - 1)


SPEC = LookSpec(
    "forest",
    "Misty trunks with shafts of light turning between them.",
    ("forest", "golden", "teal", "storm", "dusk", "sepia"),
    Forest,
)
