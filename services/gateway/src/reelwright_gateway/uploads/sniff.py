"""What a recording is, by its first bytes: names and types that clients send are not believed."""

SNIFFED_BYTES = 64
FORMATS = ("mp3", "wav", "m4a", "aac", "ogg", "flac", "webm")


def audio_type(head: bytes) -> str | None:
    """The IANA media type of bytes that begin so; None for what is not taken. `head` has up to `SNIFFED_BYTES`."""
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return "audio/wav"
    if head[4:8] == b"ftyp":
        return "audio/mp4"
    for magic, media_type in _MAGIC:
        if head.startswith(magic):
            return media_type
    return _mpeg(head)


_MAGIC = (
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"\x1aE\xdf\xa3", "audio/webm"),
)


def _mpeg(head: bytes) -> str | None:
    """A bare MPEG or ADTS frame: eleven bits set, then version and layer. Layer 0 is AAC's."""
    if len(head) < 2 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    layer = (head[1] >> 1) & 0b11
    if layer == 0:
        return "audio/aac" if head[1] & 0xF0 == 0xF0 else None
    return "audio/mpeg"
