"""The renderer as a service: a worker on its topic, and the gRPC service that previews frames."""

from reelwright.events.v1.requests_pb2 import RenderRequested
from reelwright.rpc.v1.renderer_pb2_grpc import add_RendererServiceServicer_to_server
from reelwright_chassis import metrics
from reelwright_chassis.blobs.port import Blobs
from reelwright_chassis.parts import Parts, Service
from reelwright_chassis.rpc import Mounted
from reelwright_chassis.worker import Worker
from reelwright_renderer.encode import NVENC, X264
from reelwright_renderer.handler import RendererServicer, RenderHandler
from reelwright_renderer.settings import PreviewSettings, RendererSettings


def renderer(parts: Parts, settings: RendererSettings | None = None) -> Service:
    """The worker that answers RenderRequested with VideoRendered."""
    settings = settings or RendererSettings.load()
    worker = Worker(settings.group, topic=settings.topic, request=RenderRequested, concurrency=settings.concurrency)
    worker.handles(RenderHandler(parts.blobs, settings))
    for encoder in (NVENC, X264):
        metrics.ENCODER_FAILURES.labels(encoder=encoder)  # zero, so that the first one is seen as more
    return worker.bind(parts)


def previews(blobs: Blobs, settings: PreviewSettings | None = None) -> Mounted:
    """RendererService, to be served by `reelwright_chassis.rpc.serve`."""
    servicer = RendererServicer(blobs, (settings or PreviewSettings.load()).concurrency)
    return Mounted("reelwright.rpc.v1.RendererService", add_RendererServiceServicer_to_server, servicer)
