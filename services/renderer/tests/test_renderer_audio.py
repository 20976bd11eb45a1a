"""Sound: exact places, joins that are not heard, one loudness, true peaks below the limit, AAC in sync."""

import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path

import av
import numpy as np
import pyloudnorm
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from reelwright_chassis.errors import Reject
from reelwright_renderer.audio.aac import write_aac
from reelwright_renderer.audio.limiter import limited, peak_envelope
from reelwright_renderer.audio.loudness import PEAK_DBTP, level_speech
from reelwright_renderer.audio.make import make_sound, measure_file, sound_name
from reelwright_renderer.audio.meter import SILENCE_DB, Level, decibels, factor, measure
from reelwright_renderer.audio.recording import RATE, Samples, read_spans
from reelwright_renderer.audio.splice import JOIN, splice
from reelwright_renderer.testing import voice, write_recording
from reelwright_renderer.timeline import AudioClip


def stereo(mono: NDArray[np.float32]) -> Samples:
    return np.stack([mono, mono]).astype(np.float32)


def loudness(sound: Samples) -> float:
    """By another implementation than the one under test."""
    return float(pyloudnorm.Meter(RATE).integrated_loudness(sound.T.astype(np.float64)))


def from_array(recording: Samples) -> Callable[[Sequence[tuple[int, int]]], list[Samples]]:
    def read(spans: Sequence[tuple[int, int]]) -> list[Samples]:
        found = []
        for first, end in spans:
            block = np.zeros((2, end - first), np.float32)
            begin, stop = max(first, 0), min(end, recording.shape[1])
            if begin < stop:
                block[:, begin - first : stop - first] = recording[:, begin:stop]
            found.append(block)
        return found

    return read


def test_places_are_exact_to_the_sample() -> None:
    recording = stereo(np.zeros(20 * RATE, np.float32))
    clicks = [2.5, 9.125, 15.75]
    for time_s in clicks:
        recording[:, round(time_s * RATE)] = 1
    clips = [AudioClip(0.0, 2.0, 1.5), AudioClip(1.5, 8.5, 2.25), AudioClip(3.75, 15.0, 2.0)]
    mix = splice(clips, round(5.75 * RATE), from_array(recording))
    assert mix.shape == (2, round(5.75 * RATE))
    assert np.flatnonzero(mix[0] > 0.5).tolist() == [round(time_s * RATE) for time_s in (0.5, 2.125, 4.5)]


@settings(max_examples=25)
@given(st.lists(st.floats(0.05, 3.0), min_size=1, max_size=5), st.floats(0.0, 2.0))
def test_the_whole_is_as_long_as_asked_and_full_of_sound(lengths: list[float], offset_s: float) -> None:
    recording = stereo(np.random.default_rng(1).normal(0, 0.1, 20 * RATE).astype(np.float32))
    clips, start_s = [], 0.0
    for index, length_s in enumerate(lengths):
        clips.append(AudioClip(start_s, offset_s + 3 * index, length_s))
        start_s += length_s
    mix = splice(clips, round(start_s * RATE), from_array(recording))
    assert mix.shape[1] == round(start_s * RATE)
    inner = mix[0, 600:-600].reshape(-1)[: (mix.shape[1] - 1200) // 240 * 240].reshape(-1, 240)
    assert inner.size == 0 or float(np.sqrt((inner**2).mean(axis=1)).min()) > 0.06


def test_joins_do_not_click_and_keep_their_power() -> None:
    tone = np.sin(2 * np.pi * 200 * np.arange(10 * RATE) / RATE).astype(np.float32) * 0.5
    clips = [AudioClip(0.0, 1.0, 1.0), AudioClip(1.0, 4.00123, 1.0)]
    mix = splice(clips, 2 * RATE, from_array(stereo(tone)))[0]
    at_join = mix[RATE - JOIN : RATE + JOIN]
    assert np.abs(np.diff(at_join)).max() < 0.025, "the tone itself moves by 0.013 a sample"
    assert np.abs(mix).max() < 0.75


def test_gaps_and_ends_are_silent() -> None:
    noise = stereo(np.random.default_rng(2).normal(0, 0.1, 5 * RATE).astype(np.float32))
    mix = splice([AudioClip(1.0, 1.0, 1.0)], 3 * RATE, from_array(noise))
    assert not mix[:, : RATE - JOIN].any()
    assert not mix[:, 2 * RATE + JOIN :].any()
    assert splice([AudioClip(0.0, 1.0, 1.0)], RATE, from_array(noise))[0, 0] == 0
    assert not splice([], RATE, from_array(noise)).any()


def test_a_clip_beyond_the_end_is_cut_off() -> None:
    noise = stereo(np.random.default_rng(2).normal(0, 0.1, 5 * RATE).astype(np.float32))
    assert splice([AudioClip(0.5, 0.0, 4.0)], RATE, from_array(noise)).shape == (2, RATE)


def test_the_meter_agrees_with_another_implementation() -> None:
    sound = stereo(voice(6.0))
    assert measure(sound).lufs == pytest.approx(loudness(sound), abs=0.15)
    tone = stereo(np.sin(2 * np.pi * 997 * np.arange(2 * RATE) / RATE).astype(np.float32) * factor(-6))
    assert measure(tone).dbtp == pytest.approx(-6, abs=0.1)


@pytest.mark.parametrize("seconds", [0.0, 0.2, 2.0])
def test_silence_has_no_level_and_stays_silent(seconds: float) -> None:
    silence = np.zeros((2, round(seconds * RATE)), np.float32)
    assert measure(silence) == Level(SILENCE_DB, SILENCE_DB)
    assert not level_speech(silence).any()
    assert decibels(0) == SILENCE_DB


@pytest.mark.parametrize("gain_db", [-38, -20, 0, 12])
def test_speech_is_brought_to_the_target(gain_db: float) -> None:
    sound = stereo(voice(8.0)) * np.float32(factor(gain_db))
    levelled = level_speech(sound)
    assert loudness(levelled) == pytest.approx(-14, abs=0.5)
    assert measure(levelled).dbtp <= PEAK_DBTP + 0.05


def test_what_would_be_squashed_stays_clear_and_quieter() -> None:
    """Short bursts twenty times a second, silence between: -14 LUFS would take far more than peaks can give."""
    sound = np.zeros((2, 6 * RATE), np.float32)
    for first in range(0, 6 * RATE, RATE // 20):
        sound[:, first : first + 40] = np.random.default_rng(first).choice((-0.5, 0.5), 40)
    levelled = level_speech(sound)
    assert loudness(levelled) < -15
    assert measure(levelled).dbtp <= PEAK_DBTP + 0.3


def test_a_knock_does_not_keep_speech_quiet() -> None:
    sound = stereo(voice(6.0)) * np.float32(0.2)
    sound[:, RATE : RATE + 200] = np.random.default_rng(4).choice((-1.0, 1.0), 200)
    levelled = level_speech(sound)
    assert loudness(levelled) == pytest.approx(-14, abs=0.5)
    assert measure(levelled).dbtp <= PEAK_DBTP + 0.3


@given(st.integers(0, 10_000), st.floats(1.0, 20.0))
def test_the_limiter_holds_its_ceiling_between_the_samples_too(seed: int, gain: float) -> None:
    generator = np.random.default_rng(seed)
    spectrum = np.fft.rfft(generator.normal(0, 0.3, RATE // 2))
    spectrum[int(0.7 * spectrum.size) :] = 0
    sound = stereo(np.fft.irfft(spectrum).astype(np.float32))
    held = limited(sound, peak_envelope(sound), gain, 0.5)
    fine = np.fft.irfft(np.fft.rfft(held[0]), n=8 * held.shape[1]) * 8
    assert held.shape == sound.shape
    assert float(np.abs(fine[2000:-2000]).max()) < 0.53


def test_below_the_ceiling_nothing_is_changed() -> None:
    sound = stereo(voice(1.0))
    np.testing.assert_allclose(limited(sound, peak_envelope(sound), 1.0, 0.99), sound, atol=1e-6)


def test_aac_begins_at_zero_without_an_edit_list_and_in_sync(tmp_path: Path) -> None:
    sound = stereo((np.random.default_rng(3).normal(0, 0.01, 3 * RATE)).astype(np.float32))
    clicks = [round(time_s * RATE) for time_s in (0.05, 0.5, 1.234, 2.9)]
    for click in clicks:
        sound[:, click] = 0.9
    write_aac(sound, tmp_path / "sound.mp4")
    assert b"elst" not in (tmp_path / "sound.mp4").read_bytes()
    with av.open(str(tmp_path / "sound.mp4")) as container:
        times = [packet.pts for packet in container.demux(audio=0) if packet.pts is not None]
    assert times[0] == 0
    assert set(np.diff(times)) == {1024}
    (decoded,) = read_spans(tmp_path / "sound.mp4", [(0, 3 * RATE)])
    for click in clicks:
        around = np.abs(decoded[0, click - 400 : click + 400])
        assert abs(int(around.argmax()) - 400) <= 1


@pytest.mark.parametrize(("name", "rate"), [("talk.wav", 48_000), ("talk.wav", 8_000), ("talk.mp3", 44_100)])
def test_spans_are_read_from_where_they_are(tmp_path: Path, name: str, rate: int) -> None:
    path = write_recording(tmp_path / name, sweep(np.arange(4 * rate) / rate), rate)
    whole, middle, beyond = read_spans(path, [(0, 4 * RATE), (RATE, 2 * RATE), (3 * RATE, 9 * RATE)])
    assert (middle == whole[:, RATE : 2 * RATE]).all()
    assert beyond.shape == (2, 6 * RATE)
    assert not beyond[:, 2 * RATE :].any()
    expected = sweep(np.arange(RATE, 2 * RATE) / RATE) / np.sqrt(2)
    assert float(np.abs(middle[0] - expected).mean()) < 0.02, "one channel becomes two of half its power"


def sweep(time: NDArray[np.float64]) -> NDArray[np.float32]:
    return (0.5 * np.sin(2 * np.pi * (100 * time + 100 * time**2))).astype(np.float32)


def test_memory_does_not_grow_with_the_recording(tmp_path: Path) -> None:
    """The same two seconds, out of 20 s and out of 200 s."""
    peaks = []
    for length_s in (20, 200):
        path = write_recording(tmp_path / f"{length_s}.wav", np.zeros(length_s * 8000, np.float32), rate=8000)
        tracemalloc.start()
        read_spans(path, [(RATE, 2 * RATE), ((length_s - 2) * RATE, (length_s - 1) * RATE)])
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]
    assert peaks[1] < 4_000_000


def test_what_has_no_sound_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "recording.mp3"
    path.write_bytes(b"no sound at all")
    with pytest.raises(Reject) as rejected:
        read_spans(path, [(0, 100)])
    assert rejected.value.reason_code == "recording_unreadable"


def test_a_sound_track_is_checked_as_it_decodes(tmp_path: Path) -> None:
    recording = write_recording(tmp_path / "talk.wav", voice(8.0) * 2)
    clips = [AudioClip(0.0, 1.0, 2.0), AudioClip(2.0, 5.0, 2.0)]
    level = make_sound(recording, clips, 4.0, tmp_path / "sound.mp4")
    (decoded,) = read_spans(tmp_path / "sound.mp4", [(0, 4 * RATE)])
    assert level == measure_file(tmp_path / "sound.mp4", 4.0)
    assert level.lufs == pytest.approx(loudness(decoded), abs=0.2)
    assert level.lufs == pytest.approx(-14, abs=0.5)
    assert level.dbtp <= -1.2


def test_a_sound_is_named_by_what_is_heard() -> None:
    clips = [AudioClip(0.0, 1.0, 2.0)]
    name = sound_name("1" * 64, clips, 2.0)
    assert name == sound_name("1" * 64, list(clips), 2.0)
    others = [("2" * 64, clips, 2.0), ("1" * 64, [AudioClip(0.0, 1.1, 2.0)], 2.0), ("1" * 64, clips, 2.1)]
    assert name not in {sound_name(*other) for other in others}
