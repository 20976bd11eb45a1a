"""Pictures and clips of one's own: checked by decoding them, shown for nothing, and taken out again."""

import io
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from apihouse import House, house

from reelwright.events.v1 import media_pb2 as media
from reelwright.events.v1 import requests_pb2 as requests
from reelwright_chassis.errors import Reject
from reelwright_gateway.ownmedia.probe import probe, probe_apart


def picture(ending: str, width: int = 30, height: int = 40) -> bytes:
    found, data = cv2.imencode(f".{ending}", np.full((height, width, 3), 200, np.uint8))
    assert found
    return data.tobytes()


def clip(container: str, seconds: float = 2.0) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format=container) as out:
        stream = out.add_stream("libx264", rate=10, width=96, height=128, pix_fmt="yuv420p")
        for index in range(round(seconds * 10)):
            frame = av.VideoFrame.from_ndarray(np.full((192, 96), index % 200, np.uint8), format="yuv420p")
            frame.pts, frame.time_base = index, Fraction(1, 10)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return file.getvalue()


async def put(
    here: House, project: dict[str, Any], data: bytes, scene: str = "s0", **asked: Any
) -> tuple[int, dict[str, Any]]:
    """With a name of the client's, which must lead nowhere."""
    headers = {"Content-Disposition": 'attachment; filename="../../planted-name.jpg"', "Content-Type": "text/html"}
    path = f"/v1/projects/{project['id']}/scenes/{scene}/picture"
    answer = await here.http.put(path, content=data, params=asked, headers=headers)
    return answer.status_code, answer.json()


async def own_blobs(here: House, project: dict[str, Any]) -> list[str]:
    return [info.key async for info in here.parts.blobs.list(f"audio-projects/{project['id']}/own/")]


async def test_an_own_picture_costs_nothing_and_only_the_video_is_stale(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        done = await here.finished()
        asked = len(here.asked)
        status, before = await put(here, done, picture("png"), dry_run=True)
        assert (status, before["estimate"]["cost_usd_at_most"], before["stale"]) == (200, 0.0, ["render"])
        assert (await here.get(done))["version"] == done["version"]
        assert await own_blobs(here, done) == [], "a dry run keeps nothing"

        status, shown = await put(here, done, picture("png"))
        assert (status, shown["stale"], shown["cost_usd"]) == (200, ["render"], done["cost_usd"])
        scene = shown["scenes"][0]
        assert (scene["provider"], scene["cost_usd"], scene["kind"], scene["simulated"]) == ("user", 0, "still", False)
        takes = (await here.http.get(f"/v1/projects/{done['id']}/scenes/s0/takes")).json()["items"]
        own = next(take for take in takes if take["shown"])
        assert (own["provider"], own["cost_usd"], own["width_px"], own["height_px"]) == ("user", 0, 30, 40)
        link = own["file"]["url"].removeprefix("http://127.0.0.1:8080")
        served = await here.http.get(link)
        assert (served.content, served.headers["content-type"]) == (picture("png"), "image/png")

        await here.http.post(f"/v1/projects/{done['id']}/video")
        again = await here.until(done, "completed")
        assert again["cost_usd"] == done["cost_usd"]
        rendered = here.asked[asked:]
        assert [type(request) for request in rendered] == [requests.RenderRequested]
        uploaded = rendered[0].assets[0]  # type: ignore[attr-defined]
        assert uploaded.source == media.ASSET_SOURCE_UPLOADED
        (key,) = await own_blobs(here, done)
        assert uploaded.blob.key == key
        assert "planted" not in key

        out = await here.http.patch(f"/v1/projects/{done['id']}/scenes/s0", json={"own_picture": False})
        assert out.json()["scenes"][0]["asset_id"] == done["scenes"][0]["asset_id"], "the generated one is there still"


async def test_a_clip_has_the_length_of_its_frames(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        done = await here.finished()
        for container in ("mp4", "mov", "matroska"):
            status, shown = await put(here, done, clip(container), scene="s1")
            assert (status, shown["scenes"][1]["kind"]) == (200, "clip"), shown
            takes = (await here.http.get(f"/v1/projects/{done['id']}/scenes/s1/takes")).json()["items"]
            own = next(take for take in takes if take["shown"])
            assert own["duration_s"] == pytest.approx(2.0, abs=0.01)


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"", 422, "upload_empty"),
        (b"GIF89a" + bytes(100), 415, "picture_type_unsupported"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "picture_type_unsupported"),
        (b"\xff\xd8\xff broken", 422, "picture_undecodable"),
        (b"\x00\x00\x00\x18ftypisom", 422, "picture_undecodable"),
        (picture("png")[:60], 422, "picture_undecodable"),
        (picture("png", 10_000, 6_000), 422, "picture_too_large"),
        (bytes(500_001), 413, "body_too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_is_no_picture_is_refused_and_not_kept(tmp_path: Path, data: bytes, status: int, code: str) -> None:
    async with house(tmp_path, max_picture_bytes=500_000) as here:
        made = await here.create(review="scenes")
        await here.upload(made)
        await here.until(made, "planned")
        refused, problem = await put(here, made, data)
        assert (refused, problem["code"]) == (status, code)
        assert problem["remedy"]
        assert await own_blobs(here, made) == []
        assert list(here.parts.scratch.iterdir()) == []


async def test_what_cannot_be_edited_now_is_not_kept(tmp_path: Path) -> None:
    async with house(tmp_path, workers=False) as here:
        made = await here.create()
        status, problem = await put(here, made, picture("jpg"))
        assert (status, problem["code"]) == (404, "scene_not_found")
    async with house(tmp_path / "other") as here:
        done = await here.finished()
        path = f"/v1/projects/{done['id']}/scenes/s0/picture"
        late = await here.http.put(path, content=picture("jpg"), headers={"If-Match": '"1"'})
        assert (late.status_code, late.json()["code"]) == (412, "version_conflict")
        assert await own_blobs(here, done) == []


def test_a_clip_that_goes_on_for_too_long_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "long"
    path.write_bytes(clip("mp4", seconds=121.0))
    with pytest.raises(Reject, match="longer than 120 s"):
        probe(path, "video/mp4")


async def test_a_clip_that_breaks_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "broken"
    path.write_bytes(clip("mp4", seconds=4.0)[:-200])
    with pytest.raises(Reject, match="decode") as refused:
        await probe_apart(path, "video/mp4")
    assert refused.value.remedy
