"""What an upload asks of S3, by the requests that leave, and what it lets S3 refuse."""

import asyncio
import base64
import hashlib
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from contract.s3_support import MIB, open_blobs, sent_by, settings_at
from parts import s3
from parts.shared import shared_part

from reelwright_chassis.blobs.s3 import S3Blobs
from reelwright_chassis.blobs.s3_transfer import digest_of
from reelwright_chassis.errors import Unavailable

LARGE = bytes(range(256)) * (12 * MIB // 256)
KMS = {"encryption": "aws:kms", "kms_key_id": "alias/reelwright"}


@pytest.fixture
def address(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return shared_part(tmp_path_factory, "s3")


@pytest.fixture
async def blobs(address: dict[str, str]) -> AsyncIterator[S3Blobs]:
    async with open_blobs(settings_at(address)) as opened:
        yield opened


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large"
    path.write_bytes(LARGE)
    return path


def text(value: str | bytes | None) -> str | None:
    return value.decode() if isinstance(value, bytes) else value


async def test_encryption_is_asked_for_by_every_kind_of_upload(address: dict[str, str], large: Path) -> None:
    """The server takes the words without encrypting: what counts here is that they are sent."""
    async with open_blobs(settings_at(address, **KMS)) as blobs:
        sent = sent_by(blobs)
        await blobs.put_bytes("a", b"x", content_type="x/y")
        await blobs.put_file("b", large, content_type="x/y")
        await blobs.presigner.begin_upload("c", content_type="x/y", size_bytes=1)
        await blobs.copy("a", "d")
        begins = [request for request in sent if request.method == "PUT" and request.url.endswith(("/a", "/d"))]
        begins += [request for request in sent if request.url.endswith("?uploads")]
        assert len(begins) == 4
        for request in begins:
            assert text(request.headers["x-amz-server-side-encryption"]) == "aws:kms"
            assert text(request.headers["x-amz-server-side-encryption-aws-kms-key-id"]) == "alias/reelwright"


async def test_nothing_is_asked_of_encryption_by_default(blobs: S3Blobs) -> None:
    sent = sent_by(blobs)
    await blobs.put_bytes("a", b"x", content_type="x/y")
    assert all("server-side-encryption" not in name.lower() for request in sent for name in request.headers)


async def test_the_digest_is_kept_and_the_server_is_told_it(blobs: S3Blobs, large: Path) -> None:
    sent = sent_by(blobs)
    for key, ref in (
        ("a", await blobs.put_bytes("a", b"x", content_type="x/y")),
        ("b", await blobs.put_file("b", large, content_type="x/y")),
    ):
        found = blobs._connection.client.head_object(Bucket=blobs._settings.bucket, Key=key)
        assert found["Metadata"] == {"sha256": ref.sha256}
        assert found["CacheControl"] == "private, max-age=31536000, immutable"
    checksums = [request.headers.get("x-amz-checksum-sha256") for request in sent if request.method == "PUT"]
    assert text(checksums[0]) == base64.b64encode(hashlib.sha256(b"x").digest()).decode()


async def test_cache_headers_go_by_the_longest_beginning(address: dict[str, str]) -> None:
    rules = {"": "no-store", "final-videos/": "private, max-age=60"}
    async with open_blobs(settings_at(address, cache_control=rules)) as blobs:
        for key, says in (("a", "no-store"), ("final-videos/p/1/video.mp4", "private, max-age=60")):
            await blobs.put_bytes(key, b"x", content_type="x/y")
            found = blobs._connection.client.head_object(Bucket=blobs._settings.bucket, Key=key)
            assert found["CacheControl"] == says


async def test_bytes_other_than_promised_are_refused_in_one_call(blobs: S3Blobs, large: Path) -> None:
    with large.open("rb") as file:
        digest = digest_of(file)
    false = replace(digest, sha256=hashlib.sha256(b"other").digest())
    with pytest.raises(Unavailable, match=r"Checksum|BadDigest"):
        await blobs._connection.run(lambda: blobs._transfers.put("a", LARGE, false, "x/y"))
    assert await blobs.stat("a") is None


async def test_a_file_that_changed_under_an_upload_in_parts_is_refused(blobs: S3Blobs, large: Path) -> None:
    with large.open("rb") as file:
        digest = digest_of(file)
    with large.open("r+b") as file:
        file.write(b"changed meanwhile")
    upload = blobs._transfers.start_upload("a", large, digest, "x/y")
    with pytest.raises(Unavailable, match=r"Checksum|BadDigest"):
        await blobs._connection.run(upload.result)
    assert await blobs.stat("a") is None


@pytest.mark.parametrize("checksum", ["crc32", "sha256", "none"])
async def test_every_kind_of_checksum_stores_what_was_given(
    address: dict[str, str], large: Path, checksum: str, tmp_path: Path
) -> None:
    async with open_blobs(settings_at(address, checksum=checksum)) as blobs:
        await blobs.put_bytes("small", b"x", content_type="x/y")
        await blobs.put_file("large", large, content_type="x/y")
        await blobs.fetch("large", tmp_path / "back")
        assert (tmp_path / "back").read_bytes() == LARGE
        assert await blobs.read("large", start=5 * MIB - 2, length=4) == LARGE[5 * MIB - 2 : 5 * MIB + 2]


async def test_more_than_a_page_is_listed_and_deleted(blobs: S3Blobs) -> None:
    client, bucket = blobs._connection.client, blobs._settings.bucket
    for number in range(1005):
        client.put_object(Bucket=bucket, Key=f"many/{number:04}", Body=b"")
    await blobs.put_bytes("many-others", b"x", content_type="x/y")
    keys = [info.key async for info in blobs.list("many/")]
    assert keys == [f"many/{number:04}" for number in range(1005)]
    assert await blobs.delete_prefix("many/") == 1005
    assert [info.key async for info in blobs.list("")] == ["many-others"]


_ROUND_TRIP = """
import asyncio, os, resource, sys
from pathlib import Path
from reelwright_chassis.blobs.s3 import S3Blobs
from reelwright_chassis.blobs.s3_settings import S3Settings

async def main(folder):
    blobs = await S3Blobs.open(S3Settings.load())
    (folder / "small").write_bytes(os.urandom(100))
    for name in ("small", "large"):
        await blobs.put_file(f"memory/{name}", folder / name, content_type="x/y")
        await blobs.fetch(f"memory/{name}", folder / "back")
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, (folder / "back").stat().st_size)
    blobs.close()

asyncio.run(main(Path(sys.argv[1])))
"""


async def test_memory_stays_flat_for_a_large_file(blobs: S3Blobs, address: dict[str, str], tmp_path: Path) -> None:
    size_bytes = 200 * MIB
    with (tmp_path / "large").open("wb") as file:
        file.truncate(size_bytes)
    environment = s3.environment(address, bucket=blobs._settings.bucket)
    command = [sys.executable, "-c", _ROUND_TRIP, str(tmp_path)]
    done = await asyncio.to_thread(subprocess.run, command, env=environment, capture_output=True, text=True, check=True)
    (before_kib, _), (after_kib, back_bytes) = [map(int, line.split()) for line in done.stdout.splitlines()]
    assert back_bytes == size_bytes
    assert (after_kib - before_kib) << 10 < 64 * MIB, f"{(after_kib - before_kib) >> 10} MiB more at its peak"
