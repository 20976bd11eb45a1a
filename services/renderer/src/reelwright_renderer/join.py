"""Joins finished segments and the sound into the one file, without encoding anything again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import merge
from pathlib import Path

import av
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from reelwright_chassis.errors import ReelwrightError
from reelwright_renderer.encode import NO_EDIT_LIST


class SegmentsDiffer(ReelwrightError):
    """Segments of one video have different headers: they cannot be in one stream."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A segment's file and how many frames it holds."""

    path: Path
    frames: int


def join(pieces: Sequence[Piece], audio: Path, fps: int, target: Path, title: str = "") -> None:
    """Write `target`: all pieces in order and the AAC stream of `audio`, interleaved by time, index first."""
    with (
        av.open(str(target), "w", format="mp4", options=NO_EDIT_LIST) as container,
        av.open(str(pieces[0].path)) as first,
        av.open(str(audio)) as sound,
    ):
        if title:
            container.metadata["title"] = title
        video_stream = container.add_stream_from_template(first.streams.video[0])
        audio_stream = container.add_stream_from_template(sound.streams.audio[0])
        video = _video_packets(pieces, fps, video_stream)
        heard = _audio_packets(sound, audio_stream)
        for _, packet in merge(video, heard, key=lambda timed: timed[0]):
            container.mux(packet)


Timed = tuple[Fraction, "Packet[Stream]"]


def _video_packets(pieces: Sequence[Piece], fps: int, stream: VideoStream) -> Iterator[Timed]:
    header, done = None, 0
    for piece in pieces:
        with av.open(str(piece.path)) as container:
            source = container.streams.video[0]
            header = header or source.codec_context.extradata
            if source.codec_context.extradata != header:
                raise SegmentsDiffer(f"segment {piece.path.stem} has other headers than the first one")
            yield from _moved(container, source, Fraction(done, fps), stream)
        done += piece.frames


def _audio_packets(container: av.container.InputContainer, stream: Stream) -> Iterator[Timed]:
    yield from _moved(container, container.streams.audio[0], Fraction(0), stream)


def _moved(container: av.container.InputContainer, source: Stream, by_s: Fraction, target: Stream) -> Iterator[Timed]:
    """The stream's packets, `by_s` seconds later, addressed to `target`."""
    for packet in container.demux(source):
        if packet.dts is None or packet.pts is None or packet.time_base is None:
            continue
        shift = round(by_s / packet.time_base)
        packet.pts += shift
        packet.dts += shift
        packet.stream = target
        yield packet.dts * packet.time_base, packet
