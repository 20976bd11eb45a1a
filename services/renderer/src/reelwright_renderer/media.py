"""Opening media that others made: only from this one file, and only as what media files are."""

from pathlib import Path

import av
from av.container import InputContainer

FORMATS = (
    "mov",
    "mp4",
    "m4a",
    "3gp",
    "3g2",
    "mj2",
    "matroska",
    "webm",
    "avi",
    "mpegts",
    "mp3",
    "wav",
    "w64",
    "aac",
    "ogg",
    "flac",
    "aiff",
    "caf",
    "amr",
    "asf",
    "gif",
)
"""Demuxers without playlists and scripts, which would make the reader open other files and addresses."""


def open_media(path: Path) -> InputContainer:
    """The file by its content, whatever its name says. Raises av.error.FFmpegError for what is no media file."""
    options = {"protocol_whitelist": "file", "format_whitelist": ",".join(FORMATS)}
    return av.open(f"file:{path}", options=options)
