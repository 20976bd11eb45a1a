"""A still under a camera move, exact below the pixel and cheap: no picture of the move is ever interpolated twice.

The picture is scaled once, so that the tightest view is shown about 1:1 and nothing is magnified. A view's scale is
applied exactly by `cv2.resize`. Its place comes from copies of the planes that are shifted by 1/4, 2/4 and 3/4 of a
pixel with a Lanczos filter, each made when first needed; a last shift of at most 1/8 pixel is linear, which blurs
nothing that is seen. So slow moves neither shake nor tick, at a third of what warping every frame would cost.
"""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from reelwright_renderer.captions.port import Plane, Planes
from reelwright_renderer.frames import planes_of_bgr
from reelwright_renderer.motion import drifting
from reelwright_renderer.sources.port import unreadable
from reelwright_renderer.timeline import Format, KenBurns

LUMA_PHASES, CHROMA_PHASES = 4, 1
"""Colour is seen too coarsely to be worth copies."""
SPARE = 1.01
"""The tightest view takes this many pixels for one: `cv2.resize` would ignore a factor that rounds to the same size."""
WIDEST = 1.3
"""A picture of another shape is cropped to at most this many times the frame's width or height: pans stay gentle."""


class StillSource:
    """Draws `count` frames of one camera move over the picture at `path`. Raises Reject when it is no picture."""

    def __init__(self, path: Path, move: KenBurns, count: int, format_: Format) -> None:
        self._move, self._count, self._format = move, count, format_
        self._closest = SPARE * max(move.zoom_from, move.zoom_to)
        y, u, v = self._load(path)
        self._planes = PhasedPlane(y, LUMA_PHASES), PhasedPlane(u, CHROMA_PHASES), PhasedPlane(v, CHROMA_PHASES)

    def _load(self, path: Path) -> Planes:
        picture = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR) if path.stat().st_size else None
        if picture is None:
            raise unreadable("still", "it is no picture that we know")
        return planes_of_bgr(scale_to_cover(picture.astype(np.uint8, copy=False), self._format, self._closest))

    def draw(self, index: int, planes: Planes) -> None:
        scale, left, top = self._view(index)
        for number, (source, target) in enumerate(zip(self._planes, planes, strict=True)):
            shrink = 1 if number == 0 else 2
            source.draw(left / shrink, top / shrink, scale, target)

    def _view(self, index: int) -> tuple[float, float, float]:
        """Scale (picture pixels per frame pixel, >= 1) and top left corner of the view in frame `index`."""
        move, progress = self._move, drifting(min(max(index / max(self._count - 1, 1), 0.0), 1.0))
        zoom = move.zoom_from * (move.zoom_to / move.zoom_from) ** progress
        focus = [a + (b - a) * progress for a, b in zip(move.focus_from, move.focus_to, strict=True)]
        scale = self._closest / zoom
        height, width = self._planes[0].shape
        return (
            scale,
            max(width - self._format.width * scale, 0) * focus[0],
            max(height - self._format.height * scale, 0) * focus[1],
        )

    def close(self) -> None:
        for plane in self._planes:
            plane.close()


class PhasedPlane:
    """One plane, and its copies shifted by fractions of a pixel."""

    def __init__(self, plane: Plane, phases: int) -> None:
        self._phases = phases
        self._shifted: dict[tuple[int, int], Plane] = {(0, 0): plane}

    @property
    def shape(self) -> tuple[int, int]:
        height, width = self._shifted[0, 0].shape
        return height, width

    def draw(self, left: float, top: float, scale: float, target: Plane) -> None:
        """Fill `target` with the view whose corner is (left, top), `scale` pixels of the plane to one of the target."""
        height, width = target.shape
        view = self._view(left, top, round(width * scale), round(height * scale))
        # Only factors without a size are honoured exactly; a size would be rounded to a whole-pixel view.
        cv2.resize(view, None, dst=target, fx=1 / scale, fy=1 / scale, interpolation=cv2.INTER_LINEAR)

    def _view(self, left: float, top: float, width: int, height: int) -> Plane:
        """The plane from (left, top) on: from the nearest shifted copy, moved by what is left of a pixel."""
        phases = self._phases
        phase_x, phase_y = round(left * phases) % phases, round(top * phases) % phases
        centre = left - phase_x / phases + (width - 1) / 2, top - phase_y / phases + (height - 1) / 2
        copy = self._phase(phase_x, phase_y)
        return cv2.getRectSubPix(copy, (width, height), centre).astype(np.uint8, copy=False)

    def _phase(self, x: int, y: int) -> Plane:
        if (x, y) not in self._shifted:
            self._shifted[x, y] = cv2.sepFilter2D(
                self._shifted[0, 0],
                -1,
                _shift_kernel(x / self._phases),
                _shift_kernel(y / self._phases),
                anchor=(2, 2),
                borderType=cv2.BORDER_REPLICATE,
            ).astype(np.uint8, copy=False)
        return self._shifted[x, y]

    def close(self) -> None:
        self._shifted.clear()


def _shift_kernel(fraction: float) -> NDArray[np.float32]:
    """Six taps of a Lanczos-3 window that read the signal `fraction` of a pixel further on."""
    distance = np.arange(-2, 4) - fraction
    taps = np.sinc(distance) * np.sinc(distance / 3)
    kernel: NDArray[np.float32] = (taps / taps.sum()).astype(np.float32)
    return kernel


def scale_to_cover(picture: Plane, format_: Format, zoom: float) -> Plane:
    """The picture's middle, scaled so that at `zoom` its pixels are the frame's; sides are multiples of 4."""
    height, width = picture.shape[:2]
    factor = max(format_.width / width, format_.height / height)
    picture = _crop_middle(picture, round(WIDEST * format_.width / factor), round(WIDEST * format_.height / factor))
    height, width = picture.shape[:2]
    size = tuple(-(-int(np.ceil(side * factor * zoom)) // 4) * 4 for side in (width, height))
    interpolation = cv2.INTER_CUBIC if factor * zoom > 1 else cv2.INTER_AREA
    return cv2.resize(picture, (size[0], size[1]), interpolation=interpolation).astype(np.uint8, copy=False)


def _crop_middle(picture: Plane, width: int, height: int) -> Plane:
    left, top = max(picture.shape[1] - width, 0) // 2, max(picture.shape[0] - height, 0) // 2
    return picture[top : top + height, left : left + width]
