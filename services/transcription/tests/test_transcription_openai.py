"""OpenAI's recognisers against a server on this machine that speaks their protocol."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from reelwright.events.v1.facts_pb2 import TranscriptReady
from reelwright.events.v1.media_pb2 import BlobRef
from reelwright.events.v1.requests_pb2 import TranscriptionRequested
from reelwright_chassis.blobs.folder import FolderBlobs
from reelwright_chassis.errors import Reject, Retry, Stopped
from reelwright_chassis.processes import CpuPool
from reelwright_chassis.testing import FakeJob
from reelwright_transcription.audio import Span
from reelwright_transcription.decode import decode
from reelwright_transcription.engines.openai_engine import OpenAiEngine
from reelwright_transcription.engines.port import Recognition
from reelwright_transcription.handler import TranscriptionHandler
from reelwright_transcription.settings import OpenAiSettings, TranscriptionSettings
from reelwright_transcription.testing import Known, crash
from reelwright_transcription.upload import Upload, prepare_uploads

Answer = tuple[int, dict[str, Any], dict[str, str]]


class Server(ThreadingHTTPServer):
    """Answers each transcription with the next of `answers`; keeps the forms and the sounds that it got."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[Answer] = []
        self.forms: list[dict[str, list[str]]] = []
        self.sounds: list[bytes] = []
        self.keys: list[str] = []
        self.patience: threading.Event | None = None
        """Where it is set, an answer waits for it, and its client is gone by then."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def say(self, body: dict[str, Any], *, status: int = 200, **headers: str) -> None:
        self.answers.append((status, body, {name.replace("_", "-"): value for name, value in headers.items()}))

    def fail(self, status: int, code: str | None = None, **headers: str) -> None:
        self.say({"error": {"message": "no", "type": "error", "code": code}}, status=status, **headers)


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        head = f"content-type: {self.headers['content-type']}\r\n\r\n".encode()
        form: dict[str, list[str]] = {}
        for part in BytesParser().parsebytes(head + body).get_payload():
            assert isinstance(part, Message)
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            if part.get_filename() is not None:
                self.server.sounds.append(content)
            else:
                name = str(part.get_param("name", header="content-disposition"))
                form.setdefault(name, []).append(content.decode())
        self.server.forms.append(form)
        self.server.keys.append(self.headers["authorization"])
        status, answer, headers = self.server.answers.pop(0)
        if self.server.patience is not None:
            self.server.patience.wait()
            self.close_connection = True
            return
        data = json.dumps(answer).encode()
        self.send_response(status)
        for name, value in {"content-type": "application/json", "content-length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(Server()) as server:
        yield server


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


SPEECH = (Span(10.0, 12.0), Span(13.0, 15.0))


@pytest.fixture
def upload(tmp_path: Path) -> Upload:
    path = tmp_path / "speech.ogg"
    path.write_bytes(b"OggS the sound")
    return Upload(path, Span(10.0, 16.0), (Span(10.0, 12.5), Span(12.5, 16.0)), SPEECH)


async def recognise(
    server: Server, uploads: list[Upload], *, model: str = "whisper-1", language: str = "auto", timeout_s: float = 5.0
) -> tuple[Recognition, int]:
    """What came of it, and how often it was confirmed."""
    confirmed = 0

    async def confirm() -> None:
        nonlocal confirmed
        confirmed += 1

    async with OpenAiEngine(model, api_key="sk-test", base_url=server.url, timeout_s=timeout_s) as engine:
        recognition = await engine.recognise(uploads, language=language, confirm=confirm, progress=lambda *_: None)
    return recognition, confirmed


def segment(start_s: float, end_s: float, logprob: float) -> dict[str, Any]:
    told = {"id": 0, "seek": 0, "text": "", "tokens": [], "temperature": 0.0}
    return told | {
        "start": start_s, "end": end_s, "avg_logprob": logprob, "compression_ratio": 1.0, "no_speech_prob": 0.0,
    }  # fmt: skip


def word(text: str, start_s: float, end_s: float) -> dict[str, Any]:
    return {"word": text, "start": start_s, "end": end_s}


VERBOSE = {
    "task": "transcribe",
    "language": "english",
    "duration": 6.0,
    "text": "Hello, my friends. Good-bye!",
    "words": [word("Hello", 0.5, 1.0), word("friends", 1.4, 1.9), word("Goodbye", 3.2, 4.0)],
    "segments": [segment(0, 2, -0.1), segment(2, 6, -0.5)],
}


async def test_timed_words_get_the_texts_punctuation_and_the_recordings_time(server: Server, upload: Upload) -> None:
    server.say(VERBOSE)
    recognition, confirmed = await recognise(server, [upload], language="en-GB")
    first, second = recognition.heard
    assert [(w.text, w.start_s, w.end_s) for w in first.words] == [
        ("Hello,", 10.5, 11.0), ("my", 11.0, 11.4), ("friends.", 11.4, 11.9),
    ]  # fmt: skip
    assert [(w.text, w.start_s, w.end_s) for w in second.words] == [("Good-bye!", 13.2, 14.0)]
    assert first.words[0].confidence == pytest.approx(0.905, abs=0.001)
    assert second.words[0].confidence == pytest.approx(0.607, abs=0.001)
    assert (recognition.language, recognition.engine, recognition.understood) == ("en-GB", "openai/whisper-1", True)
    assert recognition.cost_usd == pytest.approx(0.006 * 6 / 60)
    assert confirmed == 1
    assert server.forms == [
        {
            "model": ["whisper-1"],
            "language": ["en"],
            "response_format": ["verbose_json"],
            "timestamp_granularities[]": ["word", "segment"],
        }
    ]
    assert server.sounds == [b"OggS the sound"]
    assert server.keys == ["Bearer sk-test"]


async def test_a_text_without_spaces_keeps_the_list_of_words(server: Server, upload: Upload) -> None:
    words = [word("水", 0.5, 0.9), word("は", 0.9, 1.1), word("古い", 1.1, 1.8)]
    server.say(VERBOSE | {"language": "japanese", "text": "水は古い。", "words": words, "segments": None})
    recognition, _ = await recognise(server, [upload])
    assert [w.text for w in recognition.heard[0].words] == ["水", "は", "古い"]
    assert recognition.language == "ja"
    assert "language" not in server.forms[0]


@pytest.mark.parametrize(
    "answer",
    [{"segments": [segment(0, 6, -1.3)]}, {"text": "", "words": [], "segments": []}, {"text": "", "words": None}],
)
async def test_what_whisper_doubts_is_not_understood(server: Server, upload: Upload, answer: dict[str, Any]) -> None:
    server.say(VERBOSE | answer)
    recognition, _ = await recognise(server, [upload])
    assert not recognition.understood


async def test_a_text_alone_is_spread_over_the_speech_of_its_window(server: Server, upload: Upload) -> None:
    server.say({"text": "aaa bbb ccc ddd", "languages": [{"code": "en"}]})
    recognition, _ = await recognise(server, [upload], model="gpt-transcribe", language="en-US")
    (heard,) = recognition.heard
    assert [w.start_s for w in heard.words] == [10.0, 11.0, 12.0, 14.0]
    assert not heard.timed
    assert recognition.language == "en-US"
    assert recognition.cost_usd == pytest.approx(0.0045 * 6 / 60)
    assert server.forms == [{"model": ["gpt-transcribe"], "languages[]": ["en"], "response_format": ["json"]}]


async def test_windows_are_asked_one_after_another_and_each_is_confirmed(server: Server, upload: Upload) -> None:
    server.say({"text": "", "languages": []})
    server.say({"text": "bonjour", "languages": [{"code": "fr"}]})
    recognition, confirmed = await recognise(server, [upload, upload], model="gpt-transcribe")
    assert (confirmed, recognition.language, recognition.understood) == (2, "fr", True)
    assert recognition.cost_usd == pytest.approx(2 * 0.0045 * 6 / 60)


async def test_a_text_model_that_takes_one_language(server: Server, upload: Upload) -> None:
    server.say({"text": "hello"})
    recognition, _ = await recognise(server, [upload], model="gpt-4o-transcribe", language="en")
    assert server.forms == [{"model": ["gpt-4o-transcribe"], "language": ["en"], "response_format": ["json"]}]
    assert recognition.understood


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (401, "invalid_api_key", "openai_credentials"),
        (403, None, "openai_credentials"),
        (429, "insufficient_quota", "openai_quota"),
        (404, "model_not_found", "openai_model_gone"),
        (400, "model_not_found", "openai_model_gone"),
        (400, "invalid_value", "openai_refused"),
        (413, None, "openai_refused"),
    ],
)
async def test_refusals_are_final(server: Server, upload: Upload, status: int, code: str | None, reason: str) -> None:
    server.fail(status, code)
    with pytest.raises(Reject) as refusal:
        await recognise(server, [upload])
    assert (refusal.value.reason_code, refusal.value.cost_usd) == (reason, 0)
    assert len(server.forms) == 1


@pytest.mark.parametrize(
    ("status", "headers", "delay_s"),
    [
        (429, {"retry_after": "7"}, 7.0),
        (429, {"retry_after_ms": "250"}, 0.25),
        (429, {"retry_after": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        (500, {}, None),
        (503, {"retry_after": "300"}, 300.0),
        (409, {}, None),
        (408, {}, None),
    ],
)
async def test_what_may_pass_is_tried_again_later_and_not_by_the_client(
    server: Server, upload: Upload, status: int, headers: dict[str, str], delay_s: float | None
) -> None:
    server.fail(status, None, **headers)
    with pytest.raises(Retry) as later:
        await recognise(server, [upload])
    assert (later.value.reason_code, later.value.delay_s) == ("openai_busy", delay_s)
    assert len(server.forms) == 1


async def test_a_failure_after_paid_calls_carries_what_they_cost(server: Server, upload: Upload) -> None:
    server.say({"text": "one"})
    server.fail(500)
    with pytest.raises(Retry) as later:
        await recognise(server, [upload, upload], model="gpt-transcribe")
    assert later.value.cost_usd == pytest.approx(0.0045 * 6 / 60)


async def test_an_answer_that_is_no_answer_is_asked_for_again(server: Server, upload: Upload) -> None:
    server.say({"text": 5, "duration": "long"})
    with pytest.raises(Retry) as later:
        await recognise(server, [upload])
    assert later.value.reason_code == "openai_busy"
    assert later.value.cost_usd > 0


async def test_nobody_there_is_unreachable_and_costs_nothing(upload: Upload) -> None:
    with serving(Server()) as gone:
        pass
    with pytest.raises(Retry) as later:
        await recognise(gone, [upload])
    assert (later.value.reason_code, later.value.cost_usd) == ("openai_unreachable", 0)


async def test_an_answer_that_does_not_come_may_have_been_charged(server: Server, upload: Upload) -> None:
    server.patience = threading.Event()
    server.say(VERBOSE)
    with pytest.raises(Retry) as later:
        await recognise(server, [upload], timeout_s=0.2)
    server.patience.set()
    assert later.value.reason_code == "openai_unreachable"
    assert later.value.cost_usd == pytest.approx(0.006 * 6 / 60)


async def test_an_unconfirmed_call_is_not_made(server: Server, upload: Upload) -> None:
    async def confirm() -> None:
        raise Stopped("canceled")

    async with OpenAiEngine("whisper-1", api_key="k", base_url=server.url, timeout_s=5) as engine:
        with pytest.raises(Stopped):
            await engine.recognise([upload], language="auto", confirm=confirm, progress=lambda *_: None)
    assert server.forms == []


def test_uploads_hold_the_speech_and_little_else(talk: Known, tmp_path: Path) -> None:
    (whole,) = prepare_uploads(talk.audio, tmp_path, True, 600.0)
    assert whole.path.stat().st_size < 400_000
    assert decode(whole.path).duration_s == pytest.approx(whole.span.duration_s, abs=0.03)
    assert len(whole.windows) == 3
    parts = prepare_uploads(talk.audio, tmp_path, False, 600.0)
    assert [part.span for part in parts] == list(whole.windows)
    assert [part.windows for part in parts] == [(part.span,) for part in parts]


def settings(server: Server) -> TranscriptionSettings:
    return TranscriptionSettings(
        engine="openai", openai=OpenAiSettings(api_key=SecretStr("sk-test"), base_url=server.url)
    )


@pytest.fixture
async def asked(tmp_path: Path, boat: Known) -> tuple[FolderBlobs, TranscriptionRequested, FakeJob]:
    """The boat in a store, a request for it, a job."""
    (tmp_path / "scratch").mkdir()
    blobs = FolderBlobs(tmp_path / "blobs")
    audio: BlobRef = await blobs.put_file("audio-projects/p/audio", boat.audio, content_type="audio/ogg")
    return blobs, TranscriptionRequested(request_id="r1", audio=audio, language="en"), FakeJob(tmp_path / "scratch")


async def test_a_paid_answer_is_aligned_here_and_a_gone_model_has_a_successor(
    server: Server, boat: Known, asked: tuple[FolderBlobs, TranscriptionRequested, FakeJob]
) -> None:
    blobs, request, job = asked
    server.fail(404, "model_not_found")
    server.say({"text": boat.text, "languages": [{"code": "en"}]})
    server.say({"text": boat.text, "languages": [{"code": "en"}]})
    async with CpuPool(1) as pool:
        handler = TranscriptionHandler(blobs, pool, settings(server))
        fact = await handler(request, job)
        again = await handler(request, job)
    assert isinstance(fact, TranscriptReady)
    assert [form["model"] for form in server.forms] == [["whisper-1"], ["gpt-transcribe"], ["gpt-transcribe"]]
    assert job.confirms == 3
    assert fact.transcript.engine == "openai/gpt-transcribe"
    assert fact.transcript.transcript_id == "r1"
    assert sorted(boat.start_errors_s(fact.transcript.words))[31] == pytest.approx(0, abs=0.04)
    assert fact.work.cost_usd == pytest.approx(0.0045 * 21.5 / 60, rel=0.02)
    assert again.transcript == fact.transcript


async def test_without_a_successor_a_gone_model_is_a_refusal(
    server: Server, asked: tuple[FolderBlobs, TranscriptionRequested, FakeJob]
) -> None:
    blobs, request, job = asked
    server.fail(404, "model_not_found")
    openai = OpenAiSettings(api_key=SecretStr("sk-test"), base_url=server.url, successor="")
    async with CpuPool(1) as pool:
        handler = TranscriptionHandler(blobs, pool, TranscriptionSettings(engine="openai", openai=openai))
        with pytest.raises(Reject) as refusal:
            await handler(request, job)
    assert refusal.value.reason_code == "openai_model_gone"


async def test_a_crash_after_a_paid_answer_carries_its_cost(
    server: Server, asked: tuple[FolderBlobs, TranscriptionRequested, FakeJob], monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs, request, job = asked
    server.say(VERBOSE)
    monkeypatch.setattr("reelwright_transcription.handler.run_errand", crash)
    async with CpuPool(1) as pool:
        with pytest.raises(Retry) as later:
            await TranscriptionHandler(blobs, pool, settings(server))(request, job)
    assert later.value.reason_code == "internal"
    assert later.value.cost_usd == pytest.approx(0.006 * 21.5 / 60, rel=0.02)


async def test_a_given_text_is_never_sent_anywhere(
    server: Server, boat: Known, asked: tuple[FolderBlobs, TranscriptionRequested, FakeJob]
) -> None:
    blobs, request, job = asked
    request.script.text = boat.text
    async with CpuPool(1) as pool:
        fact = await TranscriptionHandler(blobs, pool, settings(server))(request, job)
    assert fact.transcript.engine == "given"
    assert (server.forms, job.confirms, fact.work.cost_usd) == ([], 0, 0)


async def test_a_recording_that_is_gone_is_refused(
    server: Server, asked: tuple[FolderBlobs, TranscriptionRequested, FakeJob]
) -> None:
    blobs, request, job = asked
    await blobs.delete(request.audio.key)
    async with CpuPool(1) as pool:
        with pytest.raises(Reject) as refusal:
            await TranscriptionHandler(blobs, pool, settings(server))(request, job)
    assert refusal.value.reason_code == "recording_gone"
