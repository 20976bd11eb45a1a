"""Says what a file is by its bytes, never by its name, and opens it so that no other file can be read through it.

Only the formats in `_MAGIC` exist for us. The demuxer is named outright instead of guessed, works on a file object
of ours, and its protocol whitelist names no protocol at all: a playlist, a concat script or a reference to another file
or address has nobody who would follow it.
"""

from dataclasses import dataclass
from typing import BinaryIO

import av
from av.audio.stream import AudioStream
from av.container import InputContainer

from reelwright_chassis.errors import Reject
from reelwright_transcription.mpeg import adts_frame_bytes, begins_frames, mp3_frame_bytes

HEAD_BYTES = 64 * 1024

_ID3_HEADER = 10
_MOST_ID3_TAGS = 4
_MOST_JUNK_BYTES = 4096
FORMATS = "MP3, WAV, M4A, AAC, OGG, Opus, FLAC, WEBM, or the sound of an MP4, MOV or MKV video"
_PLAYLIST_BEGINNINGS = (b"#EXT", b"ffconcat", b"[playlist]", b"<?xml", b"<asx", b"<MPD", b"file ", b"#EXTM3U")

_DECODERS = (
    "mp3float,mp3,mp2float,mp2,mp1float,mp1,aac,aac_fixed,alac,flac,opus,libopus,vorbis,pcm_s16le,pcm_s16be,pcm_s24le,"
    "pcm_s24be,pcm_s32le,pcm_s32be,pcm_u8,pcm_s8,pcm_f32le,pcm_f32be,pcm_f64le,pcm_alaw,pcm_mulaw,adpcm_ms,adpcm_ima_wav,"
    "ac3,eac3,amrnb,amrwb"
)
"""What sound may be coded in. No decoder of pictures is among them: a video's pictures are never touched."""

CONTAINER_OPTIONS = {"codec_whitelist": _DECODERS, "protocol_whitelist": "none"}
"""What FFmpeg may use. No protocol has that name, and the file itself is read through an object of ours."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A container format: its name for people and its demuxer's in FFmpeg."""

    name: str
    demuxer: str


WAV = Kind("WAV", "wav")
FLAC = Kind("FLAC", "flac")
OGG = Kind("OGG", "ogg")
WEBM = Kind("WEBM", "matroska")
MP4 = Kind("MP4", "mov")
MP3 = Kind("MP3", "mp3")
AAC = Kind("AAC", "aac")

_MAGIC: tuple[tuple[int, bytes, Kind], ...] = (
    (0, b"fLaC", FLAC),
    (0, b"OggS", OGG),
    (0, b"\x1a\x45\xdf\xa3", WEBM),
    (4, b"ftyp", MP4),
    (4, b"moov", MP4),
    (4, b"mdat", MP4),
    (4, b"wide", MP4),
)


def sniff(file: BinaryIO) -> Kind | None:
    """The kind that the file's first bytes announce, or None. Leaves the file at its start."""
    try:
        start = _after_id3_tags(file)
        file.seek(start)
        return _kind_of(file.read(HEAD_BYTES), tagged=start > 0)
    finally:
        file.seek(0)


def _after_id3_tags(file: BinaryIO) -> int:
    """Where the sound begins: behind ID3v2 tags, which may hold a cover picture of megabytes."""
    start = 0
    for _ in range(_MOST_ID3_TAGS):
        file.seek(start)
        header = file.read(_ID3_HEADER)
        if len(header) < _ID3_HEADER or header[:3] != b"ID3" or max(header[6:10]) > 0x7F:
            break
        a, b, c, d = header[6:10]
        start += _ID3_HEADER + (a << 21 | b << 14 | c << 7 | d)
    return start


def _kind_of(head: bytes, *, tagged: bool) -> Kind | None:
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return WAV
    for offset, magic, kind in _MAGIC:
        if head[offset : offset + len(magic)] == magic:
            return kind
    return _mpeg_kind(head.lstrip(b"\0") if tagged else head)


def _mpeg_kind(head: bytes) -> Kind | None:
    """A few bytes of junk may come before the first frame."""
    for offset in range(min(len(head), _MOST_JUNK_BYTES)):
        if begins_frames(head, offset, mp3_frame_bytes):
            return MP3
        if begins_frames(head, offset, adts_frame_bytes):
            return AAC
    return None


def open_recording(file: BinaryIO) -> InputContainer:
    """The file as a container whose sound can be decoded, and nothing else.

    Raises `Reject`: `audio_empty`, `audio_undecodable`.
    """
    kind = sniff(file)
    if kind is None:
        raise _refusal(file)
    options = CONTAINER_OPTIONS | {"format_whitelist": kind.demuxer}
    try:
        return av.open(file, "r", format=kind.demuxer, container_options=options)
    except (av.error.FFmpegError, ValueError) as error:
        raise Reject(
            "audio_undecodable", f"It begins like {kind.name} but cannot be read; it may be cut off."
        ) from error


def sound_track(container: InputContainer) -> AudioStream:
    """The track to hear: the default one, else the first. Raises `Reject`: `audio_no_track`, `audio_undecodable`."""
    stream = container.streams.best("audio")
    if not isinstance(stream, AudioStream):
        raise Reject("audio_no_track", "The file has no sound track.")
    if stream.codec_context.name not in _DECODERS.split(","):
        raise Reject("audio_undecodable", f"Its sound is coded as {stream.codec_context.name}, which is not read here.")
    return stream


def _refusal(file: BinaryIO) -> Reject:
    head = file.read(HEAD_BYTES)
    file.seek(0)
    if not head:
        return Reject("audio_empty", "The file is empty.")
    if head.lstrip().startswith(_PLAYLIST_BEGINNINGS):
        return Reject("audio_undecodable", "It is a playlist, not a recording; give the recording itself.")
    if _is_text(head):
        return Reject("audio_undecodable", "It is a text, not a recording.")
    return Reject("audio_undecodable", f"It is no recording in a format that is read here ({FORMATS}).")


def _is_text(head: bytes) -> bool:
    text = head.decode("utf-8", "ignore")
    return len(text.encode()) >= len(head) - 3 and not any(c < " " and c not in "\t\r\n\f" for c in text)
