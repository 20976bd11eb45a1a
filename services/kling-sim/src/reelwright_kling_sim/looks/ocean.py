"""Ocean: deep-water waves with their true dispersion, in perspective at low sun: mirrored sky, Fresnel, glitter."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from .finish import Finish
from .layers import bake_backdrop
from .noise import Dice
from .paint import Array, Canvas, Frame, grid, mix, smooth
from .palettes import Palette
from .scene import LookSpec
from .sky import Sky, Sun, paint_sky

_TILE = 256  # samples a side of the wave field, which repeats every _PATCH_M metres
_PATCH_M = 48.0
_METRES_PER_SAMPLE = _PATCH_M / _TILE
_EYE_M = 5.0  # height of the camera; lower ones show back faces as patchwork
_FOCAL = 720.0  # design units
_SHADE_SCALE = 0.55  # the water is shaded at this size and enlarged: half the cost, and no visible loss in motion
_GRAVITY = 9.81
_COARSEST = 7


@dataclass(frozen=True, slots=True)
class _Sea:
    """The wave field: complex slope amplitudes (x in the real part, z in the imaginary) and angular frequencies."""

    amplitude: Array
    omega: Array

    def slopes(self, t_s: float) -> Array:
        """Slopes dy/dx, dy/dz over one tile, float32 (n, n, 2)."""
        phase = self.omega * np.float32(t_s)
        turn = cv2.merge([np.cos(phase), np.sin(phase)]).view(np.complex64)[..., 0]
        both = np.fft.ifft2(self.amplitude * turn).astype(np.complex64, copy=False)
        return both.view(np.float32).reshape(_TILE, _TILE, 2)


def _raise_sea(dice: Dice) -> _Sea:
    k = 2 * np.pi * np.fft.fftfreq(_TILE, _METRES_PER_SAMPLE)
    kx, kz = np.meshgrid(k, k)
    size = np.hypot(kx, kz) + 1e-9
    wind = dice.between(-0.6, 0.6)
    along = (kx * math.sin(wind) - kz * math.cos(wind)) / size
    peak = 2 * math.pi / dice.between(9, 15)
    power = np.exp(-0.6 * (peak / size) ** 2) / size**4.1 * (np.maximum(along, 0) ** 4 + 0.05) * (size > 0.2)
    rng = dice.child()
    height = (rng.standard_normal(size.shape) + 1j * rng.standard_normal(size.shape)) * np.sqrt(power)
    total = math.sqrt(float((np.abs(height) ** 2 * size * size).sum()))
    steepness = dice.between(0.14, 0.185)
    amplitude = height / total * steepness * _TILE * _TILE * (1j * kx - kz)
    return _Sea(amplitude.astype(np.complex64), np.sqrt(_GRAVITY * size).astype(np.float32))


class Ocean:
    """The look `ocean`."""

    def __init__(self, canvas: Canvas, palette: Palette, seed: int, _variant: str) -> None:
        self._canvas, self._palette = canvas, palette
        dice = Dice(seed)
        unit, width, height = canvas.unit, canvas.width, canvas.height
        self._horizon = int(height * dice.between(0.45, 0.57))
        self._focal = _FOCAL * unit
        self._sun_x = width / 2 + dice.between(-0.2, 0.2) * 720 * unit
        self._sun_slope = dice.between(0.035, 0.095)
        sky = self._paint_sky(dice)
        self._sky = bake_backdrop(sky, dice.child())
        mirror = sky[: self._horizon][::-1].mean(axis=1)[:, None].astype(np.float32)
        self._mirror = cv2.resize(mirror, (1, 512)).reshape(1, 512, 3)
        self._sea = _raise_sea(dice)
        self._drift = dice.between(-0.5, 0.5)
        self._place_water(dice)
        self._finish = Finish(canvas, bloom=0.42, threshold=165, grain=1.4)

    def frame(self, t_s: float) -> Frame:
        """See `Look.frame`."""
        width, height = self._canvas.width, self._canvas.height
        out = np.empty((height, width, 3), np.uint8)
        shift = (self._sky.size[0] - width) * (0.5 + 0.25 * math.sin(t_s * 0.09 - 0.4))
        self._sky.view(out[: self._horizon], np.array([[1, 0, -shift], [0, 1, 0]], np.float32))
        water = self._shade(self._surface(t_s))
        out[self._horizon :] = cv2.resize(water, (width, height - self._horizon))
        soft = max(1, int(3 * self._canvas.unit))
        seam = out[self._horizon - soft : self._horizon + soft]
        seam[:] = cv2.blur(seam, (1, soft))
        return self._finish.apply(out, t_s)

    def _paint_sky(self, dice: Dice) -> Array:
        width = int(self._canvas.width * 1.12)
        x = self._sun_x + (width - self._canvas.width) / 2
        sun = Sun(x, self._horizon - self._sun_slope * self._focal, dice.between(25, 40))
        rows = self._horizon + 4
        sky = Sky(width, rows, self._horizon, sun, dice.between(0.3, 0.6), self._canvas.unit)
        return paint_sky(sky, self._palette, dice)

    def _place_water(self, dice: Dice) -> None:
        """Everything about the water's pixels that no time changes: where each one lies, and how it is looked at."""
        canvas, palette = self._canvas, self._palette
        deep = canvas.height - self._horizon
        columns, rows = int(canvas.width * _SHADE_SCALE), int(deep * _SHADE_SCALE)
        x, y = grid(columns, rows)
        y = (y + 0.7) / rows * deep
        x = (x + 0.5) / columns * canvas.width - canvas.width / 2
        focal = np.float32(self._focal)
        away = np.float32(_EYE_M) * focal / (y + np.float32(1.5 * canvas.unit))
        self._x, self._z = x / focal * away, away
        length = np.sqrt((x / focal) ** 2 + (y / focal) ** 2 + 1)
        self._view = (x / focal / length, -y / focal / length, 1 / length)
        footprint = away[:, 0] ** 2 / _EYE_M / focal * np.float32(deep / rows / _METRES_PER_SAMPLE)
        self._mip = np.minimum(np.floor(np.log2(np.maximum(footprint, 1))).astype(int), _COARSEST)
        azimuth = (self._sun_x - canvas.width / 2) / self._focal
        length_s = math.sqrt(1 + azimuth**2 + self._sun_slope**2)
        self._sun = (azimuth / length_s, self._sun_slope / length_s, 1 / length_s)
        far = 0.35 - 0.35 * np.exp(-away / (110 * dice.between(1, 1.6)))
        haze = np.repeat(far[..., None], 3, axis=2)
        self._clear = (1 - haze).astype(np.float32)
        self._haze = (haze * self._mirror[0, 4] * 0.9).astype(np.float32)
        below = mix(palette.dark, palette.zenith, 0.55) * np.float32(0.8)
        self._below = np.broadcast_to(below, haze.shape).astype(np.float32)
        bright = np.float32(1 - 0.5 * float(palette.mid.mean()) / 255)
        through = mix(palette.zenith, palette.mid, 0.75) * bright
        self._lights = np.stack([palette.light * 0, palette.light, through], 1).astype(np.float32)
        start = int(rows * 0.45)
        self._near = start
        near = smooth(0, 0.8, np.linspace(0, 1, rows - start, dtype=np.float32)) * 0.5
        self._ripple = near.astype(np.float32)[:, None, None]

    def _surface(self, t_s: float) -> Array:
        """Slopes per water pixel. Rows are at one distance each, so each reads the mip level that suits it; the field
        is read again, turned and smaller, for detail, and a third time near the camera."""
        tile = self._sea.slopes(t_s + 20)
        x, z = self._x + np.float32(self._drift * t_s), self._z + np.float32(0.9 * t_s)
        out = np.empty((*x.shape, 2), np.float32)
        level_tile = tile
        for level in range(_COARSEST + 1):
            rows = np.flatnonzero(self._mip == level)
            if rows.size:
                band = slice(int(rows[0]), int(rows[-1]) + 1)
                out[band] = self._read_band(level_tile, level, x[band], z[band])
            if level < _COARSEST:
                half = _TILE >> (level + 1)
                level_tile = cv2.resize(level_tile, (half, half), interpolation=cv2.INTER_AREA)
        near = slice(self._near, None)
        out[near] += self._ripple * _read(tile, x[near], z[near], 13 / _METRES_PER_SAMPLE, (0.5, -0.86))
        return out

    def _read_band(self, tile: Array, level: int, x: Array, z: Array) -> Array:
        scale = 1 / (_METRES_PER_SAMPLE * 2**level)
        offset = np.float32(-0.5 + 0.5 / 2**level)
        k = np.float32(scale)
        slopes = cv2.remap(tile, x * k + offset, z * k + offset, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
        if level > 2:
            return slopes
        return cv2.scaleAdd(_read(tile, x, z, 3.7 * scale, (0.8, 0.6)), 0.6, slopes)

    def _shade(self, slopes: Array) -> Frame:
        """The water's light: the sky and the sun mirrored in the slopes, and light that comes through the waves."""
        sx, sz = slopes[..., 0], slopes[..., 1]
        vx, vy, vz = self._view
        k = (vy - vx * sx - vz * sz) / (1 + sx * sx + sz * sz)
        # Faces that look away would mirror the ground; a soft clamp bends them back without a visible edge.
        k = (k - np.sqrt(k * k + np.float32(0.0016))) * np.float32(0.5)
        rx, ry, rz = vx + 2 * k * sx, np.abs(vy - 2 * k), vz + 2 * k * sz
        grazing = 1 - np.minimum(-k, 1)
        squared = grazing * grazing
        fresnel = 0.06 + 0.94 * squared * squared * grazing
        image = self._reflection(ry)
        towards = rx * np.float32(self._sun[0]) + ry * np.float32(self._sun[1]) + rz * np.float32(self._sun[2]) - 1
        glitter = np.exp(towards * 900) * 1.3 + np.exp(towards * 110) * 0.25
        upward = np.clip(sz * 1.5 + 0.35, 0, 1.2)
        parts = cv2.merge([fresnel, glitter, (1 - fresnel) * upward * 0.75])
        image = cv2.multiply(cv2.subtract(image, self._below), cv2.merge([fresnel, fresnel, fresnel]))
        image = cv2.add(cv2.add(image, self._below), cv2.transform(parts, self._lights))
        image = cv2.add(cv2.multiply(image, self._clear), self._haze)
        return np.asarray(cv2.convertScaleAbs(image), np.uint8)

    def _reflection(self, ry: Array) -> Array:
        row = np.clip(ry * np.float32(511 / 0.62), 0, 511)
        return cv2.remap(self._mirror, row, np.zeros_like(row), cv2.INTER_LINEAR)


def _read(tile: Array, x: Array, z: Array, scale: float, turn: tuple[float, float]) -> Array:
    c, s = np.float32(turn[0] * scale), np.float32(turn[1] * scale)
    return cv2.remap(tile, x * c + z * s, z * c - x * s, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)


SPEC = LookSpec(
    "ocean",
    "Open water under a low sun, its waves moving as deep water does, with a path of glitter.",
    ("sunset", "golden", "dusk", "teal", "night", "rose", "storm"),
    Ocean,
)
