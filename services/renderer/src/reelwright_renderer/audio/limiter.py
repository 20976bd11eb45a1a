"""A true-peak limiter for finished sound: its gain dips smoothly around a peak, and nothing is clipped. Pure.

It knows the whole sound, so it needs no attack time: the gain is down before a peak comes and rises after it has gone.
Peaks are those between the samples too (4x oversampled). The gain is worked out per block of 16 samples.
"""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from reelwright_renderer.audio.recording import RATE, Samples

OVERSAMPLING = 4
TAPS = 24
BLOCK = 16
REACH = round(0.012 * RATE / BLOCK)
"""Blocks before and after a peak over which the gain falls and rises."""
Envelope = NDArray[np.float32]
"""The highest magnitude of any channel in each block."""


def peak_envelope(sound: Samples) -> Envelope:
    """Computed once: the envelope of a louder sound is the envelope times its gain."""
    count = -(-sound.shape[1] // BLOCK)
    highest = np.zeros(count * BLOCK, np.float32)
    channels = sound[:1] if np.array_equal(sound[0], sound[1]) else sound
    for channel in channels:
        for kernel in _kernels():
            between = np.abs(np.convolve(channel, kernel, mode="same"))[: channel.size]
            np.maximum(highest[: channel.size], between, out=highest[: channel.size])
    envelope: Envelope = highest.reshape(count, BLOCK).max(axis=1)
    return envelope


def limited(sound: Samples, envelope: Envelope, gain: float, ceiling: float) -> Samples:
    """`sound` times `gain`, with no true peak above `ceiling`."""
    needed = np.minimum(1.0, ceiling / np.maximum(envelope * gain, 1e-9)).astype(np.float32)
    curve = _smooth(needed)
    centres = np.arange(curve.size) * BLOCK + (BLOCK - 1) / 2
    gains = np.interp(np.arange(sound.shape[1]), centres, curve).astype(np.float32)
    return sound * (gains * np.float32(gain))


def _smooth(needed: NDArray[np.float32]) -> NDArray[np.float32]:
    """Never above `needed`: the least of a neighbourhood, averaged over one that is smaller by a block."""
    row = needed[np.newaxis]
    held = cv2.erode(row, np.ones((1, 2 * (REACH + 1) + 1), np.uint8), borderType=cv2.BORDER_REPLICATE)
    for width in (REACH | 1, REACH | 1):
        held = cv2.blur(held, (width, 1), borderType=cv2.BORDER_REPLICATE)
    smooth: NDArray[np.float32] = np.minimum(held[0], 1).astype(np.float32)
    return smooth


@cache
def _kernels() -> tuple[NDArray[np.float32], ...]:
    """Windowed sinc filters that read the sound at 0, 1/4, 2/4 and 3/4 between two samples."""
    steps = np.arange(TAPS) - TAPS // 2
    kernels = []
    for phase in range(OVERSAMPLING):
        at = steps + phase / OVERSAMPLING
        kernel = np.sinc(at) * np.cos(np.pi * at / (TAPS + 2)) ** 2
        kernels.append((kernel / kernel.sum()).astype(np.float32))
    return tuple(kernels)
