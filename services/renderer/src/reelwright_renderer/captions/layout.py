"""One caption laid out: where each word's ink, outline and pictures lie in the frame, and what is behind them all."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from reelwright_renderer.captions.masks import Mask, Patch, grow, soften, thicken
from reelwright_renderer.captions.placing import Stage
from reelwright_renderer.captions.scripts import direction_mark, is_right_to_left
from reelwright_renderer.captions.shaping import ShapedLine, WordInk, shape_line
from reelwright_renderer.captions.strip import Rectangle, Strip
from reelwright_renderer.captions.styles import Style

_BAND_ABOVE_EM, _BAND_BELOW_EM = 0.12, 0.20
"""Of what reaches beyond capitals and baseline, so much is left out of a line's band."""
_RAMP_EM = 0.12
"""Shadows end over so much, where the place for them ends."""
_REACH_EM = 0.4
"""How far motion, shadow and box reach beyond the ink."""


Texts = Sequence[Sequence[str]]
"""The words of each line; none is empty."""


@dataclass(frozen=True, slots=True)
class Band:
    """The bar of a line, about from its baseline to its capitals' tops, in px of the frame."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Ink:
    """One word as it is drawn. The box is its ink's, in px of the frame."""

    text: str
    line: int
    left: int
    top: int
    right: int
    bottom: int
    fill: Patch
    outline: Patch | None
    emoji: Patch | None

    @property
    def right_to_left(self) -> bool:
        return is_right_to_left(self.text)


@dataclass(frozen=True, slots=True)
class Layout:
    """`place` holds all that is ever painted of this caption; `backdrop` is its shadow or bar, with its opacity."""

    style: Style
    size_px: int
    inks: tuple[Ink, ...]
    bands: tuple[Band, ...]
    place: Rectangle
    backdrop: Patch
    backdrop_opacity: float


def lay_out(texts: Texts, style: Style, stage: Stage, language: str) -> Layout:
    """Shape, place and paint the parts of a caption, of which something must be visible. 5 to 10 ms, mostly Pango's."""
    size_px, lines = _shaped(texts, style, stage, language)
    baselines = _baselines(lines, style, size_px, stage)
    inks: list[Ink] = []
    bands = []
    for number, (line, words, baseline) in enumerate(zip(lines, texts, baselines, strict=True)):
        dx, dy = round(stage.centre_x - (line.left + line.right) / 2), baseline - line.baseline
        bands.append(_band(line, dx, baseline, size_px))
        for text, ink in zip(words, line.words, strict=True):
            if ink.covered.any():
                inks.append(_place_ink(text, number, ink, (dx, dy), style=style, size_px=size_px))
            else:
                inks.append(_no_ink(text, number, line.left + dx, baseline))
    place = _place(inks, stage, size_px)
    bar = style.bar > 0 and not style.outline_em
    backdrop = _bar(bands, place, size_px) if bar else _shadow(inks, place, size_px)
    return Layout(style, size_px, tuple(inks), tuple(bands), place, backdrop, style.bar if bar else style.shadow)


def _shaped(texts: Texts, style: Style, stage: Stage, language: str) -> tuple[int, list[ShapedLine]]:
    """The lines at the largest size at which they fit; full size but for a single wide word."""
    mark = direction_mark("".join(text for line in texts for text in line))
    size_px = stage.size_px(style)
    while True:
        lines = [shape_line(line, size_px, language=language, mark=mark) for line in texts]
        widest = max(line.right - line.left for line in lines)
        limit = stage.line_limit_px(style, size_px)
        if widest <= limit or size_px <= 4:
            return size_px, lines
        size_px = min(size_px - 1, int(size_px * limit / widest))


def _baselines(lines: Sequence[ShapedLine], style: Style, size_px: int, stage: Stage) -> list[int]:
    """In px of the frame. Lines stand a leading apart, further where their ink would meet."""
    offsets = [0]
    for upper, lower in pairwise(lines):
        clearance = upper.below - lower.above + round((0.05 + 2 * style.outline_em) * size_px)
        offsets.append(offsets[-1] + max(round(style.leading_em * size_px), clearance))
    first = stage.centre_y - (offsets[-1] - lines[0].capital_height) / 2
    first = min(first, stage.lowest_baseline(style, size_px) - offsets[-1])
    edge = math.ceil((style.outline_em + 0.04) * size_px)
    first = min(first, stage.bottom - edge - lines[-1].below - offsets[-1])
    first = max(first, stage.top + edge - lines[0].above)
    return [round(first) + offset for offset in offsets]


def _band(line: ShapedLine, dx: int, baseline: int, size_px: int) -> Band:
    top = min(baseline - line.capital_height, baseline + line.above + _BAND_ABOVE_EM * size_px)
    bottom = max(baseline, baseline + line.below - _BAND_BELOW_EM * size_px)
    return Band(line.left + dx, top, line.right + dx, bottom)


def _place_ink(text: str, line: int, ink: WordInk, at: tuple[int, int], *, style: Style, size_px: int) -> Ink:
    x, y, width, height = cv2.boundingRect(ink.covered)
    within = np.s_[y : y + height, x : x + width]
    x, y = x + at[0], y + at[1]
    bolder = round(style.bolder_em * size_px)
    mask = thicken(ink.mask[within], bolder)
    outline = None
    if style.outline_em:
        grown, pad = grow(mask, style.outline_em * size_px)
        outline = Patch(grown, x - bolder - pad, y - bolder - pad)
    fill = Patch(mask, x - bolder, y - bolder)
    emoji = None if ink.emoji is None else _emoji_patch(ink.emoji[within], x, y)
    return Ink(text, line, x, y, x + width, y + height, fill, outline, emoji)


def _no_ink(text: str, line: int, x: int, y: int) -> Ink:
    """A word that no font has, or whose glyphs merged into its neighbours': it is timed and shows nothing."""
    return Ink(text, line, x, y, x + 2, y + 2, Patch(np.zeros((2, 2), np.uint8), x, y), None, None)


def _emoji_patch(rgba: Mask, x: int, y: int) -> Patch:
    alpha = rgba[..., 3]
    return Patch(alpha, x, y, (rgba[..., :3] * (alpha[..., None] / 255)).astype(np.uint8))


def _place(inks: Sequence[Ink], stage: Stage, size_px: int) -> Rectangle:
    """All ink with room for motion, cut to the safe box."""
    reach = math.ceil(_REACH_EM * size_px) + 12
    left = max(stage.left, (min(ink.left for ink in inks) - reach) & ~1)
    top = max(stage.top, (min(ink.top for ink in inks) - reach) & ~1)
    right = min(stage.right, (max(ink.right for ink in inks) + reach + 1) & ~1)
    bottom = min(stage.bottom, (max(ink.bottom for ink in inks) + reach + 1) & ~1)
    return Rectangle(left, top, max(2, right - left), max(2, bottom - top))


def _shadow(inks: Sequence[Ink], place: Rectangle, size_px: int) -> Patch:
    strip = Strip(place)
    for ink in inks:
        for patch in (ink.outline or ink.fill, ink.emoji):
            if patch is not None:
                strip.paint(patch, "#000000")
    mask = soften(cv2.bitwise_not(strip.keep[0]), 0.11 * size_px)
    down = round(0.05 * size_px)
    lowered = cv2.copyMakeBorder(mask[: place.height - down], down, 0, 0, 0, cv2.BORDER_CONSTANT)
    _ramp_edges(lowered, max(2, round(_RAMP_EM * size_px)))
    return Patch(lowered, place.x, place.y)


def _ramp_edges(mask: Mask, ramp: int) -> None:
    """Let it fall to 0 over `ramp` px at all edges: where the safe box cuts a shadow, nobody sees the cut."""
    for side in (mask, mask[::-1], mask.T, mask.T[::-1]):
        edge = side[:ramp]
        edge[:] = edge * (np.arange(len(edge), dtype=np.float32) / ramp)[:, None]


def _bar(bands: Sequence[Band], place: Rectangle, size_px: int) -> Patch:
    """One bar a line, blurred and thresholded: they join, with round outer and inner corners."""
    mask = np.zeros((place.height, place.width), np.uint8)
    pad_x, pad_y, sigma = 0.38 * size_px, 0.34 * size_px, max(0.5, 0.2 * size_px)
    wide = max(bands, key=lambda band: band.right - band.left)
    for band in bands:
        narrow_step = band.left - wide.left < 0.6 * size_px
        left, right = (wide.left, wide.right) if narrow_step else (band.left, band.right)
        upper_left = (round(left - pad_x - place.x), round(band.top - pad_y - place.y))
        lower_right = (round(right + pad_x - place.x), round(band.bottom + pad_y - place.y))
        cv2.rectangle(mask, upper_left, lower_right, 255, -1)
    soft = cv2.GaussianBlur(mask, (0, 0), sigma).astype(np.float32)
    steep = ((soft - 127.5) * 2.5 * sigma + 127.5).clip(0, 255).astype(np.uint8)
    return Patch(steep, place.x, place.y)
