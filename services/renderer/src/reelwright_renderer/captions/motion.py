"""What a caption looks like in one frame, style by style. Everything follows from the frame alone, never from the last.

A style that only recolours needs no function here: its states at rest are all it has.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from reelwright_renderer.captions.layout import Ink, Layout
from reelwright_renderer.captions.masks import Patch, is_light, rounded
from reelwright_renderer.captions.planning import CaptionFrames
from reelwright_renderer.captions.scripts import is_unspaced
from reelwright_renderer.captions.strip import Strip

Zoom: TypeAlias = Callable[[Patch], Patch]
Moment: TypeAlias = tuple[int, int]
"""The lit word, or -1, and the frame."""

_STILL = 0.006
"""A zoom nearer to 1 than this is rest."""
_GLIDE_S = 0.11
_SPRING_S = 0.15
_POP_LEAD_S, _GLIDE_LEAD_S, _ENTER_LEAD_S = 0.01, 0.02, 0.025
"""Motion is a little ahead of its word, or 30 frames a second would miss its peak."""
_ENTER_OPACITY = (0.7, 0.92)
_LEAVE_OPACITY = (0.85, 0.45)
"""A caption that comes out of nothing, or goes into nothing, is softened for two frames."""


def unmoved(patch: Patch) -> Patch:
    return patch


@dataclass
class Scene:
    """One caption on screen: its layout, its times, and the strips that more than one frame shows."""

    layout: Layout
    frames: CaptionFrames
    fps: int
    enters: bool
    leaves: bool
    cache: dict[object, Strip] = field(default_factory=dict)

    def strip(self, frame: int) -> Strip:
        """What is seen of it at this frame of the video."""
        spoken = self.frames.spoken_at(frame)
        move = _MOVES.get(self.layout.style.name)
        moving = move(self, spoken, frame) if move and spoken >= 0 else None
        opacity = self._opacity(frame)
        strip = moving or self.at_rest(spoken)
        return strip if opacity == 1.0 else strip.faded(opacity)

    def _opacity(self, frame: int) -> float:
        since, left = frame - self.frames.first, self.frames.end - frame
        if self.enters and since < len(_ENTER_OPACITY):
            return _ENTER_OPACITY[since]
        if self.leaves and left <= len(_LEAVE_OPACITY):
            return _LEAVE_OPACITY[len(_LEAVE_OPACITY) - left]
        return 1.0

    def since_s(self, spoken: int, frame: int) -> float:
        """Seconds since the lit word began."""
        return (frame - self.frames.word_firsts[spoken]) / self.fps

    def kept(self, key: object, make: Callable[[], Strip]) -> Strip:
        if key not in self.cache:
            self.cache[key] = make()
        return self.cache[key]

    def at_rest(self, spoken: int) -> Strip:
        return self.kept(("rest", spoken), lambda: self.painted(spoken))

    def painted(self, spoken: int, *, without: int = -1, between: Patch | None = None) -> Strip:
        """Everything at rest while a word is lit; `between` goes under the fills."""
        strip = self.kept("under", self._under).copy()
        if between is not None:
            strip.paint(between, self.layout.style.accent)
        for index in range(len(self.layout.inks)):
            if index != without:
                self.put(strip, index, spoken)
        return strip

    def _under(self) -> Strip:
        """Backdrop and outlines; all of them lie under all fills, so that none eats a neighbour."""
        layout = self.layout
        strip = Strip(layout.place)
        strip.paint(layout.backdrop, layout.style.dark, layout.backdrop_opacity)
        for ink in layout.inks:
            if ink.outline is not None:
                strip.paint(ink.outline, layout.style.dark)
        return strip

    def put(self, strip: Strip, index: int, spoken: int, zoom: Zoom = unmoved) -> None:
        """One word's fill and pictures."""
        ink = self.layout.inks[index]
        for patch in (ink.fill, ink.emoji):
            if patch is not None:
                strip.paint(zoom(patch), self._colour(index, spoken))

    def _colour(self, index: int, spoken: int) -> str:
        style = self.layout.style
        lit = index == spoken or (style.name == "karaoke" and index < spoken)
        if not lit or style.name in ("classic", "one-word"):
            return style.fill
        if style.name == "box":
            return style.dark if is_light(style.accent) else style.fill
        return style.accent


def _pop(scene: Scene, spoken: int, frame: int) -> Strip | None:
    """The lit word springs up, but not into its neighbours."""
    ink, style = scene.layout.inks[spoken], scene.layout.style
    peak = min(style.peak, 0.4 * scene.layout.size_px / (ink.right - ink.left))
    factor = _spring(scene.since_s(spoken, frame) + _POP_LEAD_S, peak)
    if abs(factor - 1) < _STILL:
        return None
    strip = scene.kept(("without", spoken), lambda: scene.painted(spoken, without=spoken)).copy()
    zoom = _about(ink, factor)
    if ink.outline is not None:
        strip.paint(zoom(ink.outline), style.dark)
    scene.put(strip, spoken, spoken, zoom)
    return strip


def _one_word(scene: Scene, spoken: int, frame: int) -> Strip | None:
    """The word comes in from a little smaller."""
    factor = _spring(scene.since_s(spoken, frame) + _ENTER_LEAD_S, -scene.layout.style.peak)
    if abs(factor - 1) < _STILL:
        return None
    return scene.at_rest(spoken).zoomed(factor, *_centre(scene.layout.inks[spoken]))


def _karaoke(scene: Scene, spoken: int, frame: int) -> Strip:
    """The accent sweeps over the lit word in its reading direction, as long as it is spoken."""
    ink, frames = scene.layout.inks[spoken], scene.frames
    length = max(1, frames.word_ends[spoken] - frames.word_firsts[spoken])
    share = min(1.0, (frame - frames.word_firsts[spoken]) / length)
    width = ink.fill.mask.shape[1]
    done = 2 * round(width * share / 2)
    strip = scene.at_rest(spoken - 1).copy()
    x = ink.fill.x - scene.layout.place.x + (width - done if ink.right_to_left else 0)
    strip.take_columns(scene.at_rest(spoken), x, done)
    return strip


def _box(scene: Scene, spoken: int, frame: int) -> Strip:
    """The box glides along a line, and grows in place on a new one (a diagonal glide looks wrong)."""
    inks = scene.layout.inks
    share = min(1.0, (scene.since_s(spoken, frame) + _GLIDE_LEAD_S) / _GLIDE_S)
    eased = 1 - (1 - share) ** 3
    to = _box_of(scene.layout, spoken)
    if spoken and inks[spoken - 1].line == inks[spoken].line:
        place = _mixed(_box_of(scene.layout, spoken - 1), to, eased)
    else:
        place = _scaled(to, 0.8 + 0.2 * eased)

    def make() -> Strip:
        return scene.painted(spoken, between=rounded(*place, 0.2 * scene.layout.size_px))

    return scene.kept(("box", spoken), make) if share == 1.0 else make()


_MOVES: dict[str, Callable[[Scene, int, int], Strip | None]] = {
    "pop": _pop,
    "one-word": _one_word,
    "karaoke": _karaoke,
    "box": _box,
}

_Box: TypeAlias = tuple[float, float, float, float]
"""x, y, width, height."""


def _box_of(layout: Layout, index: int) -> _Box:
    ink, size_px = layout.inks[index], layout.size_px
    band = layout.bands[ink.line]
    pad_x, pad_y = (0.06 if is_unspaced(ink.text[-1]) else 0.17) * size_px, 0.24 * size_px
    return ink.left - pad_x, band.top - pad_y, ink.right - ink.left + 2 * pad_x, band.bottom - band.top + 2 * pad_y


def _mixed(one: _Box, two: _Box, share: float) -> _Box:
    x, y, width, height = (a + (b - a) * share for a, b in zip(one, two, strict=True))
    return x, y, width, height


def _scaled(box: _Box, factor: float) -> _Box:
    x, y, width, height = box
    return x + width * (1 - factor) / 2, y + height * (1 - factor) / 2, width * factor, height * factor


def _centre(ink: Ink) -> tuple[float, float]:
    return (ink.left + ink.right) / 2, (ink.top + ink.bottom) / 2


def _about(ink: Ink, factor: float) -> Zoom:
    return lambda patch: patch.zoomed(factor, *_centre(ink))


def _spring(at_s: float, peak: float) -> float:
    """1 -> 1 + peak -> 1 with a trace of undershoot."""
    at = at_s / _SPRING_S
    if not 0 <= at < 1.6:
        return 1.0
    return 1 + peak * 3.27 * math.exp(-4.2 * at) * math.sin(1.25 * math.pi * at)
