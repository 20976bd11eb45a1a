"""The gateway as a service: the API over HTTP, and the hub that its streams of events hang on."""

import asyncio
import socket

from reelwright_gateway.app import create_app
from reelwright_gateway.deps import Deps
from reelwright_gateway.http import HttpServer


class Gateway:
    """Implements `Service`. Takes the socket over."""

    def __init__(self, deps: Deps, listening: socket.socket) -> None:
        self._hub = deps.hub
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
        return self._hub.ready and self._http.ready

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._hub.run())
            await self._http.run()
            self._hub.stop()

    def stop(self) -> None:
        self._http.stop()
        self._hub.stop()
