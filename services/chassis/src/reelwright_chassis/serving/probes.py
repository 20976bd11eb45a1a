"""`/livez`, `/readyz` and `/metrics`, served by threads of their own.

Not by the event loop that they judge: one that is blocked could only fall silent, and its restart would leave no word
of why. The answers are a sentence each, without secrets and without anybody's words.
"""

import socket
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from socketserver import TCPServer, ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import make_wsgi_app

from reelwright_chassis.errors import SettingsError
from reelwright_chassis.logs import get_logger
from reelwright_chassis.serving.addresses import HostPort, split_address
from reelwright_chassis.serving.health import Health, Verdict

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = get_logger(__name__)

_FRAMES_LOGGED = 12


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    block_on_close = False

    def server_bind(self) -> None:
        """Without asking DNS what this machine is called, which may take its time."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]  # both are as given
        self.setup_environ()


class _ServerV6(_Server):
    address_family = socket.AF_INET6


class _Handler(WSGIRequestHandler):
    timeout = 10  # a client that says nothing holds its thread no longer

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Probes come every few seconds: no line for each."""


@contextmanager
def probes(health: Health, address: str) -> Iterator[HostPort]:
    """Serve while the block lasts; yields where, with the port that was found for 0. Raises `SettingsError`."""
    server = _listen(split_address(address), _Probes(health))
    thread = threading.Thread(target=server.serve_forever, name="probes", daemon=True)
    thread.start()
    try:
        yield HostPort(server.server_name, server.server_port)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _listen(at: HostPort, application: "_Probes") -> WSGIServer:
    kind = _ServerV6 if ":" in at.host else _Server
    try:
        return make_server(at.host, at.port, application, server_class=kind, handler_class=_Handler)
    except OSError as error:
        raise SettingsError(
            f"REELWRIGHT_SERVICE_HTTP_ADDRESS={at.host}:{at.port} cannot be listened on: {error.strerror}. "
            "Choose another."
        ) from error


class _Probes:
    """The WSGI application."""

    def __init__(self, health: Health) -> None:
        self._health = health
        self._metrics: WSGIApplication = make_wsgi_app()
        self._verdicts: dict[str, Callable[[], Verdict]] = {"/livez": self._live, "/readyz": health.ready}
        self._told_wedged = False

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/metrics":
            return self._metrics(environ, start_response)
        if path not in self._verdicts:
            return _answer(start_response, "404 Not Found", "There are /livez, /readyz and /metrics.")
        verdict = self._verdicts[path]()
        if verdict.ok:
            return _answer(start_response, "200 OK", "ok")
        return _answer(start_response, "503 Service Unavailable", verdict.why)

    def _live(self) -> Verdict:
        verdict = self._health.live()
        if not verdict.ok and not self._told_wedged:
            log.error("wedged", why=verdict.why, stacks=_stacks())
        self._told_wedged = not verdict.ok
        return verdict


def _answer(start_response: "StartResponse", status: str, text: str) -> list[bytes]:
    body = f"{text}\n".encode()
    start_response(status, [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))])
    return [body]


def _stacks() -> dict[str, list[str]]:
    """Where every thread is, innermost call last."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    return {
        f"{names.get(number, '?')}-{number}": [
            f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_stack(top)[-_FRAMES_LOGGED:]
        ]
        for number, top in sys._current_frames().items()
    }
