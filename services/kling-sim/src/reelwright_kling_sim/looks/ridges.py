"""Ridges: mountains fading into mist, a low sun, conifers or people in front, birds; the camera moves slowly on."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from .conifers import plant_conifers
from .finish import Finish
from .layers import Layer, bake
from .noise import Dice, at, field, line
from .paint import Array, Canvas, Frame, glow, grid, mix, ramp, resize, screen
from .palettes import Colour, Palette
from .people import Group, gather, hill_line, stand_people
from .scene import LookSpec
from .sky import Sky, Sun, paint_sky
from .stencil import Stencil

_PAN = 17.0  # design units a second for the nearest layer
_MIDDLE_S = 6.0  # when the camera passes the middle of its way; the margins serve 0 to 15 s


@dataclass(frozen=True, slots=True)
class _Range:
    """One mountain range: its layer, how much it moves (0 far .. 1 near), and the mist in front of it."""

    layer: Layer
    nearness: float
    mist_y: float
    mist_speed: float
    mist_alpha: float


@dataclass(frozen=True, slots=True)
class _Bird:
    x: float
    y: float
    phase: float
    size: float


class Ridges:
    """The look `ridges`."""

    def __init__(self, canvas: Canvas, palette: Palette, seed: int, variant: str) -> None:
        self._canvas, self._palette = canvas, palette
        dice = Dice(seed)
        self._width, self._height = int(canvas.width * 1.45), int(canvas.height * 1.12)
        self._side, self._pan = dice.sign(), dice.sign()
        self._sun = Sun(
            self._width * (0.5 + self._side * dice.between(0.04, 0.16)),
            self._height * dice.between(0.29, 0.38),
            dice.between(26, 42),
        )
        self._people = gather(dice, self._side) if variant == "people" else None
        sky = Sky(
            self._width,
            self._height * 3 // 4,
            self._height * 0.62,
            self._sun,
            dice.between(0.25, 0.5),
            canvas.unit,
        )
        self._sky = bake(paint_sky(sky, palette, dice), None, dice.child(), anchor=(self._width / 2, self._height / 2))
        self._ranges = self._build_ranges(dice)
        self._mist = self._build_mist(dice)
        self._birds = [
            _Bird(dice.between(-62, 62), dice.between(-40, 40), dice.between(0, 6.28), dice.between(0.7, 1.2))
            for _ in range(dice.count(4, 8))
        ]
        self._flock = (dice.between(0.25, 0.75), dice.between(0.16, 0.27), dice.sign())
        self._finish = Finish(canvas, bloom=0.5, threshold=135)

    def frame(self, t_s: float) -> Frame:
        """See `Look.frame`."""
        canvas, unit = self._canvas, self._canvas.unit
        out = np.empty((canvas.height, canvas.width, 3), np.uint8)
        self._sky.draw(out, canvas.width / 2 + self._drift(t_s, 0.06), canvas.height / 2, 1 + 0.002 * t_s)
        for index, item in enumerate(self._ranges):
            zoom = 1 + (0.002 + 0.009 * item.nearness) * t_s
            dy = 0.0025 * t_s * canvas.height * item.nearness
            item.layer.draw(out, canvas.width / 2 + self._drift(t_s, item.nearness), canvas.height / 2 + dy, zoom)
            if item.mist_alpha > 0:
                y = (item.mist_y - self._height / 2) * zoom + canvas.height / 2 + dy
                self._drift_mist(out, y, 300 * index + item.mist_speed * unit * t_s, item.mist_alpha)
            if index == 0:
                self._fly(out, t_s)
        return self._finish.apply(out, t_s)

    def _drift(self, t_s: float, nearness: float) -> float:
        return self._pan * (t_s - _MIDDLE_S) * _PAN * self._canvas.unit * nearness

    def _build_ranges(self, dice: Dice) -> list[_Range]:
        count = dice.count(5, 6)
        lowest = 0.88 if self._people else 0.90
        feet = [float(foot) + dice.between(-0.012, 0.012) for foot in np.linspace(0.475, lowest, count)]
        wobble = dice.between(0, 6.28)
        tops = [self._top_line(i / (count - 1), feet[i], wobble + i * 2.1, dice) for i in range(count)]
        if self._people:
            tops[-1] = hill_line(self._width, self._height, self._people)
        return [
            _Range(
                self._build_range(i / (count - 1), tops[i], tops[i + 1] if i + 1 < count else None, dice),
                0.12 + 0.88 * (i / (count - 1)) ** 1.6,
                self._height * (feet[i] + 0.03),
                dice.between(8, 20) * dice.sign(),
                0.55 - 0.06 * i if i >= 2 else 0.0,
            )
            for i in range(count)
        ]

    def _top_line(self, nearness: float, foot: float, phase: float, dice: Dice) -> Array:
        profile = line(dice.child(), 2048, 1.6 + 0.35 * nearness, low=3)
        reach = at(profile, np.arange(self._width) / self._canvas.unit)
        reach = np.where(reach > 0, reach * 1.3, reach * 0.7)
        reach *= min(1.0, 2.7 / float(reach.max()))  # a cut summit would be a table
        swell = (0.032 + 0.010 * math.sin(phase)) * (1.2 - 0.55 * nearness)
        return np.asarray(self._height * (foot - swell * np.maximum(reach, -2.2)), np.float32)

    def _build_range(self, nearness: float, top: Array, next_top: Array | None, dice: Dice) -> Layer:
        """The layer of one range; only the rows between its summit and the next range's are painted."""
        unit = self._canvas.unit
        first = int(max(0, float(top.min()) - 135 * unit))
        last = int(min(self._height, float(next_top.max()) + 70 * unit)) if next_top is not None else self._height
        local = top - first
        stencil = Stencil(self._width, last - first, unit)
        people: Group | None = self._people if next_top is None else None
        if people:
            stand_people(stencil, local, people, dice.child())
        else:
            stencil.below(local)
            if nearness > 0.5:
                plant_conifers(stencil, local, 10 + 96 * (nearness - 0.5), dice.child())
        colour = self._shade_range(nearness, local, first, last, dice)
        return bake(colour, stencil.cover(), dice.child(), anchor=(self._width / 2, self._height / 2 - first))

    def _shade_range(self, nearness: float, top: Array, first: int, last: int, dice: Dice) -> Array:
        p, far = self._palette, 1 - nearness
        height = last - first
        depth: Array = np.arange(height, dtype=np.float32)[:, None] - top[None]
        body = self._body_colour(nearness)
        strength = 0.10 + 0.34 * max(0.0, 1 - 2 * abs(nearness - 0.35))
        lit = (self._faces(top, depth, dice) * strength)[..., None]
        glint = (p.light * 0.55 + p.accent * 0.25) * (0.35 + 0.3 * far)
        colour: Array = body * (1 + 0.5 * np.minimum(lit, 0)) + glint * np.maximum(lit, 0)
        mist = np.clip(depth / (self._height * 0.17), 0, 1)[..., None] ** 1.3 * (0.72 * far**0.6 + 0.06)
        colour = mix(colour, mix(p.horizon, p.mid, 0.35 * nearness), mist)
        shine = glow(self._width, height, self._sun.x, self._sun.y - first, 0.2 * 720 * 1.4 * self._canvas.unit)
        return screen(colour, p.light * (shine * (0.22 * (far * 0.8 + 0.2)))[..., None])

    def _body_colour(self, nearness: float) -> Colour:
        p = self._palette
        stops = [
            (0.0, mix(p.mid, p.horizon, 0.55)),
            (0.3, mix(p.zenith, p.mid, 0.8)),
            (0.65, mix(p.zenith, p.dark, 0.45)),
            (1.0, p.dark),
        ]
        body: Colour = ramp(256, stops)[int(nearness * 255)]
        return body

    def _faces(self, top: Array, depth: Array, dice: Dice) -> Array:
        """Light and shade of the rock, -1..1: each face takes the slope of the ridge above it, smoothed more the
        deeper it lies, read along spurs that meander down from the summits."""
        unit = self._canvas.unit
        slope = np.gradient(top).astype(np.float32)[None] * self._side
        sigmas = [2.5 * unit * 1.32**level for level in range(14)]
        smoothed = np.concatenate([cv2.GaussianBlur(slope, (0, 0), sigmaX=sigma, sigmaY=0.1) for sigma in sigmas])
        smoothed /= smoothed.std(axis=1, keepdims=True) + np.float32(1e-6)
        height, width = depth.shape
        x, y = grid(width, height)
        spur = self._sample(field(dice.child(), (256, 256), 1.7, low=3), x, y, 0.55)
        rough = self._sample(field(dice.child(), (256, 256), 1.1, low=10), x, y, 0.9)
        deep = np.maximum(depth, 0) / np.float32(unit)
        level = np.log1p(deep / 5) * np.float32(3.2)
        bend = x + spur * np.minimum(deep * 0.5, 34) * np.float32(unit)
        face = cv2.remap(smoothed, bend, np.minimum(level, 13), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        light: Array = np.tanh(face * 1.2 + rough * 0.22) * np.exp(-deep / np.float32(150))
        return light

    def _sample(self, noise: Array, x: Array, y: Array, scale: float) -> Array:
        k = np.float32(scale / self._canvas.unit)
        return cv2.remap(noise, x * k, y * k, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)

    def _build_mist(self, dice: Dice) -> Array:
        noise = np.clip(field(dice.child(), (256, 512), 1.8, low=3, stretch=2.5) * 0.5 + 0.35, 0, 1)
        mist = resize(noise, self._width, int(self._height * 0.16))
        fade = np.sin(np.linspace(0, np.pi, mist.shape[0], dtype=np.float32)) ** 2
        return np.asarray(np.clip(mist * fade[:, None], 0, 1), np.float32)

    def _drift_mist(self, out: Frame, y: float, x: float, alpha: float) -> None:
        first = int(y)
        last = min(out.shape[0], first + self._mist.shape[0])
        if last - first < 2 or first < 0:
            return
        shift = np.array([[1, 0, x], [0, 1, first - y]], np.float32)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        size = (out.shape[1], last - first)
        veil = cv2.warpAffine(self._mist, shift, size, flags=flags, borderMode=cv2.BORDER_WRAP) * np.float32(alpha)
        tint = mix(self._palette.horizon, self._palette.mid, 0.15)
        white = np.empty((last - first, out.shape[1], 3), np.uint8)
        white[:] = tint.astype(np.uint8)
        target = out[first:last]
        target[:] = cv2.blendLinear(target, white, 1 - veil, veil)

    def _fly(self, out: Frame, t_s: float) -> None:
        unit = self._canvas.unit
        fx, fy, heading = self._flock
        ink = tuple(float(v) for v in mix(self._palette.dark, self._palette.mid, 0.25))
        for bird in self._birds:
            x = fx * self._canvas.width + (bird.x * 1.6 + heading * t_s * 10) * unit
            y = fy * self._canvas.height + (bird.y + 4 * math.sin(t_s * 0.4 + bird.phase)) * unit
            gliding = 0.5 + 0.5 * math.sin(t_s * 0.7 + bird.phase)
            flap = math.sin(t_s * 5.5 + bird.phase) * gliding * 0.6 + 0.15
            wing = 7 * bird.size * unit
            half = [(-1.0, -flap), (-0.4, -flap * 0.6 - 0.12), (0.0, 0.0), (0.4, -flap * 0.6 - 0.12), (1.0, -flap)]
            points = np.array([(x + dx * wing, y + dy * wing) for dx, dy in half])
            fixed = np.round(points * 16).astype(np.int32)
            cv2.polylines(out, [fixed], False, ink, max(1, int(1.6 * unit)), cv2.LINE_AA, 4)


SPEC = LookSpec(
    "ridges",
    "Mountain ridges fading into mist under a low sun; with people, a family stands on the nearest hill.",
    ("sunset", "golden", "dawn", "dusk", "rose", "storm", "teal", "ice"),
    Ridges,
    ("", "people"),
)
