"""Frame headers of MP3 and ADTS."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelwright_transcription.mpeg import adts_frame_bytes, begins_frames, mp3_frame_bytes


@pytest.mark.parametrize(
    ("header", "size"),
    [
        ("ff fb 90 00", 417),  # MPEG-1 layer III, 128 kbit/s, 44.1 kHz
        ("ff fb 92 00", 418),  # padded
        ("ff f3 80 00", 208),  # MPEG-2 layer III, 64 kbit/s, 22.05 kHz
        ("ff e3 18 c4", 72),  # MPEG-2.5 layer III, 8 kbit/s, 8 kHz
        ("ff fd 80 00", 417),  # MPEG-1 layer II, 128 kbit/s
        ("ff ff 40 00", 136),  # MPEG-1 layer I, 128 kbit/s
        ("ff fb f0 00", 0),  # forbidden bit rate
        ("ff fb 00 00", 0),  # free format
        ("ff fb 9c 00", 0),  # reserved sample rate
        ("ff eb 90 00", 0),  # reserved version
        ("ff f9 90 00", 0),  # reserved layer
        ("ff 7b 90 00", 0),
        ("ff fb 90", 0),
        ("00 fb 90 00", 0),
    ],
)
def test_the_size_of_an_mpeg_frame(header: str, size: int) -> None:
    assert mp3_frame_bytes(bytes.fromhex(header)) == size


@pytest.mark.parametrize(
    ("header", "size"),
    [
        ("ff f1 50 80 2e 7f fc", 371),
        ("ff f9 50 80 2e 7f fc", 371),
        ("ff f1 50 80 00 7f fc", 0),  # shorter than its own header
        ("ff f1 7c 80 2e 7f fc", 0),  # no such sample rate
        ("ff fb 50 80 2e 7f fc", 0),  # a layer
        ("ff f1 50 80 2e", 0),
    ],
)
def test_the_size_of_an_adts_frame(header: str, size: int) -> None:
    assert adts_frame_bytes(bytes.fromhex(header)) == size


FRAME = bytes.fromhex("ffe318c4") + bytes(68)


@pytest.mark.parametrize(
    ("data", "begins"),
    [
        (FRAME * 3, True),
        (FRAME * 3 + b"junk", True),
        (FRAME, True),
        (FRAME * 2, True),
        (FRAME * 2 + b"junk", False),
        (FRAME[:40], False),
        (b"", False),
    ],
)
def test_frames_must_lead_to_one_another(data: bytes, begins: bool) -> None:
    assert begins_frames(data, 0, mp3_frame_bytes) is begins


@given(st.binary(max_size=20))
def test_any_bytes_have_a_size_or_none(header: bytes) -> None:
    assert mp3_frame_bytes(header) >= 0
    assert adts_frame_bytes(header) >= 0
