"""Text to pixels: Pango through libvips, with the packaged face first and installed fonts for other scripts.

Both libraries come inside a wheel. They read their configuration when they are loaded, so it is set right before.
"""

from functools import lru_cache
from hashlib import blake2b
from html import escape
from typing import NamedTuple
from unicodedata import category

import numpy as np
from numpy.typing import NDArray

from reelwright_renderer.captions.fontconfig import configure

configure()

import font_manrope  # noqa: E402
import pyvips  # noqa: E402

Pixels = NDArray[np.uint8]

FAMILY = "Manrope ExtraBold"
_FONT_FILE = font_manrope.font_files["ManropeExtraBold"]
_NO_CHARACTER = {4: "\u0378", 6: "\U0010fff0"}
"""Code points that no font will ever have, by the number of hex digits in the box that stands for them."""
_PROBE_SIZE_PX = 64


def draw(markup: str, size_px: int, *, language: str = "") -> Pixels:
    """RGBA of one line or more of Pango markup in white, cropped to the ink of the whole layout.

    Parts hidden by alpha count as ink, so all renderings of the same words share one frame of reference.
    Raises pyvips.Error when there is nothing to draw.
    """
    lang = f' lang="{language}"' if language else ""
    image = pyvips.Image.text(
        f'<span foreground="#fff"{lang}>{markup}</span>',
        font=f"{FAMILY} {size_px}",
        fontfile=_FONT_FILE,
        rgba=True,
        dpi=72,
    )
    pixels: Pixels = image.numpy()
    return pixels


class Measured(NamedTuple):
    """The ink's width, and its pixels in short: they differ where fonts or their versions differ."""

    width_px: int
    print: str


@lru_cache(4096)
def measure(text: str, size_px: int, language: str) -> Measured:
    """How wide the visible `text` is on a line of its own."""
    pixels = draw(escape(text), size_px, language=language)
    return Measured(pixels.shape[1], digest_of(pixels))


def digest_of(pixels: Pixels) -> str:
    """16 hex digits that stand for these pixels."""
    return blake2b(pixels.tobytes(), digest_size=8).hexdigest()


def missing_characters(text: str) -> str:
    """Those characters, each once, that no font here has.

    Pango draws them as a box of hex digits, whose size and rim depend on the number of digits only.
    """
    return "".join(character for character in dict.fromkeys(text) if not _has_glyph(character))


@lru_cache(8192)
def _has_glyph(character: str) -> bool:
    if character.isspace() or category(character) in ("Cf", "Mn", "Me", "Mc", "Cc"):
        return True
    box = _hex_box(4 if ord(character) < 0x10000 else 6)
    ink = draw(escape(character), _PROBE_SIZE_PX)[..., 3]
    return ink.shape != box.shape or any((ink[rim] != box[rim]).any() for rim in _RIMS)


_RIMS = (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1])


@lru_cache(2)
def _hex_box(digits: int) -> Pixels:
    box: Pixels = draw(escape(_NO_CHARACTER[digits]), _PROBE_SIZE_PX)[..., 3]
    return box
