"""What is refused, with which reason, and that nothing but the file itself is read for it."""

import random
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from reelwright_chassis.errors import Reject
from reelwright_chassis.reasons import registry
from reelwright_transcription.audio import SAMPLE_RATE, Recording, Samples
from reelwright_transcription.decode import decode
from reelwright_transcription.probe import CONTAINER_OPTIONS, open_recording
from reelwright_transcription.testing import write_audio

Wav = Callable[[Samples, str], Path]


def reason(path: Path, **limits: float) -> str:
    with pytest.raises(Reject) as refusal:
        decode(path, **limits)
    assert refusal.value.reason_code in registry()
    assert refusal.value.message.endswith(".")
    return refusal.value.reason_code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "audio_empty"),
        (b"ID3\x04\0\0\0\0\0\0", "audio_undecodable"),
        (b"Dear diary,\ntoday I recorded nothing.\n" * 40, "audio_undecodable"),
        ("Grüße aus Köln. ".encode() * 400, "audio_undecodable"),
        (random.Random(1).randbytes(200_000), "audio_undecodable"),
        (b"ID3\x04\0\0\0\0\0\0" + random.Random(2).randbytes(50_000), "audio_undecodable"),
        (b"OggS" + random.Random(3).randbytes(50_000), "audio_undecodable"),
        (b"fLaC" + random.Random(4).randbytes(50_000), "audio_undecodable"),
        (b"\x1a\x45\xdf\xa3" + random.Random(5).randbytes(50_000), "audio_undecodable"),
        (b"\0\0\0\x20ftypM4A " + random.Random(6).randbytes(50_000), "audio_undecodable"),
        (b"\x89PNG\r\n\x1a\n" + random.Random(7).randbytes(5_000), "audio_undecodable"),
        (b"%PDF-1.7\n" + random.Random(8).randbytes(5_000), "audio_undecodable"),
    ],
)
def test_what_is_no_recording_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "recording.mp3"
    path.write_bytes(content)
    assert reason(path) == code


def test_a_header_without_data_is_empty(wav: Wav) -> None:
    path = wav(np.ones(SAMPLE_RATE, np.int16), "a.wav")
    path.write_bytes(path.read_bytes()[: path.read_bytes().index(b"data") + 8])
    assert reason(path) == "audio_empty"


@pytest.mark.parametrize("muxer", ["wav", "flac", "ogg", "webm", "ipod"])
def test_a_container_cut_off_after_its_first_bytes_is_refused(tmp_path: Path, muxer: str) -> None:
    codec = {"wav": "pcm_s16le", "flac": "flac", "ogg": "libopus", "webm": "libopus", "ipod": "aac"}[muxer]
    path = write_audio(tmp_path / "a", np.ones(2 * SAMPLE_RATE, np.int16), muxer=muxer, codec=codec, rate=48_000)
    path.write_bytes(path.read_bytes()[:40])
    assert reason(path) in ("audio_undecodable", "audio_empty")


@pytest.mark.parametrize("level", [0, 3])
def test_silence_is_refused(wav: Wav, level: int) -> None:
    noise = np.random.default_rng(0).integers(-level, level + 1, 3 * SAMPLE_RATE).astype(np.int16)
    assert reason(wav(noise, "a.wav")) == "audio_silent"


def test_the_limit_is_read_from_the_sound_and_not_from_the_header(wav: Wav) -> None:
    path = wav(np.full(4 * SAMPLE_RATE, 5000, np.int16), "a.wav")
    data = bytearray(path.read_bytes())
    at = data.index(b"data") + 4
    data[at : at + 4] = (SAMPLE_RATE).to_bytes(4, "little")
    path.write_bytes(data)
    assert decode(path, max_duration_s=4.0).duration_s <= 4.0
    whole = wav(np.full(4 * SAMPLE_RATE, 5000, np.int16), "b.wav")
    assert decode(whole, max_duration_s=4.0).duration_s == pytest.approx(4.0)
    assert reason(whole, max_duration_s=3.9) == "audio_too_long"


def test_a_file_that_breaks_off_keeps_what_it_has(boat_recording: Recording, tmp_path: Path) -> None:
    path = write_audio(tmp_path / "a.mp3", boat_recording.samples[: 4 * SAMPLE_RATE], muxer="mp3", codec="libmp3lame")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert decode(path).duration_s == pytest.approx(2.0, abs=0.2)


def test_a_few_damaged_packets_are_counted_and_many_refused(boat_recording: Recording, tmp_path: Path) -> None:
    path = write_audio(tmp_path / "a.aac", boat_recording.samples[: 8 * SAMPLE_RATE], muxer="adts", codec="aac")
    sound = path.read_bytes()
    assert 0 < decode(_damaged(path, sound, every=20_000)).damaged_packets < 10
    assert reason(_damaged(path, sound, every=400)) == "audio_undecodable"


def test_a_file_without_one_good_packet_is_refused(boat_recording: Recording, tmp_path: Path) -> None:
    path = write_audio(tmp_path / "a.m4a", boat_recording.samples[:SAMPLE_RATE], muxer="ipod", codec="aac")
    data = bytearray(path.read_bytes())
    begin = data.index(b"mdat") + 4
    size = int.from_bytes(data[begin - 8 : begin - 4], "big") - 8
    data[begin : begin + size] = b"\x55" * size
    path.write_bytes(data)
    assert reason(path) == "audio_undecodable"


def _damaged(path: Path, data: bytes, *, every: int) -> Path:
    """Frames keep their headers; what is in them is spoiled."""
    spoiled = bytearray(data)
    for at in range(3_000, len(data) - 1_000, every):
        begin = data.find(b"\xff\xf1", at) + 9
        spoiled[begin : begin + 60] = b"\x55" * 60
    path.write_bytes(spoiled)
    return path


PLAYLISTS = {
    "ffconcat": "ffconcat version 1.0\nfile '{target}'\n",
    "concat": "file '{target}'\n",
    "m3u": "#EXTM3U\n#EXTINF:4,\n{target}\n",
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nfile://{target}\n#EXT-X-ENDLIST\n",
    "pls": "[playlist]\nFile1={target}\n",
    "xspf": '<?xml version="1.0"?><playlist><track><location>file://{target}</location></track></playlist>',
    "dash": '<MPD type="static"><Period><BaseURL>file://{target}</BaseURL></Period></MPD>',
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n",
}


@pytest.mark.parametrize("kind", PLAYLISTS)
def test_a_playlist_is_refused_although_what_it_names_could_be_decoded(
    boat_recording: Recording, wav: Wav, tmp_path: Path, kind: str
) -> None:
    target = wav(boat_recording.samples, "secret.wav")
    assert decode(target).duration_s > 20
    path = tmp_path / "talk.mp3"
    path.write_text(PLAYLISTS[kind].format(target=target))
    assert reason(path) == "audio_undecodable"


@pytest.mark.parametrize(("demuxer", "kind"), [("concat", "ffconcat"), ("hls", "hls")])
def test_even_a_demuxer_for_playlists_could_open_nothing(
    boat_recording: Recording, wav: Wav, tmp_path: Path, demuxer: str, kind: str
) -> None:
    """The second fence: should a playlist ever get past the first, no protocol is there that would follow it."""
    target = wav(boat_recording.samples, "secret.wav")
    path = tmp_path / "talk.m3u8"
    path.write_text(PLAYLISTS[kind].format(target=target))
    free = {"safe": "0"} if demuxer == "concat" else {"allowed_extensions": "ALL", "extension_picky": "0"}
    with av.open(str(path), format=demuxer, options=free) as unguarded:
        assert unguarded.streams.audio
    with path.open("rb") as file, pytest.raises(av.error.FFmpegError):
        av.open(file, format=demuxer, options=free, container_options=CONTAINER_OPTIONS | {"format_whitelist": demuxer})


def test_a_movie_that_refers_to_another_file_gets_nothing_from_it(boat_recording: Recording, tmp_path: Path) -> None:
    """QuickTime's data references name another file for the sound. With the right options FFmpeg follows them."""
    samples = boat_recording.samples[: 2 * SAMPLE_RATE]
    target = write_audio(tmp_path / "secret.mov", samples, muxer="mov", codec="pcm_s16le")
    path = tmp_path / "talk.mov"
    path.write_bytes(_referring_movie(target.read_bytes(), target))
    with av.open(str(path), options={"enable_drefs": "1", "use_absolute_path": "1"}) as unguarded:
        assert sum(frame.samples for frame in unguarded.decode(audio=0)) == 2 * SAMPLE_RATE
    assert reason(path) == "audio_empty"


def _referring_movie(data: bytes, target: Path) -> bytes:
    """The movie without its media data, and with an alias to `target` in the only entry of its data references."""
    table = data.index(b"dref")
    start = table + 12
    old = int.from_bytes(data[start : start + 4], "big")
    entry = _alias(str(target))
    grown = bytearray(data[:start] + entry + data[start + old :])
    for name in (b"dref", b"dinf", b"minf", b"mdia", b"trak", b"moov"):
        at = data.rindex(name, 0, table + 4) - 4
        size = int.from_bytes(data[at : at + 4], "big") + len(entry) - old
        grown[at : at + 4] = size.to_bytes(4, "big")
    moov = data.index(b"moov") - 4
    return data[: data.index(b"ftyp") - 4 + int.from_bytes(data[:4], "big")] + bytes(grown[moov:])


def _alias(target: str) -> bytes:
    """A Macintosh alias record with nothing but an absolute path (tag 2) in it."""
    path = target.encode() + b"\0" * (len(target) % 2)
    tags = (2).to_bytes(2, "big") + len(path).to_bytes(2, "big") + path + b"\xff\xff\0\0"
    body = b"alis" + bytes(4) + bytes(10 + 28 + 12 + 64 + 16 + 4 + 16) + tags
    return (len(body) + 4).to_bytes(4, "big") + body


def test_decoders_for_pictures_are_not_on_the_list() -> None:
    names = CONTAINER_OPTIONS["codec_whitelist"].split(",")
    assert all(av.Codec(name, "r").type == "audio" for name in names)


def test_an_unreadable_container_is_closed_again(tmp_path: Path) -> None:
    path = tmp_path / "a.ogg"
    path.write_bytes(b"OggS" + b"\0" * 100)
    with path.open("rb") as file:
        with pytest.raises(Reject):
            open_recording(file)
        assert file.tell() >= 0
