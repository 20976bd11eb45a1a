"""What the API is built from, and how its routes get at it."""

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request
from starlette.datastructures import URL

from reelwright_chassis.blobs.port import Blobs
from reelwright_chassis.clock import Clock, SystemClock
from reelwright_gateway.defaults import Defaults
from reelwright_gateway.director import Director
from reelwright_gateway.identity.caller import Identifier
from reelwright_gateway.live.hub import LiveHub
from reelwright_gateway.media.links import MediaLinks
from reelwright_gateway.media.project import Linker
from reelwright_gateway.projects.convert import Telling
from reelwright_gateway.settings import GatewaySettings
from reelwright_gateway.uploads.multipart.parts import PartStore

if TYPE_CHECKING:
    from reelwright.rpc.v1.renderer_pb2_grpc import RendererServiceAsyncStub


_WAYS_IN = 256
"""Hosts that requests name, whose addresses are remembered."""


@dataclass(frozen=True, slots=True)
class Deps:
    """`scratch` takes uploads on their way to the blobs; `page` serves the page to try it on, at `/`.

    Without `previews` nobody is shown single frames.
    """

    settings: GatewaySettings
    director: Director
    blobs: Blobs
    hub: LiveHub
    media: MediaLinks
    parts: PartStore
    identifier: Identifier
    scratch: Path
    defaults: Defaults = field(default_factory=Defaults)
    clock: Clock = field(default_factory=SystemClock)
    page: bool = False
    previews: "RendererServiceAsyncStub | None" = None

    def base_url(self, request: Request) -> str:
        """How this client reaches us, without a slash at the end."""
        scope = request.scope
        return self.settings.public_url or _own_url(
            scope["scheme"], request.headers.get("host"), scope.get("server"), scope.get("root_path", "")
        )

    def telling(self, request: Request) -> Telling:
        return Telling(self.linker(request), self.hub.book, self.clock.now_s())

    def linker(self, request: Request) -> Linker:
        return Linker(self.media, self.base_url(request))


@lru_cache(maxsize=_WAYS_IN)
def _own_url(scheme: str, host: str | None, server: tuple[str, int] | None, root: str) -> str:
    """As `Request.base_url`, made once for each way in: every answer with a link needs it."""
    headers = [] if host is None else [(b"host", host.encode("latin-1"))]
    return str(URL(scope={"scheme": scheme, "server": server, "path": f"{root}/", "headers": headers})).rstrip("/")


def deps_of(request: Request) -> Deps:
    """The same as `DepsDep`, for routes that are asked so often that a dependency more is felt."""
    deps: Deps = request.app.state.deps
    return deps


async def _deps(request: Request) -> Deps:
    return deps_of(request)


async def _telling(request: Request) -> Telling:
    return deps_of(request).telling(request)


DepsDep = Annotated[Deps, Depends(_deps)]
TellingDep = Annotated[Telling, Depends(_telling)]
