"""Seeded randomness: composition numbers, and tileable noise of fixed size that no picture size can change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
T = TypeVar("T")


class Dice:
    """All random numbers of one picture.

    Composition numbers come from one generator, in design units; every noise field and every crowd of details gets a
    generator of its own. So neither the size of the picture nor the detail of one part moves another part.
    """

    def __init__(self, seed: int) -> None:
        """`seed` is any integer; its low 64 bits count."""
        self._sequence = np.random.SeedSequence(seed & (2**64 - 1))
        self.numbers = np.random.default_rng(self._sequence)

    def child(self) -> np.random.Generator:
        """A fresh generator that depends on the seed and on how many children came before it."""
        return np.random.default_rng(self._sequence.spawn(1)[0])

    def between(self, low: float, high: float) -> float:
        """A composition number, evenly distributed."""
        return float(self.numbers.uniform(low, high))

    def count(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both possible."""
        return int(self.numbers.integers(low, high + 1))

    def sign(self) -> int:
        """-1 or 1."""
        return 1 if self.numbers.random() < 0.5 else -1

    def pick(self, options: Sequence[T]) -> T:
        """One of `options`."""
        return options[int(self.numbers.integers(len(options)))]


def field(
    rng: np.random.Generator,
    shape: tuple[int, int],
    slope: float,
    *,
    low: float = 1.0,
    high: float = np.inf,
    stretch: float = 1.0,
) -> Array:
    """Tileable noise with a 1/f**slope spectrum: float32, mean 0, standard deviation 1.

    `low` and `high` bound the frequencies (cycles per height of the tile). `stretch` > 1 draws shapes out in x.
    Slopes that work: 1.45 rock, 1.75 cloud, 2.2 nebula.
    """
    rows, columns = shape
    ky = np.fft.fftfreq(rows)[:, None] * rows
    kx = np.fft.rfftfreq(columns)[None] * rows * stretch
    k = np.hypot(ky, kx)
    amplitude = np.where((k >= low) & (k < high), np.maximum(k, 1e-6) ** -slope, 0.0)
    spectrum = amplitude * (rng.standard_normal(k.shape) + 1j * rng.standard_normal(k.shape))
    return _standard(np.fft.irfft2(spectrum, shape))


def line(rng: np.random.Generator, count: int, slope: float, *, low: float = 1.0, high: float = np.inf) -> Array:
    """The one-dimensional `field`: `count` float32 samples that wrap around, standard deviation 1."""
    k = np.arange(count // 2 + 1, dtype=float)
    amplitude = np.where((k >= low) & (k < high), np.maximum(k, 1.0) ** -slope, 0.0)
    spectrum = amplitude * (rng.standard_normal(k.size) + 1j * rng.standard_normal(k.size))
    return _standard(np.fft.irfft(spectrum, count))


def at(samples: Array, x: Array | float) -> Array:
    """`samples` read at fractional, wrapping positions `x` (in samples): float32."""
    count = samples.size
    positions = np.asarray(x, np.float64) % count
    wrapped = np.append(samples, samples[0])
    return np.asarray(np.interp(positions, np.arange(count + 1), wrapped), np.float32)


def _standard(values: Array) -> Array:
    centred = values - values.mean()
    return np.asarray(centred / (centred.std() + 1e-9), np.float32)
