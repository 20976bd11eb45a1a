"""Results are streamed, looked into, and refused when they are not what was bought."""

import asyncio
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import httpx
import numpy as np
import pytest

from reelwright_chassis.processes import CpuPool, ProcessCrashed
from reelwright_kling_gateway import download as downloading
from reelwright_kling_gateway.client.order import Product
from reelwright_kling_gateway.download import NoResult, Probe, Unreachable, download
from reelwright_kling_gateway.probe import MediaFacts, NotMedia, content_type_of, probe

URL = "https://results.test/x?Signature=1"


@cache
def clip() -> bytes:
    """A second of MP4, its index first."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "clip.mp4")
        with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as container:
            stream = container.add_stream("libx264", rate=24, options={"preset": "ultrafast", "g": "12"})
            stream.width, stream.height, stream.pix_fmt = 72, 128, "yuv420p"
            for number in range(24):
                frame = av.VideoFrame.from_ndarray(np.full((128, 72, 3), number * 9, np.uint8), format="rgb24")
                frame.pts, frame.time_base = number, Fraction(1, 24)
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path.read_bytes()


def picture(codec: str) -> bytes:
    """A small JPEG or PNG."""
    encoder = av.CodecContext.create(codec, "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.time_base = 72, 128, Fraction(1, 1)
    encoder.pix_fmt = "yuvj420p" if codec == "mjpeg" else "rgb24"
    frame = av.VideoFrame.from_ndarray(np.zeros((128, 72, 3), np.uint8), format="rgb24").reformat(
        format=encoder.pix_fmt
    )
    return b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)])


async def probe_here(path: Path) -> MediaFacts:
    return probe(path)


def serving(content: bytes, status: int = 200) -> httpx.AsyncClient:
    def answer(request: httpx.Request) -> httpx.Response:
        assert "authorization" not in request.headers
        return httpx.Response(status, content=content)

    return httpx.AsyncClient(transport=httpx.MockTransport(answer))


@pytest.mark.parametrize(
    ("content", "product", "suffix", "facts"),
    [
        (clip(), Product.CLIP, "mp4", MediaFacts("video/mp4", 72, 128, 1.0)),
        (picture("mjpeg"), Product.STILL, "jpg", MediaFacts("image/jpeg", 72, 128, 0.0)),
        (picture("png"), Product.STILL, "png", MediaFacts("image/png", 72, 128, 0.0)),
    ],
    ids=["mp4", "jpeg", "png"],
)
async def test_what_was_bought_is_taken(
    tmp_path: Path, content: bytes, product: Product, suffix: str, facts: MediaFacts
) -> None:
    media = await download(serving(content), probe_here, URL, product, tmp_path)
    assert media.path.read_bytes() == content
    assert media.suffix == suffix
    assert media.facts == facts


async def test_looking_works_in_a_subprocess(tmp_path: Path) -> None:
    path = tmp_path / "clip"
    path.write_bytes(clip())
    junk = tmp_path / "junk"
    junk.write_bytes(b"#EXTM3U\nfile:///etc/passwd")
    async with CpuPool(workers=1) as pool:
        assert (await pool.run(probe, path)).content_type == "video/mp4"
        with pytest.raises(NotMedia):
            await pool.run(probe, junk)


@pytest.mark.parametrize(
    ("content", "product"),
    [
        (b"", Product.CLIP),
        (b"<html>expired</html>", Product.CLIP),
        (b"ffconcat version 1.0\nfile /etc/passwd", Product.CLIP),
        (clip()[:-900], Product.CLIP),
        (clip()[:400], Product.CLIP),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(64), Product.CLIP),
        (clip(), Product.STILL),
        (picture("mjpeg"), Product.CLIP),
        (b"\xff\xd8\xff\xe0" + bytes(64), Product.STILL),
    ],
    ids=[
        "empty",
        "html",
        "playlist",
        "cut off",
        "cut off early",
        "hollow",
        "clip as still",
        "still as clip",
        "no jpeg",
    ],
)
async def test_what_is_no_whole_result_is_refused(tmp_path: Path, content: bytes, product: Product) -> None:
    with pytest.raises(NoResult):
        await download(serving(content), probe_here, URL, product, tmp_path)


@pytest.mark.parametrize("status", [403, 404, 410])
async def test_an_address_that_is_dead_gives_no_result(tmp_path: Path, status: int) -> None:
    with pytest.raises(NoResult, match=str(status)):
        await download(serving(b"", status), probe_here, URL, Product.CLIP, tmp_path)


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_store_in_trouble_may_answer_later(tmp_path: Path, status: int) -> None:
    with pytest.raises(Unreachable):
        await download(serving(b"", status), probe_here, URL, Product.CLIP, tmp_path)


def failing(error: Exception) -> httpx.AsyncClient:
    def answer(_: httpx.Request) -> httpx.Response:
        raise error

    return httpx.AsyncClient(transport=httpx.MockTransport(answer))


async def test_a_broken_connection_may_be_better_later(tmp_path: Path) -> None:
    for error in (httpx.ConnectError("no"), httpx.ReadError("reset"), httpx.ReadTimeout("slow")):
        with pytest.raises(Unreachable):
            await download(failing(error), probe_here, URL, Product.CLIP, tmp_path)


async def test_an_address_that_is_none_gives_no_result(tmp_path: Path) -> None:
    for url in ("https://results.test:port/x", "file:///etc/passwd", ""):
        with pytest.raises(NoResult):
            await download(httpx.AsyncClient(), probe_here, url, Product.CLIP, tmp_path)


async def test_a_runaway_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloading, "SIZE_LIMIT_BYTES", 100)
    with pytest.raises(NoResult, match="larger"):
        await download(serving(clip()), probe_here, URL, Product.CLIP, tmp_path)


def crashing(error: Exception) -> Probe:
    async def look(_: Path) -> MediaFacts:
        raise error

    return look


async def test_a_decoder_that_crashes_or_hangs_costs_one_download(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NoResult):
        await download(serving(clip()), crashing(ProcessCrashed("segfault")), URL, Product.CLIP, tmp_path)
    monkeypatch.setattr(downloading, "_PROBE_S", 0.01)

    async def hang(_: Path) -> MediaFacts:
        await asyncio.Event().wait()
        raise AssertionError

    with pytest.raises(NoResult):
        await download(serving(clip()), hang, URL, Product.CLIP, tmp_path)


@pytest.mark.parametrize("make", [lambda: b"", lambda: b"RIFF", lambda: b"\x00" * 16])
def test_a_type_is_told_by_its_first_bytes(make: Callable[[], bytes]) -> None:
    with pytest.raises(NotMedia):
        content_type_of(make())
