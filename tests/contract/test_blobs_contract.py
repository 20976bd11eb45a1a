"""What every `Blobs` backend does."""

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reelwright_chassis.blobs.port import Blobs
from reelwright_chassis.errors import NotFound
from reelwright_chassis.ids import new_id

DATA = bytes(range(256)) * 8


@pytest.fixture
def folder() -> str:
    """A prefix that no other test uses."""
    return f"contract/{new_id()}/"


async def test_bytes_come_back_with_their_reference(blobs: Blobs, folder: str) -> None:
    ref = await blobs.put_bytes(folder + "a.bin", DATA, content_type="application/x-test")
    assert (ref.key, ref.size_bytes, ref.content_type) == (folder + "a.bin", len(DATA), "application/x-test")
    assert ref.sha256 == hashlib.sha256(DATA).hexdigest()
    assert await blobs.read(ref.key) == DATA


async def test_a_file_is_stored_and_fetched(blobs: Blobs, folder: str, tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    source, target = here / "source", here / "target"
    source.write_bytes(DATA)
    ref = await blobs.put_file(folder + "a", source, content_type="x/y")
    assert ref.sha256 == hashlib.sha256(DATA).hexdigest()
    target.write_bytes(b"old")
    await blobs.fetch(ref.key, target)
    assert target.read_bytes() == DATA
    assert {path.name for path in here.iterdir()} == {"source", "target"}, "nothing is left beside it"


async def test_a_copy_is_an_object_of_its_own(blobs: Blobs, folder: str) -> None:
    await blobs.put_bytes(folder + "a", DATA, content_type="x/y")
    await blobs.put_bytes(folder + "b/c", b"old", content_type="x/y")
    for target in ("b/c", "d"):
        await blobs.copy(folder + "a", folder + target)
        assert await blobs.read(folder + target) == DATA
    await blobs.delete(folder + "a")
    assert await blobs.read(folder + "d") == DATA
    with pytest.raises(NotFound):
        await blobs.copy(folder + "a", folder + "e")
    with pytest.raises(ValueError, match="key"):
        await blobs.copy(folder + "d", "../e")


async def test_an_empty_object_is_an_object(blobs: Blobs, folder: str) -> None:
    ref = await blobs.put_bytes(folder + "empty", b"", content_type="x/y")
    assert ref.size_bytes == 0
    assert await blobs.read(ref.key) == b""


@pytest.mark.parametrize(("start", "length"), [(0, 10), (10, 20), (2000, 100), (2040, None), (5, 0)])
async def test_ranges(blobs: Blobs, folder: str, start: int, length: int | None) -> None:
    await blobs.put_bytes(folder + "a", DATA, content_type="x/y")
    end = len(DATA) if length is None else start + length
    assert await blobs.read(folder + "a", start=start, length=length) == DATA[start:end]


async def test_a_second_write_replaces_the_first(blobs: Blobs, folder: str) -> None:
    await blobs.put_bytes(folder + "a", b"a longer text", content_type="x/y")
    await blobs.put_bytes(folder + "a", b"short", content_type="x/y")
    assert await blobs.read(folder + "a") == b"short"


async def test_local_is_a_readable_file(blobs: Blobs, folder: str) -> None:
    await blobs.put_bytes(folder + "a", DATA, content_type="x/y")
    async with blobs.local(folder + "a") as path:
        assert path.read_bytes() == DATA


async def test_stat_tells_size_and_time(blobs: Blobs, folder: str) -> None:
    await blobs.put_bytes(folder + "a", DATA, content_type="x/y")
    info = await blobs.stat(folder + "a")
    assert info is not None
    assert (info.key, info.size_bytes) == (folder + "a", len(DATA))
    assert abs(info.modified_at - datetime.now(UTC)) < timedelta(minutes=5)


async def test_what_is_not_there_is_not_found(blobs: Blobs, folder: str, tmp_path: Path) -> None:
    await blobs.put_bytes(folder + "there/a", DATA, content_type="x/y")
    for key in (folder + "missing", folder + "there", folder + "there/a/b"):
        assert await blobs.stat(key) is None
        with pytest.raises(NotFound):
            await blobs.read(key)
        with pytest.raises(NotFound):
            await blobs.fetch(key, tmp_path / "target")
        with pytest.raises(NotFound):
            async with blobs.local(key):
                pass
        await blobs.delete(key)
    assert not (tmp_path / "target").exists()
    assert await blobs.read(folder + "there/a") == DATA


async def test_list_is_by_prefix_in_key_order(blobs: Blobs, folder: str) -> None:
    names = ["b", "a/2", "a/10", "a-1", "a/b/c", "ab"]
    for name in names:
        await blobs.put_bytes(folder + name, name.encode(), content_type="x/y")
    assert [info.key for info in [i async for i in blobs.list(folder)]] == sorted(folder + name for name in names)
    assert [i.key async for i in blobs.list(folder + "a/")] == [folder + n for n in ("a/10", "a/2", "a/b/c")]
    assert [i.key async for i in blobs.list(folder + "a/1")] == [folder + "a/10"]
    assert [i.size_bytes async for i in blobs.list(folder + "ab")] == [2]
    assert [i async for i in blobs.list(folder + "nothing/")] == []


async def test_delete_takes_one_and_delete_prefix_all_under_it(blobs: Blobs, folder: str) -> None:
    for name in ("a/1", "a/2", "a/b/3", "ab/4"):
        await blobs.put_bytes(folder + name, b"x", content_type="x/y")
    await blobs.delete(folder + "a/1")
    assert await blobs.stat(folder + "a/1") is None
    assert await blobs.delete_prefix(folder + "a/") == 2
    assert await blobs.delete_prefix(folder + "a/") == 0
    assert [i.key async for i in blobs.list(folder)] == [folder + "ab/4"]


BAD_KEYS = ["", "/a", "a/", "a//b", "../a", "a/../b", "a/./b", ".hidden", "a\\b", "a b", "a\n", "ä", "a/" + "x" * 300]


@pytest.mark.parametrize("key", [*BAD_KEYS, "a/" * 600 + "b"])
async def test_malformed_keys_are_refused_everywhere(blobs: Blobs, key: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match="key"):
        await blobs.put_bytes(key, b"", content_type="x/y")
    with pytest.raises(ValueError, match="key"):
        await blobs.put_file(key, tmp_path / "file", content_type="x/y")
    with pytest.raises(ValueError, match="key"):
        await blobs.read(key)
    with pytest.raises(ValueError, match="key"):
        await blobs.fetch(key, tmp_path / "target")
    with pytest.raises(ValueError, match="key"):
        await blobs.stat(key)
    with pytest.raises(ValueError, match="key"):
        await blobs.delete(key)
    with pytest.raises(ValueError, match="key"):
        async with blobs.local(key):
            pass


@pytest.mark.parametrize("prefix", ["", "/", "a", "../", "a//"])
async def test_delete_prefix_wants_a_whole_folder(blobs: Blobs, prefix: str) -> None:
    with pytest.raises(ValueError, match=r"prefix|key"):
        await blobs.delete_prefix(prefix)


async def test_readers_see_a_whole_object_while_it_is_replaced(blobs: Blobs, folder: str) -> None:
    versions = [bytes([n]) * 50_000 for n in range(8)]
    await blobs.put_bytes(folder + "a", versions[0], content_type="x/y")

    async def write() -> None:
        for version in versions:
            await blobs.put_bytes(folder + "a", version, content_type="x/y")

    writing = asyncio.ensure_future(write())
    while not writing.done():
        assert await blobs.read(folder + "a") in versions
    await writing
    assert await blobs.read(folder + "a") == versions[-1]
