"""Pictures that a caller sends along: an https URL, or raw Base64 of a JPEG or PNG.

URLs are not fetched, so that the simulator never reaches out for a caller; their shape is taken as vertical.
"""

from __future__ import annotations

import base64
import binascii
import struct
from fractions import Fraction

from reelwright_kling_sim.errors import Code, KlingError, invalid

ASPECT_OF_A_URL = Fraction(9, 16)
MIN_SIDE_PX = 300
MAX_ASPECT = Fraction(5, 2)
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8"


def picture_aspect(value: object, field: str, *, size_limit_mb: int) -> Fraction:
    """Width over height of a picture that a caller sent; raises 1201 on one that the vendor would refuse."""
    if not isinstance(value, str) or not value:
        raise KlingError(Code.BAD_PARAMETER, f"{field} is required")
    if value.startswith(("https://", "http://")):
        return ASPECT_OF_A_URL
    picture = _decode(value, field)
    if len(picture) > size_limit_mb * 1_000_000:
        raise KlingError(Code.BAD_PARAMETER, f"{field} size cannot exceed {size_limit_mb}MB")
    size = _size_px(picture)
    if size is None:
        raise KlingError(Code.BAD_PARAMETER, f"{field} is not a valid image")
    return _checked_aspect(size, field)


def _decode(value: str, field: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise invalid(field, value[:32]) from error


def _checked_aspect(size: tuple[int, int], field: str) -> Fraction:
    width, height = size
    if min(size) < MIN_SIDE_PX:
        raise KlingError(Code.BAD_PARAMETER, f"{field} width and height must be at least {MIN_SIDE_PX}px")
    aspect = Fraction(width, height)
    if not 1 / MAX_ASPECT <= aspect <= MAX_ASPECT:
        raise KlingError(Code.BAD_PARAMETER, f"{field} aspect ratio must be between 1:2.5 and 2.5:1")
    return aspect


def _size_px(picture: bytes) -> tuple[int, int] | None:
    """Width and height out of a PNG's or JPEG's header; None for anything else."""
    if picture.startswith(_PNG) and len(picture) >= 24:
        width, height = struct.unpack(">II", picture[16:24])
        return width, height
    return _jpeg_size_px(picture) if picture.startswith(_JPEG) else None


def _jpeg_size_px(picture: bytes) -> tuple[int, int] | None:
    """Walk the JPEG's segments to its frame header (SOF0-SOF15, but for DHT, JPG and DAC)."""
    at = 2
    while at + 9 <= len(picture) and picture[at] == 0xFF:
        marker, length = picture[at + 1], int.from_bytes(picture[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", picture[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return None
