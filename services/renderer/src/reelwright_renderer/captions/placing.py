"""Where captions stand: inside the box that no platform's buttons cover."""

from dataclasses import dataclass

from reelwright_renderer.captions.styles import Style

REFERENCE_WIDTH, REFERENCE_HEIGHT = 1080, 1920
_SAFE_LEFT, _SAFE_RIGHT, _SAFE_TOP, _SAFE_BOTTOM = 120, 888, 288, 1248
"""The box that all of YouTube Shorts, Reels and TikTok leave free, at 1080x1920."""
_CENTRE_Y = 1130
_DESCENT_EM = 0.28
"""How far letters of most scripts reach below the baseline; fixed, so that captions do not jump with their letters."""
_BELOW_EM = 0.14
"""Below the outline, for the shadow."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The safe box in whole, even px of the frame, and the scale of everything in it."""

    left: int
    top: int
    right: int
    bottom: int
    centre_y: float
    scale: float

    @property
    def centre_x(self) -> float:
        return (self.left + self.right) / 2

    def size_px(self, style: Style) -> int:
        return max(4, round(style.size_px * self.scale))

    def line_limit_px(self, style: Style, size_px: int) -> int:
        """How wide a line's ink may be."""
        return max(8, int(self.right - self.left - 2 * style.margin_em * size_px))

    def lowest_baseline(self, style: Style, size_px: int) -> float:
        return self.bottom - (_DESCENT_EM + style.outline_em + _BELOW_EM) * size_px


def stage_for(width: int, height: int) -> Stage:
    """The safe box of a frame, scaled from the one of 1080x1920."""
    across, down = width / REFERENCE_WIDTH, height / REFERENCE_HEIGHT
    return Stage(
        left=_even_up(_SAFE_LEFT * across),
        top=_even_up(_SAFE_TOP * down),
        right=_even_down(_SAFE_RIGHT * across),
        bottom=_even_down(_SAFE_BOTTOM * down),
        centre_y=_CENTRE_Y * down,
        scale=min(across, down),
    )


def _even_up(value: float) -> int:
    return 2 * -int(-value // 2)


def _even_down(value: float) -> int:
    return 2 * int(value // 2)
