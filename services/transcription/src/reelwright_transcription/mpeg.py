"""MP3 and ADTS (bare AAC) have no magic number: they are known by frame headers that point to one another.

Header layouts: ISO/IEC 11172-3 §2.4.1.3, 13818-3 and 13818-7 §6.2.
"""

from collections.abc import Callable

FRAMES_IN_A_ROW = 3
"""Random bytes make one valid header every few kilobytes; three that lead to one another are no accident."""

_KBPS = {
    (1, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""By generation (MPEG-2 and 2.5 share theirs) and layer; 15 is forbidden, 0 a free format that nobody uses."""

_RATES_HZ = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
"""By the header's version bits; 1 is reserved."""


def mp3_frame_bytes(header: bytes) -> int:
    """Size of the MPEG audio frame (any layer) that this header begins, or 0 when it is none."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return 0
    version, layer = header[1] >> 3 & 3, 4 - (header[1] >> 1 & 3)
    rate_index, kbps_index, padding = header[2] >> 2 & 3, header[2] >> 4, header[2] >> 1 & 1
    if version == 1 or layer == 4 or rate_index == 3 or kbps_index in (0, 15):
        return 0
    generation = 1 if version == 3 else 2
    bits, rate = _KBPS[generation, layer][kbps_index] * 1000, _RATES_HZ[version][rate_index]
    if layer == 1:
        return (12 * bits // rate + padding) * 4
    return (72 if layer == 3 and generation == 2 else 144) * bits // rate + padding


def adts_frame_bytes(header: bytes) -> int:
    """Size of the ADTS frame that this header begins, or 0 when it is none."""
    if len(header) < 6 or header[0] != 0xFF or header[1] & 0xF6 != 0xF0 or header[2] >> 2 & 15 > 12:
        return 0
    size = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
    return size if size > 7 else 0


def begins_frames(data: bytes, offset: int, frame_bytes: Callable[[bytes], int]) -> bool:
    """Whether frames follow one another from `offset`; fewer than usual are enough where the data ends with them."""
    for _ in range(FRAMES_IN_A_ROW):
        size = frame_bytes(data[offset : offset + 7])
        if size == 0:
            return False
        offset += size
        if offset == len(data):
            return True
    return True
