"""Every format that is taken, by its content and never by its name."""

from pathlib import Path

import av
import numpy as np
import pytest

from reelwright_chassis.errors import Reject
from reelwright_transcription.audio import SAMPLE_RATE, Recording, Samples
from reelwright_transcription.decode import decode
from reelwright_transcription.probe import sniff
from reelwright_transcription.testing import write_audio
from reelwright_transcription.vad import speech_spans

SECONDS = 4.0

FORMATS = [
    # muxer, codec, rate, layout, kind, how much a lossy codec may pad at the ends (s)
    ("mp3", "libmp3lame", 44_100, "stereo", "MP3", 0.06),
    ("mp3", "libmp3lame", 22_050, "mono", "MP3", 0.06),
    ("mp3", "libmp3lame", 8_000, "mono", "MP3", 0.15),
    ("wav", "pcm_s16le", 48_000, "stereo", "WAV", 0.001),
    ("wav", "pcm_u8", 8_000, "mono", "WAV", 0.001),
    ("wav", "pcm_s24le", 44_100, "5.1", "WAV", 0.001),
    ("wav", "pcm_f32le", 11_025, "mono", "WAV", 0.001),
    ("wav", "pcm_mulaw", 8_000, "mono", "WAV", 0.001),
    ("ipod", "aac", 44_100, "stereo", "MP4", 0.06),
    ("ipod", "alac", 48_000, "mono", "MP4", 0.001),
    ("mov", "aac", 16_000, "mono", "MP4", 0.15),
    ("mp4", "libopus", 48_000, "stereo", "MP4", 0.03),
    ("adts", "aac", 22_050, "mono", "AAC", 0.12),
    ("ogg", "libopus", 48_000, "mono", "OGG", 0.001),
    ("ogg", "vorbis", 32_000, "stereo", "OGG", 0.05),
    ("flac", "flac", 44_100, "stereo", "FLAC", 0.001),
    ("webm", "libopus", 48_000, "mono", "WEBM", 0.03),
    ("matroska", "pcm_s16le", 16_000, "mono", "WEBM", 0.001),
]


@pytest.fixture(scope="module")
def words(boat_recording: Recording) -> Samples:
    return boat_recording.samples[: int(SECONDS * SAMPLE_RATE)]


@pytest.mark.parametrize("case", FORMATS, ids=lambda case: "-".join(map(str, case[:4])))
def test_a_format_is_known_by_its_content_and_decoded_to_its_true_length(
    words: Samples, tmp_path: Path, case: tuple[str, str, int, str, str, float]
) -> None:
    muxer, codec, rate, layout, kind, padding_s = case
    path = write_audio(tmp_path / "wrong extension.txt", words, muxer=muxer, codec=codec, rate=rate, layout=layout)
    with path.open("rb") as file:
        found = sniff(file)
    assert found is not None
    assert found.name == kind
    recording = decode(path)
    assert recording.duration_s == pytest.approx(SECONDS, abs=padding_s + 0.001)
    assert len(recording.samples) / SAMPLE_RATE == pytest.approx(recording.duration_s, abs=0.01)
    assert recording.damaged_packets == 0


@pytest.mark.parametrize(
    ("muxer", "codec", "rate"),
    [("mp3", "libmp3lame", 44_100), ("ipod", "aac", 44_100), ("matroska", "libmp3lame", 32_000)],
)
def test_a_lossy_format_does_not_move_the_words(
    words: Samples, tmp_path: Path, muxer: str, codec: str, rate: int
) -> None:
    original = speech_spans(Recording(words, SECONDS))[0].start_s
    recording = decode(write_audio(tmp_path / "a", words, muxer=muxer, codec=codec, rate=rate))
    assert _lag_s(words, recording.samples) == pytest.approx(0, abs=0.002)
    assert speech_spans(recording)[0].start_s == pytest.approx(original, abs=0.04)


def test_a_video_gives_its_sound_and_its_pictures_are_not_looked_at(words: Samples, tmp_path: Path) -> None:
    path = tmp_path / "holiday.mp4"
    _write_video(path, words)
    assert decode(path).duration_s == pytest.approx(SECONDS, abs=0.13)


def test_sound_in_a_codec_that_is_not_on_the_list_is_refused(words: Samples, tmp_path: Path) -> None:
    path = write_audio(tmp_path / "a.mkv", words, muxer="matroska", codec="wavpack")
    with pytest.raises(Reject) as refusal:
        decode(path)
    assert refusal.value.reason_code == "audio_undecodable"
    assert "wavpack" in refusal.value.message


def test_a_video_without_sound_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "silent film.mp4"
    _write_video(path, None)
    with pytest.raises(Reject) as refusal:
        decode(path)
    assert refusal.value.reason_code == "audio_no_track"


def test_an_mp3_with_a_large_cover_and_junk_before_the_sound_is_an_mp3(words: Samples, tmp_path: Path) -> None:
    path = write_audio(tmp_path / "a.mp3", words, muxer="mp3", codec="libmp3lame")
    sound = path.read_bytes()[_first_frame(path.read_bytes()) :]
    cover = b"\xff\xd8" + b"\0" * 200_000
    size = len(cover).to_bytes(4, "big")
    syncsafe = bytes([len(cover) >> 21 & 127, len(cover) >> 14 & 127, len(cover) >> 7 & 127, len(cover) & 127])
    path.write_bytes(b"ID3\x04\0\0" + syncsafe + cover + b"\0" * 300 + sound)
    assert len(size) == 4
    assert decode(path).duration_s == pytest.approx(SECONDS, abs=0.2)


def test_a_wav_whose_header_lies_about_its_length_is_measured(words: Samples, tmp_path: Path) -> None:
    path = write_audio(tmp_path / "a.wav", words, muxer="wav", codec="pcm_s16le")
    data = bytearray(path.read_bytes())
    at = data.index(b"data") + 4
    data[at : at + 4] = (0xFFFFFFFF).to_bytes(4, "little")
    path.write_bytes(data)
    assert decode(path).duration_s == pytest.approx(SECONDS, abs=0.001)


def test_a_minute_is_sixty_seconds_to_the_last_bit(tmp_path: Path) -> None:
    minute = np.random.default_rng(7).integers(-3000, 3000, 60 * SAMPLE_RATE, dtype=np.int16)
    path = write_audio(tmp_path / "a.wav", minute, muxer="wav", codec="pcm_s16le")
    assert decode(path).duration_s == 60.0, "a hair more, and the recording is not kept whole"


def test_chained_recordings_of_different_rates_are_decoded_in_full(words: Samples, tmp_path: Path) -> None:
    first = write_audio(tmp_path / "1.ogg", words, muxer="ogg", codec="flac", rate=32_000)
    second = write_audio(tmp_path / "2.ogg", words, muxer="ogg", codec="flac", rate=16_000, layout="stereo")
    first.write_bytes(first.read_bytes() + second.read_bytes())
    recording = decode(first)
    assert recording.duration_s == pytest.approx(2 * SECONDS, abs=0.1)
    assert len(recording.samples) / SAMPLE_RATE == pytest.approx(2 * SECONDS, abs=0.1)


def _lag_s(a: Samples, b: Samples) -> float:
    """How much later `b` is."""
    size = 1 << (len(a) + len(b)).bit_length()
    product = np.fft.rfft(b.astype(float), size) * np.conj(np.fft.rfft(a.astype(float), size))
    best = int(np.fft.irfft(product, size).argmax())
    return (best if best < size / 2 else best - size) / SAMPLE_RATE


def _first_frame(data: bytes) -> int:
    return next(i for i in range(len(data)) if data[i] == 0xFF and data[i + 1] & 0xE0 == 0xE0)


def _write_video(path: Path, sound: Samples | None) -> None:
    with av.open(str(path), "w", format="mp4") as container:
        pictures = container.add_stream("mpeg4", rate=10)
        pictures.width, pictures.height, pictures.pix_fmt = 64, 64, "yuv420p"
        voice = container.add_stream("aac", rate=SAMPLE_RATE, layout="mono") if sound is not None else None
        for _ in range(int(SECONDS * 10)):
            container.mux(pictures.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8))))
        container.mux(pictures.encode(None))
        if voice is not None and sound is not None:
            frame = av.AudioFrame.from_ndarray(sound[np.newaxis], format="s16", layout="mono")
            frame.sample_rate = SAMPLE_RATE
            resampler = av.AudioResampler("fltp", "mono", SAMPLE_RATE, frame_size=1024)
            for piece in [*resampler.resample(frame), *resampler.resample(None)]:
                container.mux(voice.encode(piece))
            container.mux(voice.encode(None))
