"""A moving clip at its own speed, fitted to the frame's size and rate.

Between two frames of the clip the video's frame is the nearer one, or a mix where neither is near: 24 frames a second
play on 30 without a frame shown twice. A clip that ends before its scene is played backwards, then forwards again.
"""

from bisect import bisect_right
from pathlib import Path

import cv2

from reelwright_renderer.captions.port import Planes
from reelwright_renderer.frames import copy_planes
from reelwright_renderer.sources.clip_reader import ClipReader
from reelwright_renderer.timeline import Format, Play

NEAR = 0.26
"""A frame within this share of the distance to its neighbour is shown as it is."""


class ClipSource:
    """Draws the clip at `path`; `count` frames will be seen of it. Raises Reject when it cannot be played."""

    def __init__(self, path: Path, play: Play, count: int, format_: Format) -> None:
        self._step_s = play.speed / format_.fps
        self._reader = ClipReader(path, format_, needed_s=count * self._step_s)

    def draw(self, index: int, planes: Planes) -> None:
        number, share = self._position(index * self._step_s)
        if share < NEAR or share > 1 - NEAR:
            copy_planes(self._reader.planes(number + round(share)), planes)
            return
        before, after = self._reader.planes(number), self._reader.planes(number + 1)
        for first, second, target in zip(before, after, planes, strict=True):
            cv2.addWeighted(first, 1 - share, second, share, 0, dst=target)

    def _position(self, time_s: float) -> tuple[int, float]:
        """The clip's frame at or before `time_s`, and the share of the way to the next one."""
        times = self._reader.times_s
        time_s = mirrored(time_s, times[-1])
        number = min(bisect_right(times, time_s) - 1, len(times) - 2)
        return number, (time_s - times[number]) / (times[number + 1] - times[number])

    def close(self) -> None:
        self._reader.close()


def mirrored(time_s: float, length_s: float) -> float:
    """`time_s` folded into 0..length_s: there and back again, without a jump."""
    around = time_s % (2 * length_s)
    return min(around, 2 * length_s - around)
