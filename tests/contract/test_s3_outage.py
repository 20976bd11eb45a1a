"""S3 away, slow, or refusing: pauses with a sentence; nothing half visible; it goes on when the server is back."""

import asyncio
import hashlib
import random
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from contract.s3_support import MIB, answer_with, kill_at, on, open_blobs, settings_at
from parts import s3

from reelwright_chassis.blobs.s3 import S3Blobs
from reelwright_chassis.blobs.s3_settings import S3Settings
from reelwright_chassis.errors import NotFound, Unavailable

pytestmark = pytest.mark.skipif(s3.missing() is not None, reason=str(s3.missing()))


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[s3.S3]:
    part = s3.start(tmp_path_factory.mktemp("s3"))
    yield part
    part.stop()


@pytest.fixture
def settings(server: s3.S3) -> S3Settings:
    return settings_at(server.address)


@pytest.fixture
async def blobs(settings: S3Settings) -> AsyncIterator[S3Blobs]:
    async with open_blobs(settings) as opened:
        yield opened


LARGE = random.Random(1).randbytes(32 * MIB)


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large"
    path.write_bytes(LARGE)
    return path


async def test_an_upload_whose_server_dies_is_not_half_there(
    server: s3.S3, settings: S3Settings, blobs: S3Blobs, large: Path
) -> None:
    kill_at(blobs, server, "UploadPart", call=2)
    with pytest.raises(Unavailable, match="cannot be reached"):
        await blobs.put_file("a/large", large, content_type="x/y")
    with pytest.raises(Unavailable):
        await blobs.stat("a/large")
    server.start()
    assert await blobs.stat("a/large") is None
    assert [info async for info in blobs.list("")] == []
    ref = await blobs.put_file("a/large", large, content_type="x/y")
    assert ref.sha256 == hashlib.sha256(await blobs.read("a/large")).hexdigest()


async def test_a_replacement_whose_server_dies_leaves_the_old_object(
    server: s3.S3, blobs: S3Blobs, large: Path
) -> None:
    await blobs.put_bytes("a", b"old", content_type="x/y")
    kill_at(blobs, server, "UploadPart", call=3)
    with pytest.raises(Unavailable):
        await blobs.put_file("a", large, content_type="x/y")
    server.start()
    assert await blobs.read("a") == b"old"


async def test_a_download_that_breaks_off_leaves_nothing(
    server: s3.S3, blobs: S3Blobs, large: Path, tmp_path: Path
) -> None:
    await blobs.put_file("a", large, content_type="x/y")
    target = tmp_path / "here" / "target"
    target.parent.mkdir()
    kill_at(blobs, server, "GetObject", call=1)
    with pytest.raises(Unavailable):
        await blobs.fetch("a", target)
    assert list(target.parent.iterdir()) == []
    server.start()
    await blobs.fetch("a", target)
    assert target.read_bytes() == LARGE


async def test_work_waits_for_a_server_that_is_away_and_goes_on(server: s3.S3, blobs: S3Blobs) -> None:
    server.kill9()
    for attempt in (
        blobs.put_bytes("a", b"x", content_type="x/y"), blobs.read("a"), blobs.delete("a"), blobs.delete_prefix("a/"),
        anext(blobs.list("a")), blobs.presigner.begin_upload("a", content_type="x/y", size_bytes=1),
    ):  # fmt: skip
        with pytest.raises(Unavailable, match="cannot be reached"):
            await attempt
    server.start()
    await blobs.put_bytes("a", b"x", content_type="x/y")
    assert await blobs.read("a") == b"x"


async def test_damage_at_rest_is_not_handed_out(
    server: s3.S3, settings: S3Settings, blobs: S3Blobs, tmp_path: Path
) -> None:
    await blobs.put_bytes("a/b", b"as it was stored", content_type="x/y")
    (server._folder / "data" / settings.bucket / "a" / "b").write_bytes(b"as it was STORED")
    with pytest.raises(Unavailable, match="another SHA-256"):
        await blobs.read("a/b")
    with pytest.raises(Unavailable, match="another SHA-256"):
        await blobs.fetch("a/b", tmp_path / "target")
    assert not (tmp_path / "target").exists()


class _Nothing:
    def stream(self, *_: object) -> Iterator[bytes]:
        return iter(())


async def test_a_throttled_call_is_made_again_and_then_is_an_outage(blobs: S3Blobs) -> None:
    answers = [503]

    def throttle(request: AWSPreparedRequest) -> AWSResponse | None:
        return AWSResponse(request.url, answers.pop(), HTTPHeaders(), _Nothing()) if answers else None

    answer_with(blobs, throttle)
    await blobs.put_bytes("a", b"x", content_type="x/y")
    assert answers == []
    answers += [503, 503]
    with pytest.raises(Unavailable, match="503"):
        await blobs.read("a")
    assert answers == [], "two attempts, as the settings say"


MISCONFIGURED = [
    ({"bucket": "nobody-created-this"}, "no bucket nobody-created-this. `reelwright provision` creates it"),
    ({"secret_access_key": "wrong"}, "credentials are refused"),
]


@pytest.mark.parametrize(("given", "says"), MISCONFIGURED)
async def test_what_an_operator_has_to_mend_is_said(
    settings: S3Settings, blobs: S3Blobs, given: dict[str, object], says: str, tmp_path: Path
) -> None:
    other = await S3Blobs.open(S3Settings.load(**(settings.model_dump() | given)))
    (tmp_path / "file").touch()
    for attempt in (
        other.put_bytes("a", b"x", content_type="x/y"), other.read("a"), anext(other.list("")), other.delete("a"),
        other.put_file("a", tmp_path / "file", content_type="x/y"), other.fetch("a", tmp_path / "target"),
    ):  # fmt: skip
        with pytest.raises(Unavailable, match=says):
            await attempt
    other.close()


async def test_a_missing_bucket_is_not_a_missing_object(server: s3.S3) -> None:
    blobs = await S3Blobs.open(settings_at(server.address))
    with pytest.raises(Unavailable, match="reelwright provision"):
        await blobs.stat("a")
    blobs.close()


async def test_without_credentials_it_says_so(server: s3.S3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    blobs = await S3Blobs.open(settings_at(server.address, access_key_id=None, secret_access_key=None))
    with pytest.raises(Unavailable, match="has no credentials"):
        await blobs.stat("a")
    blobs.close()


async def test_a_cancelled_upload_is_aborted(blobs: S3Blobs, settings: S3Settings, large: Path) -> None:
    loop, begun, aborted = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
    on(blobs, "after-call.s3.UploadPart", lambda **_: loop.call_soon_threadsafe(begun.set))
    on(blobs, "after-call.s3.AbortMultipartUpload", lambda **_: loop.call_soon_threadsafe(aborted.set))
    writing = asyncio.ensure_future(blobs.put_file("a", large, content_type="x/y"))
    await begun.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    async with asyncio.timeout(20):
        await aborted.wait()
    client = blobs._connection.client
    assert client.list_multipart_uploads(Bucket=settings.bucket).get("Uploads", []) == []
    with pytest.raises(NotFound):
        await blobs.read("a")


async def test_closed_blobs_say_so(settings: S3Settings, blobs: S3Blobs) -> None:
    blobs.close()
    blobs.close()
    with pytest.raises(Unavailable, match="closed"):
        await blobs.read("a")
