"""Looks at a finished video with libav's own detectors, which share nothing with what made it."""

import struct
from collections.abc import Iterator, Mapping
from math import log10
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.error import BlockingIOError as NothingYet
from av.error import EOFError as NothingMore
from av.filter import Graph
from av.video.frame import VideoFrame

_CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts"}


def picture_faults(video: Path, *, black_s: float, frozen_s: float) -> list[str]:
    """Where the picture stays black or frozen for that long or longer."""
    with av.open(str(video)) as media:
        stream = media.streams.video[0]
        stream.thread_type = "AUTO"
        graph = Graph()
        nodes = [
            graph.add_buffer(template=stream),
            graph.add("blackdetect", f"d={black_s}:pix_th=0.02"),
            graph.add("freezedetect", f"n=0.0003:d={frozen_s}"),
            graph.add("buffersink"),
        ]
        graph.link_nodes(*nodes).configure()
        found = (told for frame in media.decode(stream) for told in _told(graph, frame))
        return [f"{name} {value}" for told in found for name, value in told.items() if name.endswith("_start")]


def loudness(video: Path) -> tuple[float, float]:
    """(integrated LUFS, true peak in dBTP) by EBU R 128."""
    last: dict[str, str] = {}
    with av.open(str(video)) as media:
        stream = media.streams.audio[0]
        graph = Graph()
        nodes = [
            graph.add_abuffer(template=stream),
            graph.add("ebur128", "peak=true:metadata=1"),
            graph.add("abuffersink"),
        ]
        graph.link_nodes(*nodes).configure()
        for frame in media.decode(stream):
            for told in _told(graph, frame):
                last |= told
    return float(last["lavfi.r128.I"]), 20 * log10(float(last["lavfi.r128.true_peak"]))


def _told(graph: Graph, frame: AudioFrame | VideoFrame) -> Iterator[Mapping[str, str]]:
    """What the detectors wrote onto the frames that come out for this one."""
    graph.push(frame)
    while True:
        try:
            yield graph.pull().metadata
        except (NothingYet, NothingMore):
            return


def boxes(video: Path) -> list[str]:
    """The MP4's boxes in order, those inside its containers too."""
    return list(_boxes(video.read_bytes()))


def _boxes(data: bytes) -> Iterator[str]:
    at = 0
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        header = 8
        if size == 1:
            size, header = struct.unpack_from(">Q", data, at + 8)[0], 16
        yield kind.decode("latin-1")
        if kind in _CONTAINERS:
            yield from _boxes(data[at + header : at + size])
        at += size or len(data)
