"""Lays stretches of the recording one after another, exact to the sample, with joins that are not heard. Pure."""

from collections.abc import Callable, Sequence

import numpy as np

from reelwright_renderer.audio.recording import RATE, Samples
from reelwright_renderer.timeline import AudioClip

JOIN = round(0.012 * RATE)
"""Samples of a cross-fade. It is centred on the join and made of what the recording has beyond both edges."""
EDGE = round(0.008 * RATE)
"""Samples of the fade at the video's start and end."""


def samples_at(time_s: float) -> int:
    return round(time_s * RATE)


def splice(
    clips: Sequence[AudioClip], total: int, read: Callable[[Sequence[tuple[int, int]]], list[Samples]]
) -> Samples:
    """`total` samples of stereo with each clip at its place; where there is no clip there is silence.

    Every clip is read with half a cross-fade more on both sides and faded there with equal power: at a join the two
    fades overlap, so places stay exact and nothing clicks.
    """
    mix = np.zeros((2, total + 2 * JOIN), np.float32)
    half = JOIN // 2
    sources = [(samples_at(clip.source_start_s) - half, _length(clip) + 2 * half) for clip in clips]
    sounds = read([(first, first + length) for first, length in sources])
    for clip, sound in zip(clips, sounds, strict=True):
        start = samples_at(clip.start_s) - half + JOIN
        length = min(sound.shape[1], mix.shape[1] - start)
        if length > 0:
            mix[:, start : start + length] += _faded(sound)[:, :length]
    return _edges(mix[:, JOIN : JOIN + total])


def _length(clip: AudioClip) -> int:
    """From rounded place to rounded place, so that neighbours meet exactly."""
    return samples_at(clip.start_s + clip.duration_s) - samples_at(clip.start_s)


def _faded(sound: Samples) -> Samples:
    faded = sound.copy()
    length = min(JOIN, faded.shape[1] // 2)
    ramp = np.sin(np.linspace(0, np.pi / 2, length, dtype=np.float32))
    faded[:, :length] *= ramp
    faded[:, faded.shape[1] - length :] *= ramp[::-1]
    return faded


def _edges(mix: Samples) -> Samples:
    """The very first and last samples are silent."""
    length = min(EDGE, mix.shape[1] // 2)
    ramp = np.linspace(0, 1, length, dtype=np.float32)
    mix[:, :length] *= ramp
    mix[:, mix.shape[1] - length :] *= ramp[::-1]
    return np.ascontiguousarray(mix)
