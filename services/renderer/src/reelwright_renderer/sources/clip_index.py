"""When each frame of a video stream is shown, and where reading may start."""

from dataclasses import dataclass
from fractions import Fraction

from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

EXTRA_S = 1.0
"""Read on this far beyond what is needed: packets come in decoding order."""


@dataclass(frozen=True, slots=True)
class ClipIndex:
    """Frames in order of display. `pts` is empty for files that carry no times: those play from the start only."""

    pts: tuple[int, ...]
    key_pts: tuple[int, ...]
    tick_s: Fraction

    @property
    def times_s(self) -> tuple[float, ...]:
        return tuple(float((pts - self.pts[0]) * self.tick_s) for pts in self.pts)


def read_index(container: InputContainer, stream: VideoStream, needed_s: float) -> ClipIndex:
    """Reads packets, decodes nothing, and stops soon after `needed_s` seconds."""
    tick_s = stream.time_base or Fraction(1, 1000)
    pts: set[int] = set()
    keys: set[int] = set()
    for packet in container.demux(stream):
        time = shown_at(packet)
        if time is None or packet.is_discard:
            continue
        pts.add(time)
        if packet.is_keyframe:
            keys.add(time)
        if (time - min(pts)) * tick_s > needed_s + EXTRA_S:
            break
    return ClipIndex(tuple(sorted(pts)), tuple(sorted(keys)), tick_s)


def shown_at(packet: "Packet[VideoStream]") -> int | None:
    """A packet's time of display in ticks; old containers (AVI) only know the order of decoding."""
    return packet.pts if packet.pts is not None else packet.dts
