"""Paints one video's captions into its frames."""

from bisect import bisect_right
from dataclasses import dataclass

from reelwright_renderer.captions.layout import lay_out
from reelwright_renderer.captions.motion import Scene
from reelwright_renderer.captions.placing import stage_for
from reelwright_renderer.captions.planning import Caption, CaptionFrames, Captions
from reelwright_renderer.captions.port import Planes


@dataclass(frozen=True, slots=True)
class _Entry:
    caption: Caption
    frames: CaptionFrames
    enters: bool
    leaves: bool


class Painter:
    """Implements `CaptionPainter`. A frame's picture depends on the frame alone; only the current caption is kept.

    About 8 ms for a caption's first frame, then 0.1 ms at rest and up to 1 ms in motion, at 1080x1920.
    """

    def __init__(self, plan: Captions, fps: int) -> None:
        self._plan = plan
        self._fps = fps
        self._stage = stage_for(plan.width, plan.height)
        self._entries = _entries(plan, fps)
        self._firsts = [entry.frames.first for entry in self._entries]
        self._current: tuple[int, Scene] | None = None

    def draw(self, planes: Planes, frame_index: int) -> None:
        """Paint what is seen at that frame of the video; nothing where no caption stands."""
        index = bisect_right(self._firsts, frame_index) - 1
        if index >= 0 and frame_index < self._entries[index].frames.end:
            self._scene(index).strip(frame_index).blend(planes)

    def _scene(self, index: int) -> Scene:
        if self._current is None or self._current[0] != index:
            entry = self._entries[index]
            layout = lay_out(entry.caption, self._plan.style, self._stage, self._plan.language)
            self._current = index, Scene(layout, entry.frames, self._fps, entry.enters, entry.leaves)
        return self._current[1]


def _entries(plan: Captions, fps: int) -> list[_Entry]:
    """Captions that are seen at all, each with whether it comes out of nothing and goes into nothing."""
    timed = [(caption, frames, follows) for caption, frames, follows in plan.timed(fps)]
    followed = [follows for _, _, follows in timed[1:]] + [False]
    return [
        _Entry(caption, frames, enters=not follows, leaves=not is_followed)
        for (caption, frames, follows), is_followed in zip(timed, followed, strict=True)
    ]
