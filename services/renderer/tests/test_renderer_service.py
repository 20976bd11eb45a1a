"""The renderer's doors: a worker's handler and the preview service."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from reelwright.events.v1 import media_pb2 as media
from reelwright.events.v1.facts_pb2 import VideoRendered, WorkFailed
from reelwright.events.v1.requests_pb2 import RenderRequested
from reelwright.rpc.v1.renderer_pb2 import PreviewFrameRequest
from reelwright.rpc.v1.renderer_pb2_grpc import RendererServiceStub
from reelwright_chassis.blobs.folder import FolderBlobs
from reelwright_chassis.blobs.port import Blobs
from reelwright_chassis.errors import Reject, SettingsError, Stopped
from reelwright_chassis.rpc import call, connect, local_address, serve
from reelwright_chassis.testing import FakeJob, ask, embedded_parts
from reelwright_renderer.handler import RenderHandler
from reelwright_renderer.service import previews, renderer
from reelwright_renderer.settings import RendererSettings
from reelwright_renderer.testing import card, request, scene, voice, write_recording

SETTINGS = RendererSettings(encoder="libx264", processes=1)


async def a_request(blobs: Blobs, folder: Path) -> RenderRequested:
    """One second of a card."""
    recording = write_recording(folder / "talk.wav", voice(3.0))
    audio = await blobs.put_file("audio-projects/project/recording", recording, content_type="audio/wav")
    return request(audio, [scene(0, 0.5, 1.0, media.TRANSITION_CUT)], [card(0)])


@pytest.fixture
async def blobs(tmp_path: Path) -> AsyncIterator[FolderBlobs]:
    folder = FolderBlobs(tmp_path / "blobs")
    yield folder
    folder.close()


@pytest.fixture
async def asked(tmp_path: Path, blobs: FolderBlobs) -> RenderRequested:
    return await a_request(blobs, tmp_path)


async def test_the_worker_answers_with_the_video(tmp_path: Path) -> None:
    async with embedded_parts(tmp_path) as embedded:
        asked = await a_request(embedded.parts.blobs, tmp_path)
        fact = await ask(renderer(embedded.parts, SETTINGS), embedded.parts, asked)
    assert isinstance(fact, VideoRendered)
    assert fact.video.frames == 15
    assert fact.video.mp4.key == "final-videos/project/1/final_video.mp4"


async def test_a_style_that_nobody_has_is_refused_by_name(tmp_path: Path) -> None:
    async with embedded_parts(tmp_path) as embedded:
        asked = await a_request(embedded.parts.blobs, tmp_path)
        asked.settings.caption_style = "comic"
        fact = await ask(renderer(embedded.parts, SETTINGS), embedded.parts, asked)
    assert isinstance(fact, WorkFailed)
    assert (fact.reason_code, fact.retryable) == ("render_invalid", False)
    assert "highlight" in fact.remedy


async def test_a_stopped_job_renders_nothing(asked: RenderRequested, blobs: FolderBlobs, tmp_path: Path) -> None:
    with pytest.raises(Stopped):
        await RenderHandler(blobs, SETTINGS)(asked, FakeJob(tmp_path, stopped=True))
    assert await blobs.stat("final-videos/project/1/final_video.mp4") is None


async def test_a_frame_is_previewed_over_grpc(asked: RenderRequested, blobs: FolderBlobs, tmp_path: Path) -> None:
    server = await serve([previews(blobs)], local_address(tmp_path, "renderer"))
    channel = connect(server.address)
    stub: Any = RendererServiceStub(channel)
    try:
        answer = await call(stub.PreviewFrame, PreviewFrameRequest(render=asked, time_s=0.5), timeout_s=60)
        picture = cv2.imdecode(np.frombuffer(answer.jpeg, np.uint8), cv2.IMREAD_COLOR)
        assert picture is not None
        assert picture.shape == (160, 90, 3)
        with pytest.raises(Reject) as refused:
            await call(stub.PreviewFrame, PreviewFrameRequest(time_s=0.5), timeout_s=60)
        assert refused.value.reason_code == "render_invalid"
    finally:
        await channel.close()
        await server.stop(0)


def test_settings_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELWRIGHT_RENDERER_PROCESSES", "3")
    assert RendererSettings.load().processes == 3
    for name, value in (("encoder", "h263"), ("crf", 99), ("processes", -1), ("topic", "anything")):
        with pytest.raises(SettingsError, match=f"REELWRIGHT_RENDERER_{name.upper()}"):
            RendererSettings.load(**{name: value})
