"""The simulator inside another program, reached through httpx without a socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from starlette.applications import Starlette

from reelwright_kling_sim.app import create_app
from reelwright_kling_sim.clock import Clock
from reelwright_kling_sim.drawing import Draw
from reelwright_kling_sim.rows import LedgerRow
from reelwright_kling_sim.settings import SimSettings
from reelwright_kling_sim.simulator import Simulator

BASE_URL = "http://kling-sim"


@dataclass(frozen=True, slots=True)
class InProcess:
    """A running simulator."""

    app: Starlette
    simulator: Simulator

    @property
    def api_key(self) -> str:
        """An API key that opens its account."""
        return self.simulator.settings.api_keys[0]

    def transport(self) -> httpx.ASGITransport:
        """A transport whose every request, media included, goes to the simulator, whatever the host."""
        return httpx.ASGITransport(self.app, raise_app_exceptions=False)

    def client(self) -> httpx.AsyncClient:
        """A client with the base URL and the API key set; the caller closes it."""
        headers = {"Authorization": f"Bearer {self.api_key}"}
        return httpx.AsyncClient(transport=self.transport(), base_url=BASE_URL, headers=headers)

    async def ledger(self, external_prefix: str = "") -> tuple[LedgerRow, ...]:
        """Every task ever accepted whose external id begins with the prefix, oldest first."""
        return await self.simulator.ledger(external_prefix)

    async def settle(self) -> None:
        """Do everything that is due at the clock's time, drawings and callbacks included. For tests."""
        await self.simulator.settle()


@asynccontextmanager
async def simulator(
    settings: SimSettings,
    *,
    clock: Clock | None = None,
    draw: Draw | None = None,
    callback_transport: httpx.AsyncBaseTransport | None = None,
) -> AsyncIterator[InProcess]:
    """A simulator on the settings' state folder, for as long as the block lasts."""
    app = create_app(settings, clock=clock, draw=draw, callback_transport=callback_transport)
    async with app.router.lifespan_context(app):
        yield InProcess(app, app.state.simulator)
