"""Recordings on their way in."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from apihouse import MP3, House, house

from reelwright_gateway.uploads.sniff import audio_type


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"ID3\x04\x00", "audio/mpeg"),
        (b"\xff\xfb\x90\x64", "audio/mpeg"),
        (b"RIFF\x24\x08\x00\x00WAVEfmt ", "audio/wav"),
        (b"RIFF\x24\x08\x00\x00AVI LIST", None),
        (b"\x00\x00\x00\x20ftypM4A ", "audio/mp4"),
        (b"\xff\xf1\x50\x80", "audio/aac"),
        (b"OggS\x00\x02", "audio/ogg"),
        (b"fLaC\x00\x00", "audio/flac"),
        (b"\x1aE\xdf\xa3\x9f", "audio/webm"),
        (b"%PDF-1.7", None),
        (b"\xff\xd8\xff\xe0", None),
        (b"\x89PNG\r\n", None),
        (b"<html>", None),
        (b"", None),
    ],
)
def test_a_recording_is_known_by_its_bytes(head: bytes, expected: str | None) -> None:
    assert audio_type(head) == expected


async def _stored(here: House, project_id: str) -> list[str]:
    return [info.key async for info in here.parts.blobs.list(f"audio-projects/{project_id}/")]


async def test_a_second_recording_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    async with house(tmp_path, workers=False) as here:
        made = await here.create()
        await here.upload(made)
        before = await _stored(here, made["id"])
        again = await here.http.put(f"/v1/projects/{made['id']}/audio", content=MP3)
        assert again.status_code == 200
        other = await here.http.put(f"/v1/projects/{made['id']}/audio", content=MP3 + b"more")
        assert (other.status_code, other.json()["code"]) == (409, "already_uploaded")
        assert await _stored(here, made["id"]) == before
        assert len(before) == 1


async def test_without_autostart_the_recording_waits(tmp_path: Path) -> None:
    async with house(tmp_path, workers=False) as here:
        made = await here.create(autostart=False)
        assert (await here.upload(made))["state"] == "uploaded"
        assert (await here.upload(made, MP3 + b"a better one"))["state"] == "uploaded"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "upload_empty"),
        (b"%PDF-1.7" + bytes(200), 415, "audio_type_unsupported"),
        (b"ab", 415, "audio_type_unsupported"),
        (MP3 * 100, 413, "body_too_large"),
    ],
)
async def test_what_is_no_recording_is_refused(tmp_path: Path, body: bytes, status: int, code: str) -> None:
    async with house(tmp_path, workers=False, max_audio_bytes=50_000) as here:
        made = await here.create()
        answer = await here.http.put(f"/v1/projects/{made['id']}/audio", content=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert await _stored(here, made["id"]) == []
        assert list(here.parts.scratch.iterdir()) == []


async def test_a_stream_that_grows_too_long_is_stopped(tmp_path: Path) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b"ID3\x04"
        while True:
            sent += 10_000
            yield bytes(10_000)

    async with house(tmp_path, workers=False, max_audio_bytes=50_000) as here:
        made = await here.create()
        answer = await here.http.put(f"/v1/projects/{made['id']}/audio", content=endless())
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
        assert sent <= 60_000


async def test_an_upload_to_nobodys_project_is_404_before_its_bytes_are_read(tmp_path: Path) -> None:
    async with house(tmp_path, workers=False) as here:
        answer = await here.http.put("/v1/projects/01JD9ZQ1S7M4V0F5X8C2K3N6PB/audio", content=MP3)
        assert answer.status_code == 404
