"""Sample pictures of the caption styles, on a gradient, for people to choose from."""

import numpy as np
from cv2.typing import MatLike

from reelwright_renderer.captions.colour import to_planes, to_rgb
from reelwright_renderer.captions.painter import Painter
from reelwright_renderer.captions.planning import plan_captions
from reelwright_renderer.captions.port import CaptionWord

SAMPLE_TEXT = "Captions that really look good."
_FPS = 30
_WORD_S = 0.4
_CORNERS = ((255, 170, 90), (230, 70, 120), (20, 120, 170), (70, 40, 140))
"""RGB of the gradient's upper left, upper right, lower left, lower right."""


def sample_words(text: str, word_s: float = _WORD_S) -> list[CaptionWord]:
    """The words of `text` at an even pace, from 0 s."""
    return [CaptionWord(word, index * word_s, (index + 0.9) * word_s) for index, word in enumerate(text.split())]


def style_sample(style: str, *, width: int = 1080, height: int = 1920, text: str = SAMPLE_TEXT) -> MatLike:
    """A frame (height x width, RGB, uint8) with `text` in that style, its second word lit, over a gradient.

    Raises KeyError for a style that does not exist.
    """
    words = sample_words(text)
    plan = plan_captions(words, style, "", width, height)
    planes = to_planes(gradient(width, height))
    lit = words[min(1, len(words) - 1)]
    Painter(plan, _FPS).draw(planes, round((lit.start_s + 0.7 * _WORD_S) * _FPS))
    return to_rgb(planes)


def gradient(width: int, height: int) -> MatLike:
    """RGB, between four colours."""
    corners = np.array(_CORNERS, np.float32).reshape(2, 2, 3)
    across = np.linspace(0, 1, width, dtype=np.float32)[None, :, None]
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    upper = corners[0, 0] * (1 - across) + corners[0, 1] * across
    lower = corners[1, 0] * (1 - across) + corners[1, 1] * across
    mixed: MatLike = (upper * (1 - down) + lower * down).astype(np.uint8)
    return mixed
