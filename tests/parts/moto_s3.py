"""moto's server, for the calls of S3 that `parts.s3` lacks: lifecycle and encryption rules, public access blocks.

It accepts wrong signatures, expired addresses and bad checksums: nothing about those may be learned from it.
"""

import subprocess
import sys
import time
from pathlib import Path

import httpx
from parts import children
from parts.ports import free_port

_PATIENCE_S = 60.0


def missing() -> str | None:
    return None  # a development dependency


def install() -> None:
    """Nothing is fetched: it is installed with the development dependencies."""


def start(folder: Path) -> "MotoS3":
    return MotoS3(folder)


class MotoS3:
    """One server; what it holds ends with it."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        log = folder / "moto.log"
        self.address = {
            "endpoint_url": f"http://127.0.0.1:{port}",
            "region": "us-east-1",
            "access_key_id": "reelwright",
            "secret_access_key": "skimberlath",
        }
        server = Path(sys.executable).with_name("moto_server")
        self._process = children.start([server, "-H", "127.0.0.1", "-p", str(port)], log=log, cwd=folder)
        _await_ready(self._process, self.address["endpoint_url"], log)

    def stop(self) -> None:
        children.end(self._process)


def _await_ready(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    until = time.monotonic() + _PATIENCE_S
    while True:
        try:
            httpx.get(f"{url}/moto-api/data.json", trust_env=False).raise_for_status()
        except httpx.TransportError:
            if process.poll() is not None or time.monotonic() > until:
                children.kill(process)
                raise RuntimeError(f"moto did not start: {log.read_text(errors='replace')[-2000:]}") from None
            time.sleep(0.05)
        else:
            return
