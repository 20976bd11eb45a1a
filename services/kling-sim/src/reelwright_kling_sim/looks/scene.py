"""What a look is to the rest: a thing that draws the frame at a time, and a description of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from .paint import Canvas, Frame
from .palettes import Palette


class Look(Protocol):
    """One composition, ready to be drawn at any time from 0 to 15 s."""

    def frame(self, t_s: float) -> Frame:
        """The picture at `t_s`: a new uint8 array (height, width, 3), BGR. Ascending times are the fast order."""
        ...


LookMaker = Callable[[Canvas, Palette, int, str], Look]  # canvas, palette, seed, variant


@dataclass(frozen=True, slots=True)
class LookSpec:
    """A look by name: what it shows, the palettes that suit it (first: its own), its variants (first: the plain)."""

    name: str
    description: str
    palettes: tuple[str, ...]
    make: LookMaker
    variants: tuple[str, ...] = ("",)
