"""Makes a short video of every recording in a folder. Needs nothing but Python.

    python batch.py talks/ --out shorts/ [--api http://127.0.0.1:8080] [--at-once 4]

Stop it whenever you like and start it again: what was ordered is not ordered twice, since each recording is known by
its bytes, and what is in the folder of videos already is left alone. A key, where the API asks for one, is read from
REELWRIGHT_API_KEY.
"""

import argparse
import hashlib
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

RECORDINGS = {".mp3", ".wav", ".m4a", ".flac", ".ogg", ".mp4", ".mov", ".webm"}
LOOK_S = 2.0
TRIES = 8
Answer = Any  # parsed JSON


class Api:
    """Calls the API, and calls again what may be repeated: when nobody answers, and when it is asked to wait."""

    def __init__(self, address: str, key: str) -> None:
        self._address = address.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}

    def call(self, method: str, path: str, data: bytes | None = None, **headers: str) -> Answer:
        request = urllib.request.Request(f"{self._address}{path}", data, {**self._headers, **headers}, method=method)
        with self._insist(request) as answer:
            return json.load(answer)

    def post(self, path: str, body: Answer, once: str) -> Answer:
        """`once` is the Idempotency-Key: however often this is sent, it is done once."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": once}
        return self.call("POST", path, json.dumps(body).encode(), **headers)

    def save(self, url: str, target: Path) -> None:
        """A link needs no key. The file is there as a whole or not at all."""
        part = target.with_suffix(".part")
        with self._insist(urllib.request.Request(url)) as answer, part.open("wb") as file:
            while block := answer.read(1 << 20):
                file.write(block)
        part.replace(target)

    def _insist(self, request: urllib.request.Request) -> Any:
        for tried in range(TRIES):
            try:
                return urllib.request.urlopen(request, timeout=120)
            except urllib.error.HTTPError as error:
                if error.code not in (429, 502, 503, 504) or tried == TRIES - 1:
                    raise SystemExit(f"{request.method} {request.full_url}: {problem(error)}") from None
                wait_s = float(error.headers.get("Retry-After") or 2**tried)
            except urllib.error.URLError:
                if tried == TRIES - 1:
                    raise
                wait_s = 2.0**tried
            time.sleep(wait_s)
        raise AssertionError("unreachable")


def problem(error: urllib.error.HTTPError) -> str:
    """What the API says is wrong, and what to do about it."""
    body = json.load(error)
    return " ".join(str(body[name]) for name in ("title", "detail", "remedy") if body.get(name))


def ordered(api: Api, recording: Path) -> str:
    """The id of the recording's project, made now or by an earlier run."""
    name = hashlib.sha256(recording.read_bytes()).hexdigest()
    found = api.call("GET", f"/v1/projects?{urllib.parse.urlencode({'client_reference': name})}")["items"]
    wanted = {"title": recording.stem, "client_reference": name}
    project = found[0] if found else api.post("/v1/projects", wanted, once=name)
    if project["state"] == "created":
        api.call("PUT", f"/v1/projects/{project['id']}/audio", recording.read_bytes())
    return str(project["id"])


def made(api: Api, project_id: str) -> Answer:
    """The project, once it is completed or failed."""
    while True:
        project = api.call("GET", f"/v1/projects/{project_id}")
        if project["state"] in ("completed", "failed", "canceled"):
            return project
        time.sleep(LOOK_S)


def make(api: Api, recording: Path, target: Path) -> bool:
    project = made(api, ordered(api, recording))
    if project["state"] != "completed":
        why = project["failure"]["message"] if project["failure"] else "it was canceled"
        print(f"{recording.name}: {why}", flush=True)
        return False
    api.save(project["video"]["video"]["url"], target)
    print(f"{recording.name}: {target}, ${project['cost_usd']:.2f}", flush=True)
    return True


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes a short video of every recording in a folder.")
    parser.add_argument("recordings", type=Path, help="the folder of recordings")
    parser.add_argument("--out", type=Path, required=True, help="the folder for the videos")
    parser.add_argument("--api", default="http://127.0.0.1:8080", help="where the API is (default: %(default)s)")
    parser.add_argument("--at-once", type=int, default=4, help="recordings in work at a time (default: %(default)s)")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    api = Api(given.api, os.environ.get("REELWRIGHT_API_KEY", ""))
    recordings = sorted(path for path in given.recordings.iterdir() if path.suffix.lower() in RECORDINGS)
    todo = [(path, given.out / f"{path.stem}.mp4") for path in recordings]
    with ThreadPoolExecutor(given.at_once) as pool:
        done = list(pool.map(lambda pair: make(api, *pair), [pair for pair in todo if not pair[1].exists()]))
    sys.exit(0 if all(done) else 1)


if __name__ == "__main__":
    main()
