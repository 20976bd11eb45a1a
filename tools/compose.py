"""`make up | down | images | push`: everything in containers, by Docker Compose.

`up` ends with a key and the way to a first video. REGISTRY and TAG name the images.
"""

import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tools.first_video import how_to_begin

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = ROOT / "docker" / ".env"
_SECRETS = ("REELWRIGHT_GATEWAY_SECRET", "REELWRIGHT_S3_SECRET_ACCESS_KEY")
_OLDEST = (2, 24)
_CREATE_KEY = ("ops", "keys", "create", "--tenant", "local", "--user", "me", "--label", "make up")
_FAILED = "Not everything came up. What each said: docker compose -f docker/compose.yaml logs"


def main() -> int:
    what = sys.argv[1]
    if why := lacking():
        print(
            f"make {what} needs a Docker engine with Compose {_OLDEST[0]}.{_OLDEST[1]} or newer: {why}.",
            file=sys.stderr,
        )
        print("Without containers, from the same parts: make dev", file=sys.stderr)
        return 2
    settings = {**keep_secrets(SETTINGS), **os.environ}
    match what:
        case "up":
            return up(settings)
        case "down":
            return compose("--profile", "tools", "down").returncode
        case "images":
            return compose("build").returncode
        case "push" if os.environ.get("REGISTRY"):
            return compose("push").returncode
    print("Say where to: make push REGISTRY=registry.example/team TAG=1.2.3", file=sys.stderr)
    return 2


def up(settings: Mapping[str, str]) -> int:
    if compose("up", "--build", "--detach", "--wait", "--wait-timeout", "600").returncode:
        print(_FAILED, file=sys.stderr)
        return 1
    made = compose("run", "--rm", "--no-TTY", "--no-deps", *_CREATE_KEY, stdout=subprocess.PIPE)
    if made.returncode:
        return made.returncode
    print(
        how_to_begin(
            address(settings, "REELWRIGHT_PORT", 8080),
            made.stdout.strip(),
            others={
                "Grafana": address(settings, "GRAFANA_PORT", 3000),
                "Prometheus": address(settings, "PROMETHEUS_PORT", 9090),
            },
            end="make down stops all of it; what was made is kept.",
        )
    )
    return 0


def lacking() -> str | None:
    """What of Docker is not there; None when all of it is."""
    if shutil.which("docker") is None:
        return "there is no docker command"
    said = subprocess.run(["docker", "compose", "version", "--short"], capture_output=True, text=True, check=False)
    found = re.match(r"v?(\d+)\.(\d+)", said.stdout)
    if found is None:
        return "docker has no compose command"
    if (int(found[1]), int(found[2])) < _OLDEST:
        return f"this one is {found[0]}"
    if subprocess.run(["docker", "info"], capture_output=True, check=False).returncode:
        return "no engine answers (docker info says why)"
    return None


def keep_secrets(path: Path) -> dict[str, str]:
    """What docker/.env sets; the secrets that it lacks are made and added. Readable by its owner alone."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    settings = dict(line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))
    missing = {name: secrets.token_hex(32) for name in _SECRETS if not settings.get(name)}
    if missing:
        path.touch(mode=0o600)
        with path.open("a", encoding="utf-8") as file:
            file.writelines(f"{name}={value}\n" for name, value in missing.items())
    return settings | missing


def compose(*words: str, stdout: int | None = None) -> "subprocess.CompletedProcess[str]":
    """With the mirror of packages and the certificates that the environment names, if any."""
    files = ["-f", "docker/compose.yaml"]
    env = {**os.environ, **named_images()}
    if env.get("UV_DEFAULT_INDEX") or env.get("SSL_CERT_FILE"):
        files += ["-f", "docker/compose.mirror.yaml"]
        env.setdefault("UV_DEFAULT_INDEX", "")
    command = ["docker", "compose", *files, *words]
    return subprocess.run(command, cwd=ROOT, env=env, stdout=stdout, text=True, check=False)


def named_images() -> dict[str, str]:
    """What the images are called, and what they were made of."""
    named = {}
    if registry := os.environ.get("REGISTRY"):
        named["REELWRIGHT_IMAGES"] = f"{registry.rstrip('/')}/reelwright"
    if tag := os.environ.get("TAG"):
        named["REELWRIGHT_TAG"] = tag
    said = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return {"REELWRIGHT_REVISION": said.stdout.strip() or "unknown", **named}


def address(settings: Mapping[str, str], name: str, default: int) -> str:
    return f"http://127.0.0.1:{settings.get(name) or default}"


if __name__ == "__main__":
    sys.exit(main())
