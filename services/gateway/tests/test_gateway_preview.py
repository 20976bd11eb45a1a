"""Single frames: of the scenes as they are now, by the preview service."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from apihouse import House, house

from reelwright.events.v1 import media_pb2 as media
from reelwright.rpc.v1.renderer_pb2 import PreviewFrameRequest, PreviewFrameResponse


@dataclass
class Previews:
    """In the renderer's place."""

    asked: list[PreviewFrameRequest] = field(default_factory=list)

    async def PreviewFrame(self, request: PreviewFrameRequest, *, timeout: float) -> PreviewFrameResponse:  # noqa: ASYNC109, N802
        self.asked.append(request)
        return PreviewFrameResponse(jpeg=b"\xff\xd8\xff a frame")


def previewed(here: House) -> Previews:
    previews: Any = Previews()
    here.app.state.deps = replace(here.deps, previews=previews)
    return previews  # type: ignore[no-any-return]


async def test_a_frame_is_of_the_scenes_as_they_are_now(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        previews = previewed(here)
        done = await here.finished()
        await here.http.patch(f"/v1/projects/{done['id']}/scenes/s0", json={"prompt": "Something else."})
        frame = await here.http.get(f"/v1/projects/{done['id']}/frame", params={"t": 12.5})
        assert (frame.status_code, frame.content) == (200, b"\xff\xd8\xff a frame")
        assert frame.headers["content-type"] == "image/jpeg"
        (asked,) = previews.asked
        assert asked.time_s == 12.5
        assert asked.render.audio.key.startswith(f"audio-projects/{done['id']}/")
        kinds = {asset.scene_id: asset.kind for asset in asked.render.assets}
        assert kinds == {"s0": media.ASSET_KIND_CARD, "s1": media.ASSET_KIND_STILL}, "s0 has no picture any more"
        assert asked.render.words
        assert (await here.get(done))["state"] == "planned", "looking changes nothing"


async def test_without_scenes_there_is_nothing_to_see(tmp_path: Path) -> None:
    async with house(tmp_path, workers=False) as here:
        previewed(here)
        made = await here.create()
        answer = await here.http.get(f"/v1/projects/{made['id']}/frame")
        assert (answer.status_code, answer.json()["code"]) == (404, "plan_missing")


async def test_without_a_preview_service_all_else_works(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        done = await here.finished()
        answer = await here.http.get(f"/v1/projects/{done['id']}/frame")
        assert (answer.status_code, answer.json()["code"]) == (503, "preview_unavailable")


@pytest.mark.parametrize("t", ["-1", "nan", "inf", "soon"])
async def test_a_time_is_a_time(tmp_path: Path, t: str) -> None:
    async with house(tmp_path, workers=False) as here:
        previewed(here)
        made = await here.create()
        answer = await here.http.get(f"/v1/projects/{made['id']}/frame", params={"t": t})
        assert (answer.status_code, answer.json()["code"]) == (422, "request_invalid")
