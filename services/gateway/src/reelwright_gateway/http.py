"""The HTTP server that the API is served by: uvicorn, without its own signals and logs."""

import asyncio
import contextlib
import socket
import sys
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI
from starlette.types import Message, Receive, Scope, Send

from reelwright_chassis.errors import SettingsError

_GRACE_S = 20
"""For requests that run when it is asked to end; streams of events are ended before."""
_CANCELED_GRACE_S = 5
"""The same where it is cancelled, as by Ctrl-C: somebody waits for the end."""
_IDLE_CONNECTION_S = 65
"""Longer than load balancers keep a connection, so that they and not we close it."""
_STUCK_MS = 60_000
"""A peer that takes nothing for so long is cut off, and with it what still waits for it."""
_REMEDY = "Stop what listens there, or choose another address."


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the process's."""
        yield


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises `SettingsError` when the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, so that asyncio has answers leave at once: else each waits 40 ms for its client's acknowledgement.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if sys.platform == "linux":  # those that are accepted have it from here
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _STUCK_MS)
        listening.bind((host, port))
        listening.listen(2048)
    except OSError as error:
        listening.close()
        raise SettingsError(f"{host}:{port} cannot be listened on: {error.strerror}. {_REMEDY}") from error
    return listening


class HttpServer:
    """Serves one application on one socket, until `stop`."""

    def __init__(self, app: FastAPI, listening: socket.socket, *, trusted_proxies: str = "127.0.0.1") -> None:
        self._app = app
        self._socket = listening
        self._leaving = False
        config = uvicorn.Config(
            self._serve,
            interface="asgi3",
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            ws="none",
            timeout_keep_alive=_IDLE_CONNECTION_S,
            timeout_graceful_shutdown=_GRACE_S,
            forwarded_allow_ips=trusted_proxies,
        )
        self._server = _Server(config)

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    @property
    def ready(self) -> bool:
        return self._server.started and not self._server.should_exit and not self._leaving

    async def run(self) -> None:
        """Cancelled, it ends in order, too: what a request needs is there until `run` is over."""
        serving = asyncio.ensure_future(self._server.serve(sockets=[self._socket]))
        try:
            await asyncio.shield(serving)
        except asyncio.CancelledError:
            self._server.config.timeout_graceful_shutdown = _CANCELED_GRACE_S
            self.stop()
            await serving
            raise

    def leave(self, after_s: float) -> None:
        """Stop `after_s` seconds from now. Until then each answer asks its caller to connect anew: to another replica,
        once whoever balances between them knows that this one goes.
        """
        self._leaving = True
        asyncio.get_running_loop().call_later(after_s, self.stop)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, _last_of_its_connection(send) if self._leaving else send)

    def stop(self) -> None:
        """Take no more connections, let requests end; idempotent."""
        self._server.should_exit = True


def _last_of_its_connection(send: Send) -> Send:
    async def send_last(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
        await send(message)

    return send_last
