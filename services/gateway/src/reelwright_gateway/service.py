"""The gateway as a service: the API over HTTP, and the hub that its streams of events hang on."""

import asyncio
import socket

from reelwright_gateway.app import close_app, create_app
from reelwright_gateway.deps import Deps
from reelwright_gateway.http import HttpServer


class Gateway:
    """Implements `Service`. Takes the socket over."""

    def __init__(self, deps: Deps, listening: socket.socket) -> None:
        self._hub = deps.hub
        self._leave_s = deps.settings.leave_s
        self.app = create_app(deps)
        self._http = HttpServer(self.app, listening, trusted_proxies=deps.settings.trusted_proxies)

    @property
    def name(self) -> str:
        return "gateway"

    @property
    def port(self) -> int:
        return self._http.port

    @property
    def ready(self) -> bool:
        return self.why_unready is None

    @property
    def why_unready(self) -> str | None:
        if not self._http.ready:
            return "it does not listen yet, or no longer"
        return None if self._hub.ready else "it waits for the broker, which tells what changes"

    @property
    def poll_age_s(self) -> float | None:
        """It follows topics, and is in no group that could lose it."""
        return None

    async def run(self) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._hub.run())
                await self._http.run()
                self._hub.stop()
        finally:
            await close_app(self.app)

    def stop(self) -> None:
        """Streams end at once, so that their listeners go elsewhere; all else is answered for a little longer."""
        self._http.leave(self._leave_s)
        self._hub.stop()
