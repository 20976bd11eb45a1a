"""Signed addresses of S3, used as a browser uses them: by plain HTTP, without credentials."""

import hashlib
import random
from collections.abc import AsyncIterator

import httpx
import pytest
from contract.s3_support import MIB, open_blobs, settings_at
from parts.shared import shared_part

from reelwright_chassis.blobs.presign import Presigner, UploadedPart
from reelwright_chassis.blobs.s3 import S3Blobs
from reelwright_chassis.errors import NotFound

ORIGIN = "https://studio.example.com"
DATA = random.Random(4).randbytes(11 * MIB)


@pytest.fixture
async def blobs(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[S3Blobs]:
    settings = settings_at(shared_part(tmp_path_factory, "s3"), key_prefix="shared/", cors_origins=[ORIGIN])
    async with open_blobs(settings) as opened:
        yield opened


@pytest.fixture
def presigner(blobs: S3Blobs) -> Presigner:
    return blobs.presigner


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False, headers={"Origin": ORIGIN}) as client:
        yield client


async def test_a_link_is_read_in_ranges_and_saved_under_a_name(
    blobs: S3Blobs, presigner: Presigner, browser: httpx.AsyncClient
) -> None:
    await blobs.put_bytes("a/video.mp4", DATA[:1000], content_type="video/mp4")
    link = (await presigner.url("a/video.mp4", filename='Ünser "bestes" Video.mp4')).url
    whole = await browser.get(link)
    assert (whole.status_code, whole.content, whole.headers["content-type"]) == (200, DATA[:1000], "video/mp4")
    assert whole.headers["content-disposition"] == "attachment; filename*=UTF-8''%C3%9Cnser%20%22bestes%22%20Video.mp4"
    assert "immutable" in whole.headers["cache-control"]
    ranged = await browser.get(link, headers={"Range": "bytes=10-19"})
    assert (ranged.status_code, ranged.content) == (206, DATA[10:20])
    assert ranged.headers["content-range"] == "bytes 10-19/1000"
    shown = await browser.get((await presigner.url("a/video.mp4", content_type="application/json")).url)
    assert "content-disposition" not in shown.headers
    assert shown.headers["content-type"] == "application/json"


async def test_a_link_is_good_for_its_object_and_its_time_only(
    blobs: S3Blobs, presigner: Presigner, browser: httpx.AsyncClient
) -> None:
    for key in ("a", "b"):
        await blobs.put_bytes(key, b"x", content_type="text/plain")
    short = await presigner.url("a", 1)
    assert (await browser.get(short.url.replace("/shared/a?", "/shared/b?"))).status_code == 403
    assert (await browser.delete(short.url)).status_code == 403
    while (answer := await browser.get(short.url)).status_code == 200:
        pass  # until its second is over
    assert answer.status_code == 403


async def test_links_name_the_address_that_browsers_reach(tmp_path_factory: pytest.TempPathFactory) -> None:
    address = shared_part(tmp_path_factory, "s3")
    async with open_blobs(settings_at(address, public_endpoint_url="https://media.example.com")) as blobs:
        await blobs.put_bytes("a", b"x", content_type="text/plain")
        assert (await blobs.presigner.url("a")).url.startswith(f"https://media.example.com/{blobs._settings.bucket}/a?")


async def send(browser: httpx.AsyncClient, presigner: Presigner, key: str, upload_id: str, number: int) -> UploadedPart:
    data = DATA[(number - 1) * 5 * MIB : number * 5 * MIB]
    link = await presigner.part_url(key, upload_id, number, size_bytes=len(data))
    answer = await browser.put(link.url, content=data)
    assert answer.status_code == 200, answer.text
    assert "etag" in answer.headers.get("access-control-expose-headers", "").lower()
    return UploadedPart(number, answer.headers["etag"])


async def test_an_upload_in_parts_is_resumed_and_becomes_one_object(
    blobs: S3Blobs, presigner: Presigner, browser: httpx.AsyncClient
) -> None:
    upload = await presigner.begin_upload("audio/a.wav", content_type="audio/wav", size_bytes=len(DATA))
    assert (upload.part_size_bytes, upload.parts) == (5 * MIB, 3)
    sent = [await send(browser, presigner, upload.key, upload.upload_id, number) for number in (3, 1)]
    there = await presigner.uploaded_parts(upload.key, upload.upload_id)
    assert [(part.number, part.size_bytes) for part in there] == [(1, 5 * MIB), (3, 1 * MIB)]
    assert await blobs.stat(upload.key) is None, "half an upload is no object"
    sent.append(await send(browser, presigner, upload.key, upload.upload_id, 2))
    ref = await presigner.complete_upload(upload.key, upload.upload_id, sent)
    assert (ref.size_bytes, ref.content_type) == (len(DATA), "audio/wav")
    assert ref.sha256 == hashlib.sha256(DATA).hexdigest()
    assert await blobs.read(upload.key) == DATA
    assert await presigner.complete_upload(upload.key, upload.upload_id, sent) == ref, "its answer may have been lost"


async def test_a_page_of_another_origin_may_not_upload(presigner: Presigner, browser: httpx.AsyncClient) -> None:
    link = (await presigner.part_url("a", "x", 1)).url
    wanted = {"Access-Control-Request-Method": "PUT"}
    asked = await browser.options(link, headers=wanted)
    assert asked.headers["access-control-allow-origin"] == ORIGIN
    refused = await browser.options(link, headers={**wanted, "Origin": "https://elsewhere.example.com"})
    assert "access-control-allow-origin" not in refused.headers


async def test_a_part_of_another_length_is_refused(presigner: Presigner, browser: httpx.AsyncClient) -> None:
    upload = await presigner.begin_upload("a", content_type="audio/wav", size_bytes=100)
    link = await presigner.part_url("a", upload.upload_id, 1, size_bytes=100)
    assert (await browser.put(link.url, content=DATA[:5000])).status_code == 403
    assert await presigner.uploaded_parts("a", upload.upload_id) == []


async def test_wrong_parts_are_no_object(blobs: S3Blobs, presigner: Presigner, browser: httpx.AsyncClient) -> None:
    upload = await presigner.begin_upload("a", content_type="audio/wav", size_bytes=len(DATA))
    first = await send(browser, presigner, "a", upload.upload_id, 1)
    for parts in ([], [UploadedPart(1, '"0123456789abcdef0123456789abcdef"')], [first, UploadedPart(2, first.etag)]):
        with pytest.raises(ValueError, match="part"):
            await presigner.complete_upload("a", upload.upload_id, parts)
    assert await blobs.stat("a") is None


async def test_an_aborted_upload_is_gone(blobs: S3Blobs, presigner: Presigner, browser: httpx.AsyncClient) -> None:
    upload = await presigner.begin_upload("a", content_type="audio/wav", size_bytes=len(DATA))
    part = await send(browser, presigner, "a", upload.upload_id, 1)
    await presigner.abort_upload("a", upload.upload_id)
    await presigner.abort_upload("a", upload.upload_id)
    with pytest.raises(NotFound):
        await presigner.uploaded_parts("a", upload.upload_id)
    with pytest.raises(NotFound):
        await presigner.complete_upload("a", upload.upload_id, [part])


@pytest.mark.parametrize("key", ["", "../a", "a//b"])
async def test_malformed_keys_are_not_signed(presigner: Presigner, key: str) -> None:
    with pytest.raises(ValueError, match="key"):
        await presigner.url(key)
    with pytest.raises(ValueError, match="key"):
        await presigner.begin_upload(key, content_type="x/y", size_bytes=1)
    with pytest.raises(ValueError, match="key"):
        await presigner.part_url(key, "x", 1)


async def test_parts_and_sizes_have_their_limits(presigner: Presigner) -> None:
    with pytest.raises(ValueError, match="one byte"):
        await presigner.begin_upload("a", content_type="x/y", size_bytes=0)
    for number in (0, 10_001):
        with pytest.raises(ValueError, match="numbered"):
            await presigner.part_url("a", "x", number)
