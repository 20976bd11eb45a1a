"""Joins finished segments and the sound into the one file, without encoding anything again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import merge
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
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


REORDERED = 2
"""Frames that decoding runs ahead of showing: more than B-frames without references among them ever need."""
Timed = tuple[Fraction, "Packet[Stream]"]


def _video_packets(pieces: Sequence[Piece], fps: int, stream: VideoStream) -> Iterator[Timed]:
    """All frames in order of decoding, each shown at its number in the video.

    Times of decoding are given anew: a segment too short for B-frames has others than its neighbours.
    """
    header, decoded, first = None, 0, 0
    for piece in pieces:
        with av.open(str(piece.path)) as container:
            source = container.streams.video[0]
            header = header or source.codec_context.extradata
            if source.codec_context.extradata != header:
                raise SegmentsDiffer(f"segment {piece.path.stem} has other headers than the first one")
            for packet, tick in _packets(container, source):
                packet.pts = (packet.pts or 0) + round(Fraction(first, fps) / tick)
                packet.dts = round(Fraction(decoded - REORDERED, fps) / tick)
                packet.stream = stream
                decoded += 1
                yield packet.dts * tick, packet
        first += piece.frames


def _audio_packets(container: InputContainer, stream: AudioStream) -> Iterator[Timed]:
    for packet, tick in _packets(container, container.streams.audio[0]):
        packet.stream = stream
        yield (packet.dts or 0) * tick, packet


def _packets(container: InputContainer, source: Stream) -> "Iterator[tuple[Packet[Stream], Fraction]]":
    """The stream's packets, each with the length of its tick in seconds; not the empty one at the end."""
    for packet in container.demux(source):
        if packet.size and packet.time_base is not None:
            yield packet, packet.time_base
