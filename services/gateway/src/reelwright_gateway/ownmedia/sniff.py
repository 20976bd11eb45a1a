"""What a picture or a clip is, by its first bytes: names and types that clients send are not believed."""

_MAGIC = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\x1a\x45\xdf\xa3", "video/webm"))
FORMATS = ("jpeg", "png", "mp4", "mov", "webm")


def picture_type(head: bytes) -> str | None:
    """The IANA media type of bytes that begin so; None for what is not taken."""
    if head[4:8] == b"ftyp":
        return "video/mp4"
    return next((media_type for magic, media_type in _MAGIC if head.startswith(magic)), None)
