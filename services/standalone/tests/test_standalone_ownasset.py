from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from reelwright.events.v1 import media_pb2
from reelwright_chassis.blobs.folder import FolderBlobs
from reelwright_standalone.errors import InputError
from reelwright_standalone.ownasset import store_own_asset


def clip(path: Path) -> Path:
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=10, width=96, height=128, pix_fmt="yuv420p")
        for index in range(20):
            frame = av.VideoFrame.from_ndarray(np.full((192, 96), index, np.uint8), format="yuv420p")
            frame.pts, frame.time_base = index, Fraction(1, 10)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def picture(path: Path) -> Path:
    assert cv2.imwrite(str(path), np.zeros((40, 30, 3), np.uint8))
    return path


@pytest.mark.parametrize("ending", [".png", ".jpg"])
async def test_a_picture_is_a_still_whatever_it_is_called(tmp_path: Path, ending: str) -> None:
    own = picture(tmp_path / f"a{ending}").rename(tmp_path / "a.bin")
    blobs = FolderBlobs(tmp_path / "blobs")
    asset = await store_own_asset(blobs, "p1", own)
    assert (asset.kind, asset.width_px, asset.height_px, asset.duration_s) == (media_pb2.ASSET_KIND_STILL, 30, 40, 0)
    assert (asset.source, asset.provider) == (media_pb2.ASSET_SOURCE_UPLOADED, "user")
    assert await blobs.read(asset.blob.key) == own.read_bytes()
    assert await store_own_asset(blobs, "p1", own) == asset
    blobs.close()


@pytest.mark.parametrize("ending", [".mp4", ".mov", ".webm"])
async def test_a_clip_has_its_length(tmp_path: Path, ending: str) -> None:
    container = {".webm": ".mkv"}.get(ending, ending)
    own = clip(tmp_path / f"b{container}").rename(tmp_path / f"a{ending}")
    blobs = FolderBlobs(tmp_path / "blobs")
    asset = await store_own_asset(blobs, "p1", own)
    assert (asset.kind, asset.width_px, asset.height_px) == (media_pb2.ASSET_KIND_CLIP, 96, 128)
    assert asset.duration_s == pytest.approx(2.0, abs=0.2)
    blobs.close()


@pytest.mark.parametrize("content", [b"", b"words", b"\xff\xd8\xff broken", b"\x00\x00\x00\x18ftypisom", b"GIF89a"])
async def test_what_is_neither_is_refused_and_not_kept(tmp_path: Path, content: bytes) -> None:
    own = tmp_path / "own.jpg"
    own.write_bytes(content)
    blobs = FolderBlobs(tmp_path / "blobs")
    with pytest.raises(InputError, match=r"own\.jpg"):
        await store_own_asset(blobs, "p1", own)
    assert [info async for info in blobs.list("")] == []
    blobs.close()
