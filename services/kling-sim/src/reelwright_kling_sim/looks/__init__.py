"""Procedural moving backgrounds and pictures, chosen and coloured by a prompt: ten looks drawn with NumPy and OpenCV.

`choose` reads a prompt, `render_clip` and `render_still` make the file. They compute hard and set this process's OpenCV
to one thread: call them in a subprocess, with OPENBLAS_NUM_THREADS=1 in its environment.
"""

from __future__ import annotations

from .choose import AUTO, Choice, choose
from .palettes import PALETTES
from .registry import LOOKS
from .render import look_for, render_clip, render_still
from .scene import Look, LookSpec

__all__ = [
    "AUTO",
    "LOOKS",
    "PALETTES",
    "Choice",
    "Look",
    "LookSpec",
    "choose",
    "look_for",
    "render_clip",
    "render_still",
]
