"""The sound track of one video, from the recording to a checked AAC file."""

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

from reelwright_chassis.ids import content_id
from reelwright_renderer.audio.aac import BITRATE, write_aac
from reelwright_renderer.audio.loudness import PEAK_DBTP, TARGET_LUFS, level_speech
from reelwright_renderer.audio.meter import Level, measure
from reelwright_renderer.audio.recording import read_spans
from reelwright_renderer.audio.splice import samples_at, splice
from reelwright_renderer.timeline import AudioClip

HIGHEST_DBTP = -1.2
"""What the decoded AAC may peak at; the platforms ask for -1."""
TRIES = 3
SOUND_VERSION = 1
"""Raise it with every change of code that changes how a video sounds."""


def sound_name(recording_sha256: str, clips: Sequence[AudioClip], duration_s: float) -> str:
    """The name of a sound track by everything that is heard and how it is made."""
    heard = [asdict(clip) for clip in clips]
    made = {"lufs": TARGET_LUFS, "dbtp": PEAK_DBTP, "bitrate": BITRATE, "version": SOUND_VERSION}
    parts = {"recording": recording_sha256, "clips": heard, "duration_s": duration_s, **made}
    return content_id("sound", parts).removeprefix("sound-")


def make_sound(recording: Path, clips: Sequence[AudioClip], duration_s: float, target: Path) -> Level:
    """Write the sound to `target` and return its level as it decodes. Raises Reject for an unreadable recording."""
    spliced = splice(clips, samples_at(duration_s), partial(read_spans, recording))
    ceiling_dbtp = PEAK_DBTP
    for _ in range(TRIES):
        write_aac(level_speech(spliced, ceiling_dbtp), target)
        level = measure_file(target, duration_s)
        if level.dbtp <= HIGHEST_DBTP:
            break
        ceiling_dbtp -= level.dbtp - HIGHEST_DBTP + 0.1
    return level


def measure_file(path: Path, duration_s: float) -> Level:
    """The level of a finished sound track."""
    (sound,) = read_spans(path, [(0, samples_at(duration_s))])
    return measure(sound)
