"""`reelwright serve`: the REST API and all services in this process, until it is told to end.

It answers before the engines are loaded, which takes seconds: the workers join when they are.
"""

import asyncio
import importlib
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr
from rich.console import Console

from reelwright.rpc.v1.planner_pb2_grpc import PlannerServiceStub
from reelwright.rpc.v1.renderer_pb2_grpc import RendererServiceStub
from reelwright_chassis.clock import SystemClock
from reelwright_chassis.garbage import spare_what_is_loaded
from reelwright_chassis.home import Home, open_home
from reelwright_chassis.parts import Parts
from reelwright_chassis.rpc import connect, local_address
from reelwright_chassis.together import running
from reelwright_chassis.tracing.start import COMPONENT, EMBEDDED, tracing
from reelwright_gateway.defaults import Defaults
from reelwright_gateway.deps import Deps
from reelwright_gateway.director import Director
from reelwright_gateway.fetching import fetcher
from reelwright_gateway.http import listen
from reelwright_gateway.identity.choose import identifier
from reelwright_gateway.identity.local import is_loopback
from reelwright_gateway.live.hub import LiveHub
from reelwright_gateway.media.links import SignedLinks
from reelwright_gateway.service import Gateway
from reelwright_gateway.settings import GatewaySettings
from reelwright_gateway.uploads.multipart.choose import part_store
from reelwright_standalone import signals
from reelwright_standalone.books import directed
from reelwright_standalone.consent import agree
from reelwright_standalone.errors import EXIT_MADE, InputError
from reelwright_standalone.logfile import logging_to_home
from reelwright_standalone.providers import Providers, choose_providers
from reelwright_standalone.settings import StandaloneSettings
from reelwright_standalone.wishes import UNPRICED_USD

if TYPE_CHECKING:
    from reelwright.rpc.v1.renderer_pb2_grpc import RendererServiceAsyncStub

USUAL_BUDGET_USD = 2.0


@dataclass(frozen=True, slots=True)
class ServeOptions:
    host: str
    port: int
    offline: bool
    yes: bool


def serve(options: ServeOptions, console: Console) -> int:
    """Returns once a signal ended it, in order. Raises `InputError` for an address that it may not have."""
    settings, api = StandaloneSettings.load(), GatewaySettings.load()
    guarded = _is_guarded(api)
    if not guarded and not is_loopback(options.host):
        raise InputError(_UNGUARDED.format(host=options.host))
    serving = _Serving(settings, api, choose_providers(settings, offline=options.offline), guarded, console)
    try:
        signals.run(serving.run(options))
    except signals.Interrupted:
        console.print("Stopped. What was running goes on when it is started again.")
    return EXIT_MADE


_UNGUARDED = (
    "On {host} anybody who reaches this machine could use it: set REELWRIGHT_GATEWAY_IDENTITY=required, with keys made "
    "while it serves 127.0.0.1 (POST /v1/api-keys), or leave --host out."
)


def _is_guarded(api: GatewaySettings) -> bool:
    """Whether callers are told apart: here only if the environment says so."""
    return "identity" in api.model_fields_set and api.identity == "required"


@dataclass(frozen=True, slots=True)
class _Serving:
    settings: StandaloneSettings
    api: GatewaySettings
    providers: Providers
    guarded: bool
    console: Console

    async def run(self, options: ServeOptions) -> None:
        with logging_to_home(self.settings), tracing(COMPONENT, bus=EMBEDDED):
            async with open_home(self.settings.home) as home:
                await self._run(options, home)

    async def _run(self, options: ServeOptions, home: Home) -> None:
        helpers = local_address(home.path, "helpers")
        async with connect(helpers) as channel, directed(home, PlannerServiceStub(channel)) as (parts, _):
            await agree(parts.store, self.providers, self.console, budget_usd=USUAL_BUDGET_USD, yes=options.yes)
            previews = RendererServiceStub(channel)
            gateway = Gateway(self._deps(parts, home.path, previews), self._listen(options))
            async with running([gateway, fetcher(parts, self.api)]):
                self._say(options.host, gateway.port)
                async with self._workers(parts, helpers):
                    await asyncio.Event().wait()

    def _listen(self, options: ServeOptions) -> socket.socket:
        return listen(options.host, options.port)

    def _say(self, host: str, port: int) -> None:
        shown = f"[{host}]" if ":" in host else host
        self.console.print(f"Reelwright is at http://{shown}:{port} (API: /docs). Ctrl-C ends it.", markup=False)

    @asynccontextmanager
    async def _workers(self, parts: Parts, helpers: str) -> AsyncIterator[None]:
        runtime = await asyncio.to_thread(importlib.import_module, "reelwright_standalone.runtime")
        async with (
            runtime.working(parts, self.settings, self.providers),
            runtime.assisting(parts, self.settings, self.providers, helpers),
        ):
            spare_what_is_loaded()
            yield

    def _deps(self, parts: Parts, home: Path, previews: "RendererServiceAsyncStub") -> Deps:
        director, clock = Director(parts.director), SystemClock()
        secret = self.api.secret if self.api.secret.get_secret_value() else _own_secret(home)
        identity = "required" if self.guarded else "none"
        api = self.api.model_copy(update={"identity": identity, "secret": secret, "leave_s": 0.0})
        return Deps(
            settings=api,
            director=director,
            blobs=parts.blobs,
            hub=LiveHub(parts.bus, clock),
            media=SignedLinks(secret, clock, lifetime_s=self.api.media_link_s),
            parts=part_store(parts.blobs, api, parts.scratch, clock),
            identifier=identifier(api, director, clock),
            scratch=parts.scratch,
            defaults=self._defaults(),
            page=not self.guarded,
            previews=previews,
        )

    def _defaults(self) -> Defaults:
        """The simulator's pictures cost nothing, so that no budget keeps it from a clip."""
        budget_usd = USUAL_BUDGET_USD if self.providers.pictures == "kling" else UNPRICED_USD
        return Defaults(budget_usd, self.settings.scale.render_settings(""))


def _own_secret(home: Path) -> SecretStr:
    """Of this home, made once: links to media outlive a restart."""
    path = home / "gateway.secret"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32), encoding="ascii")
    return SecretStr(path.read_text(encoding="ascii"))
