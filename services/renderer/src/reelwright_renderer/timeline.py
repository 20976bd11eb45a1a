"""The edit of one video in OpenTimelineIO's terms, exact to the frame. Pure data: no files, no pixels.

The picture track is clips back to back; a transition lies on the cut between two clips and takes `in_offset` frames
before it and `out_offset` after it, so both clips have handles there. All frame ranges are half open.
"""

from dataclasses import dataclass
from enum import StrEnum

from reelwright_renderer.captions.port import CaptionWord


@dataclass(frozen=True, slots=True)
class Format:
    """Size and rate of the video. Width and height are even; the rate is constant."""

    width: int
    height: int
    fps: int

    @property
    def gop(self) -> int:
        """Frames in a closed group of pictures: half a second, as the platforms ask."""
        return max(self.fps // 2, 1)


DEFAULT_FORMAT = Format(width=1080, height=1920, fps=30)


@dataclass(frozen=True, slots=True)
class FrameRange:
    first: int
    end: int

    @property
    def count(self) -> int:
        return self.end - self.first


class MediaKind(StrEnum):
    CLIP = "clip"
    STILL = "still"
    CARD = "card"


@dataclass(frozen=True, slots=True)
class Media:
    """What a clip shows. A card has no stored object: its colours follow from `seed`."""

    kind: MediaKind
    key: str = ""
    sha256: str = ""
    seed: str = ""


@dataclass(frozen=True, slots=True)
class Play:
    """A moving clip at `speed` (0.8: slowed to 4/5). Where it ends too early it is mirrored in time."""

    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class KenBurns:
    """A camera move over a still: eased from one view to the other.

    A zoom of 1 shows as much as covers the frame; a focus of (0, 0) is the top left view, (1, 1) the bottom right one.
    """

    zoom_from: float
    zoom_to: float
    focus_from: tuple[float, float]
    focus_to: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Drift:
    """A card's gradient in motion; nothing to choose."""


Effect = Play | KenBurns | Drift


@dataclass(frozen=True, slots=True)
class Clip:
    """One scene's picture. `place` is where it plays alone or is cut to; handles reach beyond it under transitions."""

    name: str
    media: Media
    effect: Effect
    place: FrameRange
    head: int = 0
    tail: int = 0

    @property
    def seen(self) -> FrameRange:
        """All frames of the video in which anything of this clip is seen."""
        return FrameRange(self.place.first - self.head, self.place.end + self.tail)


class TransitionKind(StrEnum):
    CUT = "cut"
    FADE = "fade"
    SLIDE = "slide"
    WIPE = "wipe"
    ZOOM = "zoom"


@dataclass(frozen=True, slots=True)
class Transition:
    """On the cut at frame `at`: [at - in_offset, at + out_offset) shows both neighbours. A cut has no length."""

    kind: TransitionKind
    at: int
    in_offset: int = 0
    out_offset: int = 0

    @property
    def place(self) -> FrameRange:
        return FrameRange(self.at - self.in_offset, self.at + self.out_offset)


@dataclass(frozen=True, slots=True)
class AudioClip:
    """A stretch of the recording, in seconds from its first sample, and where in the video it is heard."""

    start_s: float
    source_start_s: float
    duration_s: float

    @property
    def source_end_s(self) -> float:
        return self.source_start_s + self.duration_s


@dataclass(frozen=True, slots=True)
class Timeline:
    """One video. `transitions` has one entry per cut, in order: one less than `clips`."""

    name: str
    format: Format
    clips: tuple[Clip, ...]
    transitions: tuple[Transition, ...]
    audio: tuple[AudioClip, ...]
    words: tuple[CaptionWord, ...]
    caption_style: str
    language: str

    @property
    def frames(self) -> int:
        return self.clips[-1].place.end

    @property
    def duration_s(self) -> float:
        return self.frames / self.format.fps
