"""versitygw, an S3 server in front of a folder, on a loopback port.

It does not know lifecycle and encryption rules of buckets, and takes SSE headers without encrypting: `parts.moto_s3` is
for those.
"""

import subprocess
import time
from pathlib import Path

import httpx
from parts import children, golang
from parts.ports import free_port

NAME = "versitygw-1.8.0"
_PACKAGE = "github.com/versity/versitygw/cmd/versitygw"
_PATIENCE_S = 30.0


def missing() -> str | None:
    return golang.why_not(NAME)


def install() -> None:
    golang.binary(NAME, _PACKAGE, "v1.8.0")


def start(folder: Path) -> "S3":
    part = S3(folder)
    part.start()
    return part


def environment(address: dict[str, str], *, bucket: str) -> dict[str, str]:
    """What a process needs to be told to use this bucket of the server at this address."""
    return {
        "REELWRIGHT_S3_ENDPOINT_URL": address["endpoint_url"],
        "REELWRIGHT_S3_REGION": address["region"],
        "REELWRIGHT_S3_BUCKET": bucket,
        "AWS_ACCESS_KEY_ID": address["access_key_id"],
        "AWS_SECRET_ACCESS_KEY": address["secret_access_key"],
    }


class S3:
    """One server. Its buckets lie under `folder`, so that they survive `kill9`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> dict[str, str]:
        return {
            "endpoint_url": f"http://127.0.0.1:{self._port}",
            "region": "us-east-1",
            "access_key_id": "reelwright",
            "secret_access_key": "skimberlath",
        }

    def start(self) -> None:
        """Start, or start again on the same port; returns when it answers."""
        log = self._folder / "versitygw.log"
        here = self.address
        command: list[str | Path] = [
            golang.binary(NAME, _PACKAGE, "v1.8.0"),
            "--quiet",
            "--port",
            f"127.0.0.1:{self._port}",
        ]
        command += ["--access", here["access_key_id"], "--secret", here["secret_access_key"]]
        command += ["--region", here["region"], "--health", "/healthz"]
        command += ["posix", "--versioning-dir", self._place("versions"), self._place("data")]
        self._process = children.start(command, log=log, cwd=self._folder)
        self._await_ready(log)

    def kill9(self) -> None:
        if self._process is not None:
            children.kill(self._process)

    def stop(self) -> None:
        if self._process is not None:
            children.end(self._process)

    def _place(self, name: str) -> str:
        place = self._folder.absolute() / name
        place.mkdir(exist_ok=True)
        return str(place)

    def _await_ready(self, log: Path) -> None:
        assert self._process is not None
        until = time.monotonic() + _PATIENCE_S
        while not _answers(f"{self.address['endpoint_url']}/healthz"):
            if self._process.poll() is not None or time.monotonic() > until:
                self.kill9()
                raise RuntimeError(f"versitygw did not start: {log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.02)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).is_success
    except httpx.TransportError:
        return False
