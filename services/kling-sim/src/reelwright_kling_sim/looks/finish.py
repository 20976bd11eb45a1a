"""The last touch on every frame: bloom, vignette, film grain (which also dithers), and back to uint8."""

from __future__ import annotations

import cv2
import numpy as np

from .paint import Array, Canvas, Frame, blur, grid, smooth

_TILE_MARGIN = 128  # pixels by which the grain tile is larger than the frame, so that each frame may shift it
_BLOOM_SHRINK = 8  # bloom is soft enough to be made at an eighth of the size


class Finish:
    """Precomputed vignette and grain for one canvas; `apply` is called once per frame."""

    def __init__(
        self, canvas: Canvas, *, bloom: float, threshold: float, grain: float = 1.5, vignette: float = 0.38
    ) -> None:
        """`bloom`: strength of the glow of what is brighter than `threshold` (0..255); `grain`: its deviation in
        levels; `vignette`: how much the corners lose."""
        self._canvas, self._bloom, self._threshold = canvas, bloom, threshold
        x, y = grid(canvas.width, canvas.height)
        r = ((x / canvas.width - 0.5) / 0.75) ** 2 + ((y / canvas.height - 0.5) / 0.8) ** 2
        shade = 1 - vignette * smooth(0.15, 1.1, r)
        self._shade = cv2.merge([shade, shade, shade])
        self._shade8 = np.round(self._shade * 255).astype(np.uint8)
        noise = np.random.default_rng(7).standard_normal(
            (canvas.height + _TILE_MARGIN, canvas.width + _TILE_MARGIN), dtype=np.float32
        )
        noise = blur(noise, 0.6 * canvas.unit)
        noise *= np.float32(grain / noise.std())
        self._grain = cv2.merge([noise, noise, noise])
        self._lighter, self._darker = (
            np.round(np.clip(n, 0, 99)).astype(np.uint8) for n in (self._grain, -self._grain)
        )

    def apply(self, image: Array, t_s: float) -> Frame:
        """The finished frame of a float32 or uint8 `image`, which is not kept. The uint8 way is twice as fast and for
        images that are dithered already."""
        size = (self._canvas.width, self._canvas.height)
        bloom = self._bloom_of(image)
        oy, ox = np.random.default_rng(round(t_s * 1000) + 7).integers(0, _TILE_MARGIN, 2)
        window = (slice(oy, oy + size[1]), slice(ox, ox + size[0]))
        if image.dtype == np.uint8:
            frame = cv2.add(image, cv2.resize(bloom.clip(0, 255).astype(np.uint8), size))
            cv2.multiply(frame, self._shade8, dst=frame, scale=1 / 255)
            cv2.add(frame, self._lighter[window], dst=frame)
            return np.asarray(cv2.subtract(frame, self._darker[window], dst=frame), np.uint8)
        light = cv2.add(image, cv2.resize(bloom, size))
        cv2.multiply(light, self._shade, dst=light)
        cv2.add(light, self._grain[window], dst=light)
        return np.asarray(cv2.convertScaleAbs(cv2.max(light, 0.0, dst=light)), np.uint8)  # type: ignore[call-overload]

    def _bloom_of(self, image: Array) -> Array:
        width, height = self._canvas.width // _BLOOM_SHRINK, self._canvas.height // _BLOOM_SHRINK
        small = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32)
        bright = np.maximum(small - self._threshold, 0)
        unit = self._canvas.unit
        halo: Array = blur(bright, 3 * unit) + blur(bright, 11 * unit)
        return halo * np.float32(self._bloom * 0.5)
