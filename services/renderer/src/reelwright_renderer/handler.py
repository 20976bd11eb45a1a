"""Answers requests: one video for each RenderRequested, one frame for each PreviewFrame."""

import asyncio
import time
from typing import Any

from reelwright.events.v1.facts_pb2 import VideoRendered
from reelwright.events.v1.media_pb2 import Video
from reelwright.events.v1.requests_pb2 import RenderRequested
from reelwright.rpc.v1.renderer_pb2 import PreviewFrameRequest, PreviewFrameResponse
from reelwright.rpc.v1.renderer_pb2_grpc import RendererServiceServicer
from reelwright_chassis import metrics
from reelwright_chassis.blobs.port import Blobs
from reelwright_chassis.worker.job import Job
from reelwright_renderer.preview import preview_frame
from reelwright_renderer.render import render
from reelwright_renderer.settings import RendererSettings


class RenderHandler:
    """Renders what is asked of it, with the blobs and settings that it was made with."""

    def __init__(self, blobs: Blobs, settings: RendererSettings) -> None:
        self._blobs, self._settings = blobs, settings

    async def __call__(self, request: RenderRequested, job: Job) -> VideoRendered:
        began_s = time.perf_counter()
        video = await render(
            request, self._blobs, job.scratch, job.progress, lambda: job.stopped, settings=self._settings
        )
        count_render(video, time.perf_counter() - began_s)
        return VideoRendered(video=video)


def count_render(video: Video, seconds: float) -> None:
    """Of a finished one. One that used what another had made says nothing of how fast this machine is."""
    metrics.RENDER_SEGMENTS.labels(how="rendered").inc(video.segments_rendered)
    metrics.RENDER_SEGMENTS.labels(how="reused").inc(video.segments_reused)
    if not video.segments_reused and video.duration_s > 0:
        metrics.RENDER_RATIO.labels(encoder=video.encoder).observe(seconds / video.duration_s)


class RendererServicer(RendererServiceServicer):
    """Frames for editors who wait for them, `concurrency` at once; consumes no requests."""

    def __init__(self, blobs: Blobs, concurrency: int) -> None:
        self._blobs = blobs
        self._places = asyncio.Semaphore(concurrency)

    async def PreviewFrame(self, request: PreviewFrameRequest, _context: Any) -> PreviewFrameResponse:  # noqa: N802
        """Raises `Reject` for a request that no video can follow; the server turns it into a status."""
        async with self._places:
            return PreviewFrameResponse(jpeg=await preview_frame(request.render, request.time_s, self._blobs))
