"""`python -m reelwright_kling_sim`: the simulator as a server of its own."""

from __future__ import annotations

import argparse
import logging
import signal
import sys

import uvicorn

from reelwright_kling_sim.app import create_app
from reelwright_kling_sim.settings import SimSettings

SHUTDOWN_S = 10


def parser() -> argparse.ArgumentParser:
    """Knows no option but --help, which names the settings."""
    lines = ["It is told what it needs by environment variables:", ""]
    for name, field in SimSettings.model_fields.items():
        lines.append(f"  {SimSettings.model_config.get('env_prefix', '')}{name}".upper())
        lines += [f"      {field.description}"] if field.description else []
    return argparse.ArgumentParser(
        prog="python -m reelwright_kling_sim",
        description="Simulates Kling's HTTP API, and draws the pictures itself.",
        epilog="\n".join(lines),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def main() -> None:
    """Serve until told to stop; the first line on the output is the URL."""
    parser().parse_args()
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
