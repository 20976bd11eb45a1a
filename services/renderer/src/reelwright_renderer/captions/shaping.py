"""A line of words shaped once by Pango, and taken apart into masks that register to the pixel.

The same layout is drawn several times with other parts hidden (alpha of 1 in 65535 is 0 in 8 bits, and hidden parts
still count as ink): each word alone gives its mask; nothing but hidden words leaves the colour emoji, which ignore
alpha; word backgrounds in id colours tell whose they are, right in any direction; a trailing H gives the baseline and
the capitals' height, so that captions never jump with the letters that they happen to have.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from html import escape

import cv2
import numpy as np

from reelwright_renderer.captions.masks import Mask
from reelwright_renderer.captions.pango import Pixels, draw
from reelwright_renderer.captions.scripts import ZERO_WIDTH_SPACE, joiner

_HIDDEN = 'alpha="1"'
_WORD_GAP_EM = 0.06
"""Wider than the face's own space, for the outlines."""
_ID_BLUE = 254


@dataclass(frozen=True, slots=True)
class WordInk:
    """One word's coverage in its line's frame of reference; `emoji` (RGBA) where it has colour pictures."""

    mask: Mask
    emoji: Pixels | None

    @property
    def covered(self) -> Mask:
        if self.emoji is None:
            return self.mask
        covered: Mask = cv2.max(self.mask, self.emoji[..., 3])
        return covered


@dataclass(frozen=True, slots=True)
class ShapedLine:
    """`left` and `right` bound its ink; `above` (negative) and `below` do so from the baseline. All in px."""

    words: tuple[WordInk, ...]
    left: int
    right: int
    above: int
    below: int
    baseline: int
    capital_height: int


Span = Callable[[int], str]
"""Pango attributes for the word of that index."""


def shape_line(texts: Sequence[str], size_px: int, *, language: str, mark: str) -> ShapedLine:
    """The line of these words; `mark` (an invisible character) gives its direction."""

    def render(span: Span, probe: str = _HIDDEN) -> Pixels:
        return draw(_markup(texts, size_px, mark, span, probe), size_px, language=language)

    emoji = render(lambda _: _HIDDEN)
    probe = cv2.subtract(render(lambda _: _HIDDEN, "")[..., 3], emoji[..., 3])
    pictures = _pictures(len(texts), render, emoji) if emoji[..., 3].any() else [None] * len(texts)
    inks = [
        WordInk(cv2.subtract(_alone(index, render), emoji[..., 3]), picture) for index, picture in enumerate(pictures)
    ]
    return _measured(inks, probe)


def _markup(texts: Sequence[str], size_px: int, mark: str, span: Span, probe: str) -> str:
    gap = f'<span letter_spacing="{int(_WORD_GAP_EM * size_px * 1024)}"> </span>'
    markup = mark
    for index, text in enumerate(texts):
        if index:
            markup += gap if joiner(texts[index - 1], text) else ZERO_WIDTH_SPACE
        markup += f"<span {span(index)}>{escape(text)}</span>"
    return f"{markup}{mark}<span {probe}> H</span>"


def _alone(index: int, render: Callable[[Span], Pixels]) -> Mask:
    """The coverage of one word and of all emoji."""
    return render(lambda i: "" if i == index else _HIDDEN)[..., 3]


def _pictures(count: int, render: Callable[[Span], Pixels], emoji: Pixels) -> list[Pixels | None]:
    """The emoji of each word, told apart by the words' boxes."""
    boxes = render(lambda i: f'{_HIDDEN} background="#{i + 1:02x}00{_ID_BLUE:02x}"')
    pictures: list[Pixels | None] = []
    for index in range(count):
        own = (boxes[..., 0] == index + 1) & (boxes[..., 1] == 0) & (boxes[..., 2] == _ID_BLUE)
        columns = np.flatnonzero(own.any(0))
        picture = np.zeros_like(emoji)
        if len(columns):
            picture[:, columns[0] : columns[-1] + 1] = emoji[:, columns[0] : columns[-1] + 1]
        pictures.append(picture if picture[..., 3].any() else None)
    return pictures


def _measured(inks: Sequence[WordInk], probe: Mask) -> ShapedLine:
    rows = np.flatnonzero(probe.max(1) > 127)
    baseline = int(rows[-1]) + 1
    whole = reduce(cv2.max, [ink.covered for ink in inks])
    x, y, width, height = cv2.boundingRect((whole > 8).astype(np.uint8))
    if height == 0:
        y, height = baseline - len(rows), len(rows)
    return ShapedLine(
        words=tuple(inks),
        left=x,
        right=x + width,
        above=y - baseline,
        below=y + height - baseline,
        baseline=baseline,
        capital_height=len(rows),
    )
