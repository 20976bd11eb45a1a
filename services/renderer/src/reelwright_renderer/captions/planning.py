"""Words in, a plan out: which captions stand when, in which lines, and what that will look like in a digest."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version

from reelwright_renderer.captions.grouping import Lines, Rules, group_words
from reelwright_renderer.captions.pango import measure, missing_characters
from reelwright_renderer.captions.placing import stage_for
from reelwright_renderer.captions.port import CaptionWord
from reelwright_renderer.captions.scripts import ZERO_WIDTH_SPACE, is_visible, joiner, language_tag, printable
from reelwright_renderer.captions.styles import Style, style_of
from reelwright_renderer.captions.tidying import tidy

HOLD_S = 0.35
"""How long a caption stays after its last word, where the next one leaves it the time."""
BRIDGE_S = 0.6
"""A gap up to this long between two captions is bridged by the first, so that nothing flickers."""
_DRAWING_VERSION = 1
"""Raise it when captions are drawn differently: cached segments are then made anew."""


@dataclass(frozen=True, slots=True)
class Caption:
    """One caption: its words in lines, and from when to when it stands. `print` stands for its words' pixels."""

    word_lines: Lines
    start_s: float
    end_s: float
    print: str

    @property
    def words(self) -> tuple[CaptionWord, ...]:
        return tuple(word for line in self.word_lines for word in line)

    @property
    def lines(self) -> tuple[str, ...]:
        """At most two, in reading order, as text."""
        return tuple(line_text(line) for line in self.word_lines)

    def frames(self, fps: int) -> "CaptionFrames":
        """The same in frames of the video, each time at its nearest frame."""
        starts, at = [], 0
        for word in self.words:
            at = max(at, round(word.start_s * fps))
            starts.append(at)
        ends = tuple(max(start, round(word.end_s * fps)) for start, word in zip(starts, self.words, strict=True))
        return CaptionFrames(round(self.start_s * fps), round(self.end_s * fps), tuple(starts), ends)


@dataclass(frozen=True, slots=True)
class CaptionFrames:
    """When a caption stands and when each of its words is spoken, in frames; ends are not included."""

    first: int
    end: int
    word_firsts: tuple[int, ...]
    word_ends: tuple[int, ...]

    def spoken_at(self, frame: int) -> int:
        """The word that is lit: the last one that has begun."""
        return max((i for i, first in enumerate(self.word_firsts) if first <= frame), default=-1)


@dataclass(frozen=True, slots=True)
class TimedCaption:
    """A caption in frames; whether it comes out of nothing, and goes into nothing."""

    caption: Caption
    frames: CaptionFrames
    enters: bool
    leaves: bool


@dataclass(frozen=True, slots=True)
class Captions:
    """Implements `CaptionPlan`. `missing_characters` are those that no font here has; they are not painted."""

    groups: tuple[Caption, ...]
    style: Style
    language: str
    width: int
    height: int
    missing_characters: str

    def signature(self, first_frame: int, end_frame: int, fps: int) -> str:
        """A digest of all that is painted in frames [first_frame, end_frame), counted from the first."""
        digest = hashlib.sha256(_identity(self, fps).encode())
        for timed in self.timed(fps):
            frames, caption = timed.frames, timed.caption
            if frames.first < end_frame and frames.end > first_frame:
                seen = (_relative(frames, first_frame), timed.enters, timed.leaves, caption.print, caption.lines)
                digest.update(repr(seen).encode())
        return digest.hexdigest()

    def painted(self, caption: Caption) -> list[list[str]]:
        """The words of each line as they are painted: without the characters that no font has, none empty."""
        gone = dict.fromkeys(map(ord, self.missing_characters))
        return [[word.text.translate(gone) or ZERO_WIDTH_SPACE for word in line] for line in caption.word_lines]

    def timed(self, fps: int) -> list[TimedCaption]:
        """The captions with their frames."""
        frames = [group.frames(fps) for group in self.groups]
        edges = [-1, *(one.end for one in frames[:-1])], [*(one.first for one in frames[1:]), -1]
        return [
            TimedCaption(group, own, enters=own.first != ends_before, leaves=own.end != begins_after)
            for group, own, ends_before, begins_after in zip(self.groups, frames, *edges, strict=False)
        ]


def _identity(plan: Captions, fps: int) -> str:
    """What all captions of a plan have in common."""
    libraries = [version(name) for name in ("font-manrope", "pyvips", "opencv-python-headless", "numpy")]
    return repr((_DRAWING_VERSION, plan.style, plan.language, plan.width, plan.height, fps, libraries))


def _relative(frames: CaptionFrames, first_frame: int) -> tuple[object, ...]:
    def shifted(values: Sequence[int]) -> list[int]:
        return [value - first_frame for value in values]

    return frames.first - first_frame, frames.end - first_frame, shifted(frames.word_firsts), shifted(frames.word_ends)


def plan_captions(words: Sequence[CaptionWord], style: str, language: str, width: int, height: int) -> Captions:
    """The captions of a video of width x height px; `words` are in video time, in order.

    Raises KeyError for a style that does not exist. The same words on the same machine give the same plan.
    """
    look, stage, tag = style_of(style), stage_for(width, height), language_tag(language)
    size_px = stage.size_px(look)
    missing = missing_characters("".join(printable(word.text) for word in words))
    width_of = partial(_width_px, size_px=size_px, language=tag)
    limit_px = stage.line_limit_px(look, size_px)
    rules = Rules(width_of, limit_px, size_px, look.max_words)
    lines = group_words(tidy(words, width_of, limit_px), rules)
    captions = tuple(_caption(found, size_px, tag) for found in lines)
    return Captions(_bridged(captions), look, tag, width, height, missing)


def line_text(words: Sequence[CaptionWord]) -> str:
    """A line as running text."""
    text = words[0].text
    for word in words[1:]:
        text += joiner(text, word.text) + word.text
    return text


def _width_px(text: str, *, size_px: int, language: str) -> float:
    return measure(text, size_px, language).width_px if is_visible(text) else 0.0


def _caption(lines: Lines, size_px: int, language: str) -> Caption:
    words = [word for line in lines for word in line]
    prints = "".join(measure(word.text, size_px, language).print for word in words)
    start_s = words[0].start_s
    return Caption(lines, start_s, max(start_s, *(word.end_s for word in words)), prints)


def _bridged(captions: Sequence[Caption]) -> tuple[Caption, ...]:
    """Each caption stays a little, over a short gap until the next one, and never longer than that."""
    result = []
    for index, caption in enumerate(captions):
        next_s = captions[index + 1].start_s if index + 1 < len(captions) else float("inf")
        end_s = next_s if next_s - caption.end_s <= BRIDGE_S else caption.end_s + HOLD_S
        result.append(replace(caption, end_s=max(caption.start_s, min(end_s, next_s))))
    return tuple(result)
