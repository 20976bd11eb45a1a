"""`python -m reelwright_kling_sim`: the simulator as a server of its own."""

from __future__ import annotations

import logging
import signal
import sys

import uvicorn

from reelwright_kling_sim.app import create_app
from reelwright_kling_sim.settings import SimSettings

SHUTDOWN_S = 10


def main() -> None:
    """Serve until told to stop; the first line on the output is the URL."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    settings = SimSettings()
    config = uvicorn.Config(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=SHUTDOWN_S,
    )
    listening = config.bind_socket()
    listening.listen(config.backlog)  # so that whoever reads the URL may connect at once
    host, port = listening.getsockname()[:2]
    sys.stdout.write(f"http://{host}:{port}\n")
    sys.stdout.flush()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # the server passes the signal on once it has shut down
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
