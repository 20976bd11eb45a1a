"""What a provider gets to hear: the speech alone, small, and with nothing of the user's file but its sound."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame

from reelwright_chassis.errors import Reject
from reelwright_transcription.audio import SAMPLE_RATE, Recording, Samples, Span
from reelwright_transcription.decode import decode
from reelwright_transcription.vad import speech_spans
from reelwright_transcription.windows import windows

_BIT_RATE = 32_000
"""Opus at 16 kHz mono is transparent to recognisers there; ten minutes are 2.4 MB of the 25 MB that OpenAI takes."""
_FRAME = SAMPLE_RATE // 50


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to send. `span` is what it holds of the recording; `windows` cut it for the aligner, `speech` is in it."""

    path: Path
    span: Span
    windows: tuple[Span, ...]
    speech: tuple[Span, ...]


def prepare_uploads(audio: Path, folder: Path, whole: bool, max_duration_s: float) -> list[Upload]:
    """OGG/Opus files in `folder`: one for the `whole` recording's speech, or one per window of up to 28 s.

    Raises `Reject` as `decode` does, and `audio_no_speech`.
    """
    recording = decode(audio, max_duration_s=max_duration_s)
    speech = speech_spans(recording.levelled())
    if not speech:
        raise Reject("audio_no_speech", "Nobody speaks in this recording.")
    cut = windows(recording, speech)
    parts = [cut] if whole else [[window] for window in cut]
    return [_upload(recording, speech, part, folder / f"speech-{i}.ogg") for i, part in enumerate(parts)]


def _upload(recording: Recording, speech: Sequence[Span], cut: Sequence[Span], path: Path) -> Upload:
    span = Span(cut[0].start_s, cut[-1].end_s)
    _encode(recording.cut(span), path)
    return Upload(path, span, tuple(cut), tuple(one for one in speech if span.overlap_s(one)))


def _encode(samples: Samples, path: Path) -> None:
    with av.open(str(path), "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=SAMPLE_RATE, layout="mono")
        stream.bit_rate = _BIT_RATE
        for frame in _frames(samples):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _frames(samples: Samples) -> Iterator[AudioFrame]:
    """Twenty milliseconds each, as Opus takes them; the last one filled with silence."""
    padded = np.concatenate([samples, np.zeros(-len(samples) % _FRAME, np.int16)])
    for start in range(0, len(padded), _FRAME):
        frame = AudioFrame.from_ndarray(padded[np.newaxis, start : start + _FRAME], format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE
        frame.pts = start
        yield frame
