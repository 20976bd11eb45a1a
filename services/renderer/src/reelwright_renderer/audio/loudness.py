"""Brings speech to the platforms' loudness: gain first, then a limiter. Pure.

Limiting lowers the loudness a little, so the gain is corrected until the level is met.
"""

import numpy as np

from reelwright_renderer.audio.limiter import Envelope, limited, peak_envelope
from reelwright_renderer.audio.meter import decibels, factor, measure
from reelwright_renderer.audio.recording import Samples

TARGET_LUFS = -14.0
TOLERANCE_LU = 0.15
PEAK_DBTP = -2.0
"""What the limiter allows. Encoding to AAC adds up to half a dB, and -1.5 dBTP is the platforms' wish."""
SILENCE_LUFS = -70.0
"""Where loudness ceases to be measured (BS.1770's absolute gate). Speech that could be recognised is louder."""
MOST_GAIN_DB = 56.0
"""Brings to the target whatever is above that gate: its noise too, but speech that nobody hears is no video."""
MOST_LIMITING_DB = 12.0
"""How far speech may be pushed into the limiter. Beyond, it sounds squashed; it stays below the target instead."""
RARE = 0.005
"""Peaks that are this rare (a knock, a cough) are not speech, and may be pushed as far as it takes."""
ROUNDS = 5


def level_speech(sound: Samples, peak_dbtp: float = PEAK_DBTP) -> Samples:
    """The sound at -14 LUFS with no true peak above `peak_dbtp`.

    Silence comes back as it is. What would take too much gain or limiting comes back clear, and quieter than that.
    """
    before = measure(sound)
    if before.lufs <= SILENCE_LUFS:
        return sound
    envelope, ceiling = peak_envelope(sound), factor(peak_dbtp)
    gain_db, most_db = 0.0, _most_gain_db(envelope, peak_dbtp)
    levelled, missing_db = sound, TARGET_LUFS - before.lufs
    for _ in range(ROUNDS):
        gain_db = min(gain_db + missing_db, most_db)
        levelled = limited(sound, envelope, factor(gain_db), ceiling)
        missing_db = TARGET_LUFS - measure(levelled).lufs
        if abs(missing_db) <= TOLERANCE_LU or (missing_db > 0 and gain_db == most_db):
            break
    return levelled


def _most_gain_db(envelope: Envelope, peak_dbtp: float) -> float:
    loudest = decibels(float(np.quantile(envelope, 1 - RARE)))
    return min(MOST_GAIN_DB, peak_dbtp - loudest + MOST_LIMITING_DB)
