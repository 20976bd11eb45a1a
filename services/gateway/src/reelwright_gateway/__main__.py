"""`python -m reelwright_gateway`: the gateway as a process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from reelwright.events.v1.requests_pb2 import RenderSettings
from reelwright.rpc.v1.renderer_pb2_grpc import RendererServiceStub
from reelwright_chassis import rpc
from reelwright_chassis.blobs.presign import Presigner
from reelwright_chassis.clock import SystemClock
from reelwright_chassis.errors import SettingsError
from reelwright_chassis.parts import Parts
from reelwright_chassis.serving import Built, Need, Program, run_program
from reelwright_chassis.serving.addresses import split_address
from reelwright_gateway.defaults import Defaults
from reelwright_gateway.deps import Deps
from reelwright_gateway.director import Director
from reelwright_gateway.fetching import fetcher
from reelwright_gateway.http import listen
from reelwright_gateway.identity.choose import identifier
from reelwright_gateway.identity.local import is_loopback
from reelwright_gateway.live.hub import LiveHub
from reelwright_gateway.media.links import MediaLinks, PresignedLinks, SignedLinks
from reelwright_gateway.service import Gateway
from reelwright_gateway.settings import GatewaySettings
from reelwright_gateway.uploads.multipart.choose import part_store

if TYPE_CHECKING:  # the async stub is a name of the type stubs alone
    from reelwright.rpc.v1.renderer_pb2_grpc import RendererServiceAsyncStub

_LEAST_SECRET_CHARS = 32


@asynccontextmanager
async def build(parts: Parts, settings: GatewaySettings) -> AsyncIterator[Built]:
    clock, director = SystemClock(), Director(parts.director)
    async with _previews(settings) as previews:
        deps = Deps(
            settings=settings,
            director=director,
            blobs=parts.blobs,
            hub=LiveHub(parts.bus, clock),
            media=_links(parts, settings),
            parts=part_store(parts.blobs, settings, parts.scratch, clock),
            identifier=identifier(settings, director, clock),
            scratch=parts.scratch,
            defaults=_defaults(settings),
            previews=previews,
        )
        address = split_address(settings.address)
        with listen(address.host, address.port) as listening:
            yield Built([Gateway(deps, listening), fetcher(parts, settings)])


def _defaults(settings: GatewaySettings) -> Defaults:
    """Where videos are as high as usual nothing is said of their size: it follows from a project's aspect."""
    height_px = settings.video_height_px
    if height_px == GatewaySettings.model_fields["video_height_px"].default:
        return Defaults()
    return Defaults(render=RenderSettings(width_px=height_px * 9 // 16, height_px=height_px))


@asynccontextmanager
async def _previews(settings: GatewaySettings) -> AsyncIterator["RendererServiceAsyncStub | None"]:
    if not settings.preview_address:
        yield None
        return
    async with rpc.connect(settings.preview_address) as channel:
        yield RendererServiceStub(channel)


def _check(settings: GatewaySettings) -> None:
    """Raises `SettingsError`: an address that it may not have, or a secret that is none."""
    if settings.identity == "none" and not is_loopback(split_address(settings.address).host):
        raise SettingsError(
            f"REELWRIGHT_GATEWAY_IDENTITY=none serves this machine alone, and {settings.address} is reached from "
            "others: configure identity, or listen on 127.0.0.1."
        )
    if settings.fetch_loopback and not is_loopback(split_address(settings.address).host):
        raise SettingsError(
            f"REELWRIGHT_GATEWAY_FETCH_LOOPBACK lets users reach what listens on this machine, and {settings.address} "
            "is reached from others: unset it, or listen on 127.0.0.1."
        )
    if len(settings.secret.get_secret_value()) < _LEAST_SECRET_CHARS:
        raise SettingsError(
            f"REELWRIGHT_GATEWAY_SECRET has fewer than {_LEAST_SECRET_CHARS} characters. It signs links and tickets: "
            "set it to random ones, the same for all replicas."
        )


def _links(parts: Parts, settings: GatewaySettings) -> MediaLinks:
    """Presigned by the object store where it can; else signed and served here."""
    presigner: Presigner | None = getattr(parts.blobs, "presigner", None)
    if presigner is not None:
        return PresignedLinks(presigner, lifetime_s=settings.media_link_s)
    return SignedLinks(settings.secret, SystemClock(), lifetime_s=settings.media_link_s)


PROGRAM = Program(
    name="gateway",
    module="reelwright_gateway",
    about="Serves the REST API: identity, limits, uploads, live progress.",
    needs=(Need.BUS, Need.BLOBS, Need.DIRECTOR),
    settings=GatewaySettings,
    build=build,
    check=_check,
)

if __name__ == "__main__":
    run_program(PROGRAM)
