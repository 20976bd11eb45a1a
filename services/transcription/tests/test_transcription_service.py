"""The service on embedded parts: requests in, facts out."""

import asyncio
from pathlib import Path

import pytest

from reelwright.events.v1.facts_pb2 import TranscriptReady, WorkFailed
from reelwright.events.v1.requests_pb2 import TranscriptionRequested
from reelwright_chassis.errors import SettingsError, Stopped
from reelwright_chassis.parts import Parts
from reelwright_chassis.processes import CpuPool
from reelwright_chassis.testing import FakeJob, ask, embedded_parts
from reelwright_transcription.handler import TranscriptionHandler
from reelwright_transcription.service import transcription
from reelwright_transcription.settings import OpenAiSettings, TranscriptionSettings
from reelwright_transcription.testing import Known


async def request(parts: Parts, audio: Path, *, language: str = "auto") -> TranscriptionRequested:
    blob = await parts.blobs.put_file("audio-projects/p1/audio", audio, content_type="application/octet-stream")
    return TranscriptionRequested(
        tenant_id="t", user_id="u", project_id="p1", request_id="r1", audio=blob, language=language
    )


async def test_a_request_with_a_script_becomes_a_transcript(boat: Known, tmp_path: Path) -> None:
    async with embedded_parts(tmp_path) as embedded:
        parts = embedded.parts
        asked = await request(parts, boat.audio)
        asked.script.text = boat.text
        service = transcription(parts, TranscriptionSettings(engine="local"))
        assert (service.name, service.ready) == ("transcription", False)
        fact = await ask(service, parts, asked)
    assert isinstance(fact, TranscriptReady)
    assert [word.text for word in fact.transcript.words] == boat.text.split()
    assert (fact.request_id, fact.project_id, fact.transcript.transcript_id) == ("r1", "p1", "r1")
    assert fact.work.cost_usd == 0


@pytest.mark.parametrize(("content", "code"), [(b"", "audio_empty"), (b"ffconcat version 1.0\n", "audio_undecodable")])
async def test_a_file_that_is_no_recording_fails_for_good(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "talk.mp3"
    path.write_bytes(content)
    async with embedded_parts(tmp_path / "home") as embedded:
        parts = embedded.parts
        fact = await ask(transcription(parts, TranscriptionSettings(engine="local")), parts, await request(parts, path))
    assert isinstance(fact, WorkFailed)
    assert (fact.reason_code, fact.retryable) == (code, False)
    assert fact.message


async def test_the_commands_remedy_reaches_the_user(german: Path, tmp_path: Path) -> None:
    async with embedded_parts(tmp_path) as embedded:
        parts = embedded.parts
        asked = await request(parts, german, language="de")
        fact = await ask(transcription(parts, TranscriptionSettings(engine="local")), parts, asked)
    assert isinstance(fact, WorkFailed)
    assert fact.reason_code == "language_unsupported"
    assert fact.remedy.endswith(": REELWRIGHT_WHISPER_MODEL=small reelwright make RECORDING --language de")


class ListeningJob(FakeJob):
    """Says when the recogniser has begun."""

    def __init__(self, scratch: Path) -> None:
        super().__init__(scratch)
        self.listening = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def progress(self, percent: float, doing: str) -> None:
        if doing == "listening":
            self._loop.call_soon_threadsafe(self.listening.set)


async def test_a_stop_ends_the_work_at_once(talk: Known, tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    async with embedded_parts(tmp_path) as embedded, CpuPool(1) as pool:
        handler = TranscriptionHandler(embedded.parts.blobs, pool, TranscriptionSettings(engine="local"))
        job = ListeningJob(tmp_path / "scratch")
        work = asyncio.ensure_future(handler(await request(embedded.parts, talk.audio), job))
        await job.listening.wait()
        job.stopped = True
        with pytest.raises(Stopped):
            await work


def test_the_paid_engine_needs_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(SettingsError, match="REELWRIGHT_TRANSCRIPTION_ENGINE is not set"):
        TranscriptionSettings.load()
    with pytest.raises(SettingsError, match="needs OPENAI_API_KEY to be set"):
        TranscriptionSettings.load(engine="openai").check_key()
    monkeypatch.setenv("OPENAI_API_KEY", "sk-from-the-environment")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("REELWRIGHT_TRANSCRIPTION_OPENAI_MODEL", "gpt-transcribe")
    settings = TranscriptionSettings(engine="openai")
    assert settings.openai.api_key.get_secret_value() == "sk-from-the-environment"
    assert (settings.openai.base_url, settings.openai.model) == ("http://127.0.0.1:1/v1", "gpt-transcribe")
    assert "sk-from" not in repr(settings)


def test_an_empty_setting_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELWRIGHT_TRANSCRIPTION_CONCURRENCY", "")
    monkeypatch.setenv("REELWRIGHT_TRANSCRIPTION_MODEL", "large-v3")
    settings = TranscriptionSettings(engine="local")
    assert (settings.concurrency, settings.local_model.name) == (1, "large-v3")
    assert OpenAiSettings().successor == "gpt-transcribe"
