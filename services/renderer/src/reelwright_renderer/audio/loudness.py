"""Loudness and true peak by ITU-R BS.1770, and bringing speech to the platforms' level. Pure.

Gain first, then a limiter that looks ahead and behind: its gain dips smoothly around a peak and nothing is clipped.
Limiting lowers the loudness a little, so gain and limiter are worked out again until the level is met.
"""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyloudnorm import Meter
from scipy.ndimage import minimum_filter1d, uniform_filter1d  # type: ignore[import-untyped]
from scipy.signal import resample_poly  # type: ignore[import-untyped]

from reelwright_renderer.audio.recording import RATE, Samples

TARGET_LUFS = -14.0
TOLERANCE_LU = 0.1
PEAK_DBTP = -2.0
"""What the limiter allows. Encoding to AAC adds up to half a dB, and -1.5 dBTP is the platforms' wish."""
SILENCE_LUFS = -60.0
"""Below it there is nothing to make louder but noise."""
MOST_GAIN_DB = 40.0
MOST_LIMITING_DB = 12.0
"""How far peaks may be pushed into the limiter. Beyond, speech sounds squashed; it stays below the target instead."""
ROUNDS = 6
REACH = round(0.010 * RATE)
"""The limiter's gain begins to dip this long before a peak and is back this long after it."""
OVERSAMPLING = 4
BLOCK = 1 << 16


@dataclass(frozen=True, slots=True)
class Level:
    """Integrated loudness and true peak; -inf for silence."""

    lufs: float
    dbtp: float


def measure(sound: Samples) -> Level:
    return Level(lufs=loudness(sound), dbtp=decibels(float(peaks(sound).max(initial=0.0))))


def loudness(sound: Samples) -> float:
    """Integrated loudness in LUFS; -inf where nothing passes the gate, or for less than a gating block (0.4 s)."""
    if sound.shape[1] < 0.4 * RATE + 1:
        return float("-inf")
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.simplefilter("ignore")  # pyloudnorm warns of silence, which is said by -inf
        measured = float(Meter(RATE).integrated_loudness(sound.T.astype(np.float64)))
    return measured if np.isfinite(measured) else float("-inf")


def peaks(sound: Samples) -> NDArray[np.float32]:
    """For each sample the highest magnitude of any channel around it, between the samples too (4x oversampled)."""
    highest = [_block_peaks(sound, first) for first in range(0, sound.shape[1], BLOCK)]
    return np.concatenate(highest) if highest else np.zeros(0, np.float32)


def _block_peaks(sound: Samples, first: int) -> NDArray[np.float32]:
    """Computed with some samples more on both sides, so that blocks meet without a seam."""
    margin = 64
    begin, end = max(first - margin, 0), min(first + BLOCK + margin, sound.shape[1])
    fine = np.abs(resample_poly(sound[:, begin:end], OVERSAMPLING, 1, axis=1)).max(axis=0)
    coarse = fine.reshape(-1, OVERSAMPLING).max(axis=1).astype(np.float32)
    kept: NDArray[np.float32] = coarse[first - begin : first - begin + min(BLOCK, sound.shape[1] - first)]
    return kept


def decibels(ratio: float) -> float:
    return 20 * float(np.log10(ratio)) if ratio > 0 else float("-inf")


def factor(db: float) -> float:
    return float(10 ** (db / 20))


def level_speech(sound: Samples, peak_dbtp: float = PEAK_DBTP) -> Samples:
    """The sound at -14 LUFS with no true peak above `peak_dbtp`.

    Silence comes back as it is. What would take too much gain or limiting comes back clear and quieter than the target.
    """
    before = measure(sound)
    if before.lufs < SILENCE_LUFS:
        return sound
    most = min(MOST_GAIN_DB, peak_dbtp - before.dbtp + MOST_LIMITING_DB)
    gain_db = min(TARGET_LUFS - before.lufs, most)
    limited = limit(sound * factor(gain_db), factor(peak_dbtp))
    for _ in range(ROUNDS):
        missing = TARGET_LUFS - loudness(limited)
        if abs(missing) <= TOLERANCE_LU or (missing > 0 and gain_db >= most):
            break
        gain_db = min(gain_db + missing, most)
        limited = limit(sound * factor(gain_db), factor(peak_dbtp))
    return limited


def limit(sound: Samples, ceiling: float) -> Samples:
    """No true peak above `ceiling`. The gain at a peak holds over `REACH` on both sides and is smooth beyond."""
    needed = np.minimum(ceiling / np.maximum(peaks(sound), ceiling), 1.0)
    held = minimum_filter1d(needed, 2 * REACH + 1, mode="nearest")
    smooth = uniform_filter1d(uniform_filter1d(held, REACH, mode="nearest"), REACH, mode="nearest")
    limited: Samples = (sound * smooth).astype(np.float32)
    return limited
