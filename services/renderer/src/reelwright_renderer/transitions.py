"""How one scene gives way to the next, on planar YUV. Each draws `after` over `before`, in place."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from reelwright_renderer.captions.port import Plane, Planes
from reelwright_renderer.motion import eased
from reelwright_renderer.timeline import TransitionKind

SOFT_EDGE = 0.12
"""Width of a wipe's blurred edge, as a share of the frame's width."""
ZOOM = 0.35
"""How much closer a zoom moves in on the scene that goes."""


def blend(kind: TransitionKind, progress: float, before: Planes, after: Planes) -> None:
    """Turn `before` into the transition's frame at `progress` (0: all before, 1: all after)."""
    draw = _KINDS[kind]
    for number, (gone, coming) in enumerate(zip(before, after, strict=True)):
        draw(progress, gone, coming, 1 if number == 0 else 2)


def _fade(progress: float, gone: Plane, coming: Plane, _shrink: int) -> None:
    share = eased(progress)
    cv2.addWeighted(gone, 1 - share, coming, share, 0, dst=gone)


def _slide(progress: float, gone: Plane, coming: Plane, shrink: int) -> None:
    """The new scene pushes the old one out to the left."""
    width = gone.shape[1]
    shift = round(width * shrink * eased(progress) / 2) * 2 // shrink
    gone[:, : width - shift] = gone[:, shift:].copy()
    gone[:, width - shift :] = coming[:, :shift]


def _wipe(progress: float, gone: Plane, coming: Plane, _shrink: int) -> None:
    """A soft edge moves over the picture from right to left."""
    width = gone.shape[1]
    edge = max(round(width * SOFT_EDGE), 1)
    start = round((width + edge) * (1 - eased(progress))) - edge
    first, end = max(start, 0), min(start + edge, width)
    gone[:, end:] = coming[:, end:]
    if first < end:
        share = _ramp(edge)[first - start : end - start]
        old, new = gone[:, first:end].astype(np.float32), coming[:, first:end].astype(np.float32)
        gone[:, first:end] = np.rint(old + (new - old) * share).astype(np.uint8)


def _ramp(length: int) -> NDArray[np.float32]:
    steps = (np.arange(length) + 0.5) / length
    return (steps * steps * (3 - 2 * steps)).astype(np.float32)


def _zoom(progress: float, gone: Plane, coming: Plane, _shrink: int) -> None:
    """The camera moves into the old scene, which melts into the new one as that comes to rest."""
    share = eased(progress)
    closer = _closer(gone, 1 + ZOOM * share)
    settling = _closer(coming, 1 + ZOOM / 2 * (1 - share))
    cv2.addWeighted(closer, 1 - share, settling, share, 0, dst=gone)


def _closer(plane: Plane, zoom: float) -> Plane:
    """The plane's middle at its whole size. At this speed it need not be exact below the pixel."""
    height, width = plane.shape
    left, top = round(width * (1 - 1 / zoom) / 2), round(height * (1 - 1 / zoom) / 2)
    middle = plane[top : height - top, left : width - left]
    return cv2.resize(middle, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)


_KINDS: dict[TransitionKind, Callable[[float, Plane, Plane, int], None]] = {
    TransitionKind.FADE: _fade,
    TransitionKind.SLIDE: _slide,
    TransitionKind.WIPE: _wipe,
    TransitionKind.ZOOM: _zoom,
}
