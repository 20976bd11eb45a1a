"""Recordings in parts: begun, interrupted, resumed, completed, aborted; through the gateway and past it."""

import hashlib
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from apihouse import MP3, SETTINGS, House, Issuer, house
from contract.s3_support import MIB, open_blobs, settings_at
from parts.shared import shared_part

from reelwright_chassis.blobs.s3 import S3Blobs
from reelwright_gateway.uploads.multipart.choose import part_store

RECORDING = b"ID3\x04" + random.Random(7).randbytes(11 * MIB)
SHA256 = hashlib.sha256(RECORDING).hexdigest()
PART_BYTES = 5 * MIB


@asynccontextmanager
async def own(folder: Path, _: pytest.TempPathFactory) -> AsyncIterator[tuple[House, httpx.AsyncClient]]:
    """Parts come through the gateway."""
    async with house(folder, workers=False, upload_part_bytes=PART_BYTES) as here, here.served() as http:
        yield here, http


@asynccontextmanager
async def presigned(
    folder: Path, factory: pytest.TempPathFactory, *, part: str
) -> AsyncIterator[tuple[House, httpx.AsyncClient]]:
    """Parts go to a real object store; all else is as it was."""
    address = shared_part(factory, part)
    async with (
        house(folder, workers=False) as here,
        open_blobs(settings_at(address, part_bytes=PART_BYTES)) as blobs,
    ):
        _swap(here, blobs)
        async with here.served() as http:
            yield here, http


def _swap(here: House, blobs: S3Blobs) -> None:
    parts = part_store(blobs, here.deps.settings, here.parts.scratch, here.deps.clock)
    here.parts = replace(here.parts, blobs=blobs)
    here.deps = here.app.state.deps = replace(here.deps, blobs=blobs, parts=parts)


KINDS: dict[str, Any] = {
    "own": own,
    "moto": lambda folder, factory: presigned(folder, factory, part="moto_s3"),
    "versitygw": lambda folder, factory: presigned(folder, factory, part="s3"),
}


@pytest.fixture(params=KINDS)
async def served(
    request: pytest.FixtureRequest, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[House, httpx.AsyncClient]]:
    async with KINDS[request.param](tmp_path, tmp_path_factory) as pair:
        yield pair


async def begun(http: httpx.AsyncClient, size_bytes: int = len(RECORDING), key: str = "") -> tuple[str, Any]:
    """The address of a new upload of a new project, and the upload."""
    made = (await http.post("/v1/projects", json={"autostart": False})).json()
    path = httpx.URL(made["upload"]["parts_url"]).path
    answer = await http.post(path, json={"size_bytes": size_bytes}, headers={"Idempotency-Key": key} if key else {})
    assert answer.status_code == 201, answer.text
    return f"{path}/{answer.json()['id']}", answer.json()


async def send(part: dict[str, Any], upload: dict[str, Any], data: bytes = RECORDING) -> httpx.Response:
    """As a browser does: by the address alone."""
    start = (part["number"] - 1) * upload["part_size_bytes"]
    async with httpx.AsyncClient(trust_env=False, timeout=60) as anybody:
        return await anybody.put(part["url"], content=data[start : start + part["size_bytes"]])


async def stored(here: House, project_id: str) -> list[str]:
    return [info.key async for info in here.parts.blobs.list(f"audio-projects/{project_id}/")]


async def test_an_interrupted_upload_is_resumed_and_becomes_the_recording(
    served: tuple[House, httpx.AsyncClient],
) -> None:
    here, http = served
    path, upload = await begun(http)
    assert [part["size_bytes"] for part in upload["parts"]] == [PART_BYTES, PART_BYTES, len(RECORDING) - 2 * PART_BYTES]
    for number in (3, 1):
        assert (await send(upload["parts"][number - 1], upload)).status_code == 200
    early = await http.post(f"{path}/complete", json={})
    assert (early.status_code, early.json()["code"]) == (409, "upload_incomplete")
    assert "parts 2." in early.json()["detail"]

    resumed = (await http.get(path)).json()
    assert [part["arrived"] for part in resumed["parts"]] == [True, False, True]
    sent = await send(resumed["parts"][1], resumed)
    assert (sent.status_code, bool(sent.headers["etag"])) == (200, True)
    done = await http.post(f"{path}/complete", json={"sha256": SHA256})
    assert done.status_code == 200, done.text
    assert done.json()["state"] == "uploaded"
    assert done.json()["audio"] == {"sha256": SHA256, "size_bytes": len(RECORDING), "content_type": "audio/mpeg"}

    again = await http.post(f"{path}/complete", json={"sha256": SHA256})
    assert (again.status_code, again.json()["version"]) == (200, done.json()["version"])
    (key,) = await stored(here, done.json()["id"])
    assert await here.parts.blobs.read(key) == RECORDING


async def test_parts_that_are_another_file_are_refused_and_gone(served: tuple[House, httpx.AsyncClient]) -> None:
    here, http = served
    path, upload = await begun(http, size_bytes=1_000)
    await send(upload["parts"][0], upload, MP3)
    refused = await http.post(f"{path}/complete", json={"sha256": SHA256})
    assert (refused.status_code, refused.json()["code"]) == (422, "upload_differs")
    assert (await http.get(path)).json()["code"] == "upload_not_found"
    assert await stored(here, path.split("/")[3]) == []


async def test_what_is_no_recording_is_refused_once_it_is_together(served: tuple[House, httpx.AsyncClient]) -> None:
    here, http = served
    path, upload = await begun(http, size_bytes=1_000)
    await send(upload["parts"][0], upload, b"%PDF-1.7" + bytes(992))
    refused = await http.post(f"{path}/complete", json={})
    assert (refused.status_code, refused.json()["code"]) == (415, "audio_type_unsupported")
    assert await stored(here, path.split("/")[3]) == []


async def test_an_aborted_upload_is_gone_with_its_parts(served: tuple[House, httpx.AsyncClient]) -> None:
    here, http = served
    path, upload = await begun(http, size_bytes=1_000)
    await send(upload["parts"][0], upload, MP3)
    assert (await http.delete(path)).status_code == 204
    for answer in (await http.get(path), await http.delete(path), await http.post(f"{path}/complete", json={})):
        assert (answer.status_code, answer.json()["code"]) == (404, "upload_not_found")
    assert await stored(here, path.split("/")[3]) == []
    assert (await send(upload["parts"][0], upload, MP3)).is_error
    assert await stored(here, path.split("/")[3]) == []


async def test_a_part_of_another_length_is_refused(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Where the store checks its signatures, which moto does not."""
    for kind, shorter, longer in (("own", 422, 413), ("versitygw", 403, 403)):
        async with KINDS[kind](tmp_path / kind, tmp_path_factory) as (_, http):
            path, upload = await begun(http, size_bytes=1_000)
            part = upload["parts"][0]
            async with httpx.AsyncClient(trust_env=False) as anybody:
                assert (await anybody.put(part["url"], content=MP3[:999])).status_code == shorter
                assert (await anybody.put(part["url"], content=MP3[:1001])).status_code == longer
                assert (await anybody.put(part["url"] + "x", content=MP3[:1000])).status_code in (403, 404)
            assert [part["arrived"] for part in (await http.get(path)).json()["parts"]] == [False]


async def test_the_same_key_begins_the_same_upload(tmp_path: Path) -> None:
    async with house(tmp_path, workers=False) as here:
        path, upload = await begun(here.http, key="k")
        base = path.rpartition("/")[0]
        again = await here.http.post(base, json={"size_bytes": len(RECORDING)}, headers={"Idempotency-Key": "k"})
        assert (again.status_code, again.json()["id"]) == (201, upload["id"])
        other = await here.http.post(base, json={"size_bytes": 5}, headers={"Idempotency-Key": "k"})
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_what_is_too_large_or_too_late_is_refused_before_its_bytes_come(tmp_path: Path) -> None:
    async with house(tmp_path, workers=False, max_audio_bytes=50_000) as here:
        made = await here.create()
        path = f"/v1/projects/{made['id']}/uploads"
        large = await here.http.post(path, json={"size_bytes": 50_001})
        assert (large.status_code, large.json()["code"]) == (413, "body_too_large")
        await here.upload(made)
        late = await here.http.post(path, json={"size_bytes": 50_000})
        assert (late.status_code, late.json()["code"]) == (409, "already_uploaded")


async def test_an_upload_is_its_projects_alone(tmp_path: Path) -> None:
    issuer = Issuer()
    async with house(tmp_path, identity="required", workers=False, read_jwks=issuer.read, **SETTINGS) as here:
        ann, bob = (here.client(Authorization=f"Bearer {issuer.token(sub=name)}") for name in ("ann", "bob"))
        path, upload = await begun(ann, size_bytes=1_000)
        for answer in (await bob.get(path), await bob.post(f"{path}/complete", json={}), await bob.delete(path)):
            assert (answer.status_code, answer.json()["code"]) == (404, "project_not_found")
        elsewhere, _ = await begun(bob, size_bytes=1_000)
        stolen = await bob.get(f"{elsewhere.rpartition('/')[0]}/{upload['id']}")
        assert (stolen.status_code, stolen.json()["code"]) == (404, "upload_not_found")
        # A part's address needs no token, and is good for nothing else.
        sent = await here.http.put(httpx.URL(upload["parts"][0]["url"]).path, content=MP3[:1_000])
        assert sent.status_code == 200


async def test_an_upload_that_nobody_completes_goes_with_the_next_ones(tmp_path: Path) -> None:
    async with house(tmp_path, workers=False) as here:
        path, upload = await begun(here.http, size_bytes=1_000)
        await here.http.put(httpx.URL(upload["parts"][0]["url"]).path, content=MP3[:1_000])
        here.app.state.deps = replace(here.deps, clock=_Later(here.deps.clock.now_s() + 3 * 86_400))
        after = await here.http.post(path.rpartition("/")[0], json={"size_bytes": 1_000})
        assert after.status_code == 201
        assert (await here.http.get(path)).json()["code"] == "upload_not_found"
        kept = await stored(here, path.split("/")[3])
        assert [key.rpartition("/")[2] for key in kept] == [f"{after.json()['id']}.json"]


class _Later:
    """Implements `Clock`, some days on."""

    def __init__(self, now_s: float) -> None:
        self._now_s = now_s

    def now_s(self) -> float:
        return self._now_s

    def monotonic_s(self) -> float:
        return self._now_s

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(f"nobody waits {seconds} s here")
