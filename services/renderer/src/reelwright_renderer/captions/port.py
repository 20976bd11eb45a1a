"""What the renderer asks of captions, and nothing of how they are drawn.

`plan_captions` (pure) turns words in video time into groups; a `CaptionPainter` paints them into planar YUV frames.
Both sides of the door know only these shapes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.uint8]
Planes = tuple[Plane, Plane, Plane]
"""Writable Y (height x width), U and V (half of each) of one BT.709 limited-range 4:2:0 frame; rows may be strided."""


@dataclass(frozen=True, slots=True)
class CaptionWord:
    """One written word, punctuation attached, with its times in the video."""

    text: str
    start_s: float
    end_s: float


class CaptionGroup(Protocol):
    """Words shown together. Groups do not overlap in time and come in rising order."""

    @property
    def start_s(self) -> float: ...
    @property
    def end_s(self) -> float: ...
    @property
    def lines(self) -> Sequence[str]:
        """At most two, in reading order, as text for SRT and VTT."""


class CaptionPlan(Protocol):
    """What is shown when. Picklable: it travels to the render processes."""

    @property
    def groups(self) -> Sequence[CaptionGroup]: ...

    def signature(self, first_frame: int, end_frame: int, fps: int) -> str:
        """A digest of all that is painted in frames [first_frame, end_frame): text, states, style, font versions.

        It counts frames from `first_frame`, so equal pictures have equal signatures wherever they stand in the video.
        """


class CaptionPainter(Protocol):
    """Paints one video's captions; one painter per process, asked for frames in rising order (gaps allowed)."""

    def draw(self, planes: Planes, frame_index: int) -> None:
        """Paint into `planes` in place what is seen at video frame `frame_index`; nothing where no caption stands."""


@dataclass(frozen=True, slots=True)
class NoCaptions:
    """The plan of style "none": nothing painted. `groups` still serve the subtitle files."""

    groups: tuple[CaptionGroup, ...] = ()

    def signature(self, first_frame: int, end_frame: int, fps: int) -> str:  # noqa: ARG002 - nothing is painted
        return ""


class NullPainter:
    """Paints nothing."""

    def draw(self, planes: Planes, frame_index: int) -> None:  # noqa: ARG002 - nothing is painted
        return
