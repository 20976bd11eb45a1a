"""Looks into a downloaded file: is it the clip or picture it should be, whole, and how large?

Made to be called in a subprocess, because the file comes from outside and decoders are native code: a crash there must
cost one download and not the process that knows of running paid tasks. What a file is gets decided by its first bytes,
so that no playlist is ever opened in a media file's name.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import av
from av import VideoCodecContext
from av.container import InputContainer
from av.error import FFmpegError


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """`duration_s` is 0 for a picture."""

    content_type: str
    width_px: int
    height_px: int
    duration_s: float


class NotMedia(Exception):
    """The file is no clip or picture that this service takes, or not a whole one."""


_FORMATS = {"video/mp4": "mp4", "image/jpeg": "jpeg_pipe", "image/png": "png_pipe"}


def content_type_of(head: bytes) -> str:
    """The media type by the first bytes of a file. Raises `NotMedia`."""
    if head[4:8] == b"ftyp":
        return "video/mp4"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    raise NotMedia("neither MP4 nor JPEG nor PNG")


def probe(path: Path) -> MediaFacts:
    """Raises `NotMedia`."""
    with path.open("rb") as file:
        content_type = content_type_of(file.read(16))
    try:
        with av.open(str(path), format=_FORMATS[content_type], options={"protocol_whitelist": "file"}) as container:
            return _facts(container, content_type)
    except (FFmpegError, IndexError) as error:
        raise NotMedia(str(error)) from error


def _facts(container: InputContainer, content_type: str) -> MediaFacts:
    """Decodes the key frames and counts all others: a file that was cut off lacks packets that its index promises."""
    stream = container.streams.video[0]
    decoder = cast(VideoCodecContext | None, stream.codec_context)  # None for a codec that is not known
    if decoder is None:
        raise NotMedia("the stream cannot be decoded")
    decoder.skip_frame = "NONKEY"
    packets = decoded = 0
    for packet in container.demux(stream):
        packets += packet.size > 0 and not packet.is_corrupt
        decoded += len(packet.decode())
    if decoded == 0 or packets < stream.frames:
        raise NotMedia("the file is damaged or cut off")
    is_clip = content_type == "video/mp4"
    duration_s = float(stream.duration * stream.time_base) if is_clip and stream.duration and stream.time_base else 0.0
    if is_clip and duration_s <= 0:
        raise NotMedia("a clip without a duration")
    return MediaFacts(content_type, decoder.width, decoder.height, duration_s)
