"""Recordings that lie elsewhere, fetched over HTTP from this machine."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from apihouse import MP3, House, house
from apihouse.serving import served
from fastapi import FastAPI, Response
from parts.ports import free_port
from starlette.responses import RedirectResponse, StreamingResponse

from reelwright.events.v1.requests_pb2 import AudioFetchRequested
from reelwright_chassis.errors import Retry
from reelwright_chassis.outbound import Allowed, guarded_client
from reelwright_chassis.testing import FakeJob
from reelwright_gateway.fetching.fetch import Fetch


@dataclass
class Host:
    """Where recordings lie. `asked` holds the paths that were fetched."""

    port: int
    asked: list[str] = field(default_factory=list)
    busy: int = 0
    """So often it answers that it is busy."""
    held: asyncio.Event = field(default_factory=asyncio.Event)
    """Set: /slow ends."""

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}"


@asynccontextmanager
async def hosting() -> AsyncIterator[Host]:
    host, app = Host(free_port()), FastAPI()

    @app.get("/{name}")
    async def get(name: str) -> Any:
        host.asked.append(name)
        if name == "talk" and host.busy:
            host.busy -= 1
            return Response(status_code=503)
        answers: dict[str, Callable[[], Response]] = {
            "talk": lambda: Response(MP3, media_type="text/plain"),
            "empty": lambda: Response(b""),
            "page": lambda: Response(b"<html>" + bytes(200)),
            "moved": lambda: RedirectResponse("/talk"),
            "large": lambda: Response(MP3 * 20),
            "endless": lambda: StreamingResponse(_endless()),
            "slow": lambda: StreamingResponse(_slow(host.held)),
        }
        return answers[name]() if name in answers else Response(status_code=404)

    async with served(app, host.port):
        yield host
        host.held.set()


async def _endless() -> AsyncIterator[bytes]:
    yield MP3
    while True:
        yield bytes(10_000)
        await asyncio.sleep(0)  # sending waits for nobody once its client has left: then this alone lets others run


async def _slow(held: asyncio.Event) -> AsyncIterator[bytes]:
    yield MP3
    await held.wait()


async def _failed(here: House, project: dict[str, Any]) -> dict[str, Any]:
    changes = here.parts.bus.follow("project.changes")
    while (now := await here.get(project))["state"] != "failed":
        await anext(changes)
    failure: dict[str, Any] = now["failure"]
    return failure


async def test_a_recording_is_fetched_and_made_a_video(tmp_path: Path) -> None:
    async with hosting() as host, house(tmp_path, fetch_loopback=True) as here:
        made = await here.create(audio={"url": host.url("talk")})
        assert (made["state"], made["audio"], made["waiting_on"]) == ("created", None, "worker")
        assert made["progress"]["stage"] == "fetch"
        done = await here.until(made, "completed")
        assert done["audio"]["size_bytes"] == len(MP3)
        assert done["audio"]["content_type"] == "audio/mpeg", "told by its bytes, not by its host"
        assert host.asked == ["talk"]
        told = (await here.http.get(f"/v1/projects/{made['id']}")).text
        assert host.url("talk") not in told
        assert list(here.parts.scratch.iterdir()) == []


async def test_a_host_that_is_busy_is_asked_again(tmp_path: Path) -> None:
    async with hosting() as host, house(tmp_path, fetch_loopback=True, workers=False) as here:
        host.busy = 2
        await here.until(await here.create(autostart=False, audio={"url": host.url("talk")}), "uploaded")
        assert host.asked == ["talk"] * 3


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("empty", "audio_empty"),
        ("page", "audio_type_unsupported"),
        ("moved", "audio_url_answer"),
        ("missing", "audio_url_answer"),
        ("large", "audio_url_too_large"),
        ("endless", "audio_url_too_large"),
        ("slow", "audio_url_slow"),
    ],
)
async def test_what_cannot_be_taken_fails_the_project_and_says_why(tmp_path: Path, path: str, code: str) -> None:
    fetch_s = 2.0 if path == "slow" else 300.0
    async with (
        hosting() as host,
        house(tmp_path, fetch_loopback=True, workers=False, max_audio_bytes=30_000, fetch_s=fetch_s) as here,
    ):
        made = await here.create(audio={"url": host.url(path)})
        failure = await _failed(here, made)
        assert (failure["stage"], failure["code"]) == ("fetch", code)
        assert failure["remedy"]
        assert host.asked == [path], "nothing is followed, nothing is asked twice"
        assert [info.key async for info in here.parts.blobs.list("audio-projects/")] == []
        assert list(here.parts.scratch.iterdir()) == []


async def test_an_upload_meanwhile_is_taken_instead(tmp_path: Path) -> None:
    async with hosting() as host, house(tmp_path, fetch_loopback=True, workers=False) as here:
        made = await here.create(autostart=False, audio={"url": host.url("slow")})
        assert (await here.upload(made))["state"] == "uploaded"
        host.held.set()


@pytest.mark.parametrize(
    "url",
    [
        "http://files.example.com/talk.mp3",
        "https://10.0.0.1/talk.mp3",
        "https://169.254.169.254/latest/meta-data",
        "https://user:secret@files.example.com/talk.mp3",
        "file:///etc/passwd",
        "no address",
    ],
)
async def test_an_address_that_is_not_called_is_refused_at_the_door(tmp_path: Path, url: str) -> None:
    async with house(tmp_path, workers=False) as here:
        answer = await here.http.post("/v1/projects", json={"audio": {"url": url}})
        assert (answer.status_code, answer.json()["code"]) == (422, "request_invalid")
        (error,) = answer.json()["errors"]
        assert error["pointer"] == "/audio/url"
        assert "secret" not in answer.text
        assert not (await here.http.get("/v1/projects")).json()["items"]


async def test_a_name_that_leads_inward_is_refused_where_it_is_called(tmp_path: Path) -> None:
    async def inward(host: str, port: int) -> list[str]:
        return ["10.0.0.1"]

    async with house(tmp_path, workers=False) as here:
        client = guarded_client(Allowed(), timeout_s=5, resolve=inward)
        fetch = Fetch(here.parts.blobs, lambda: client, max_bytes=1_000, longest_s=5)
        with pytest.raises(Exception, match="public internet") as refused:
            await fetch(AudioFetchRequested(project_id="p", url="https://files.example.com/a"), FakeJob(tmp_path))
        assert refused.value.reason_code == "audio_url_refused"  # type: ignore[attr-defined]


async def test_a_host_that_nobody_listens_on_is_tried_again(tmp_path: Path) -> None:
    async with house(tmp_path, workers=False) as here:
        client = guarded_client(Allowed(loopback=True), timeout_s=5)
        fetch = Fetch(here.parts.blobs, lambda: client, max_bytes=1_000, longest_s=5)
        url = f"http://127.0.0.1:{free_port()}/talk?signature=secret"
        with pytest.raises(Retry) as again:
            await fetch(AudioFetchRequested(project_id="p", url=url), FakeJob(tmp_path))
        assert again.value.reason_code == "audio_url_unreachable"
        assert "secret" not in str(again.value)
