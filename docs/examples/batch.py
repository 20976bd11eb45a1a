"""Makes a video of each recording in a folder. Needs Python 3.11 and httpx (pip install httpx).

    python batch.py RECORDINGS --out VIDEOS [--api http://127.0.0.1:8080] [--settings '{"caption_style": "pop"}']

RECORDINGS/talk.mp3 becomes VIDEOS/talk.mp4; RECORDINGS/talk.txt, if there is one, is what is said in it. The settings
are those of POST /v1/projects. A shared server wants an API key: put it into REELWRIGHT_API_KEY.

Whatever stops it, the same command goes on where it stopped: a video that is there is not made again (delete it to have
another), and a project that was begun is found again by its client_reference, which is made of the recording's bytes.
So nothing is made, or paid, twice. Ends with 1 if a recording has no video then; the lines above say why.
"""

import argparse
import hashlib
import json
import os
import sys
import time
import uuid
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx

T = TypeVar("T")

ENDINGS = {".mp3", ".wav", ".m4a", ".aac", ".ogg", ".flac", ".webm", ".mp4", ".mov"}
LOOK_S = 2.0
LONGEST_WAIT_S = 30.0
PATIENCE_S = 600.0
BUSY = {408, 429, 502, 503, 504}


class Refused(Exception):
    """This recording gets no video. The message is the server's own, with what to do."""


class Busy(Exception):
    """Not now: ask again, after `wait_s` if the server says so."""

    def __init__(self, why: str, wait_s: float | None) -> None:
        super().__init__(why)
        self.wait_s = wait_s


class Api:
    """The calls that a batch needs. They wait for a server that is away or busy, for ten minutes without an answer."""

    def __init__(self, address: str, key: str) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.Client(base_url=address, headers=headers, timeout=120)

    def find(self, reference: str) -> dict[str, Any] | None:
        """The newest project of that name."""
        page = self._ask("GET", "/v1/projects", params={"client_reference": reference, "limit": 1})
        return page["items"][0] if page["items"] else None

    def create(self, wanted: dict[str, Any]) -> dict[str, Any]:
        # With the key, a request whose answer was lost is repeated and still done once.
        return self._ask("POST", "/v1/projects", json=wanted, headers={"Idempotency-Key": str(uuid.uuid4())})

    def read(self, project_id: str) -> dict[str, Any]:
        return self._ask("GET", f"/v1/projects/{project_id}")

    def retry(self, project_id: str) -> dict[str, Any]:
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        return self._ask("POST", f"/v1/projects/{project_id}/retry", headers=headers)

    def send(self, project_id: str, recording: Path) -> dict[str, Any]:
        def put() -> dict[str, Any]:
            with recording.open("rb") as file:
                return told(self._http.put(f"/v1/projects/{project_id}/audio", content=file))

        return insist(put)

    def save(self, link: dict[str, Any], target: Path) -> None:
        """The whole file or none. A link is signed, so that no key goes with it: it may lead to S3."""
        part = target.with_name(f".{target.name}.part")

        def get() -> str:
            digest = hashlib.sha256()
            with httpx.stream("GET", link["url"], timeout=60) as answer, part.open("wb") as file:
                if answer.is_error:
                    answer.read()
                    told(answer)
                for piece in answer.iter_bytes():
                    digest.update(piece)
                    file.write(piece)
            return digest.hexdigest()

        if insist(get) != link["sha256"]:
            raise Refused("It arrived damaged. Run this again.")
        part.replace(target)

    def _ask(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        return insist(lambda: told(self._http.request(method, path, **request)))


def told(answer: httpx.Response) -> dict[str, Any]:
    """What it answered. Raises Refused or Busy."""
    if answer.is_success:
        body: dict[str, Any] = answer.json()
        return body
    after = answer.headers.get("retry-after", "")
    if answer.status_code in BUSY or after:
        raise Busy(f"status {answer.status_code}", float(after) if after.isdigit() else None)
    if answer.status_code == 401:
        sys.exit(f"REELWRIGHT_API_KEY: {sentence(answer)}")
    raise Refused(sentence(answer))


def sentence(answer: httpx.Response) -> str:
    """What a problem says to people."""
    try:
        problem = answer.json()
    except ValueError:  # a proxy in between may answer with a page
        return f"The answer was {answer.status_code}."
    fields = "; ".join(f"{error['pointer']}: {error['message']}" for error in problem.get("errors", []))
    return " ".join(filter(None, [problem.get("detail") or problem.get("title"), fields, problem.get("remedy")]))


def insist(call: Callable[[], T]) -> T:
    """Calls until there is an answer, less and less often. What the server asks us to wait costs no patience."""
    wait_s, until_s = 1.0, time.monotonic() + PATIENCE_S
    while True:
        try:
            return call()
        except Busy as busy:
            why, asked_s = str(busy), busy.wait_s
        except httpx.TransportError as error:
            why, asked_s = str(error) or type(error).__name__, None
        if time.monotonic() > until_s:
            sys.exit(f"No answer ({why}). The same command goes on from here.")
        if asked_s is not None:
            until_s += asked_s
        pause_s = wait_s if asked_s is None else max(asked_s, 1)
        say(f"No answer yet ({why}); asked again in {pause_s:.0f} s.")
        time.sleep(pause_s)
        wait_s = min(2 * wait_s, LONGEST_WAIT_S)


class Batch:
    """Some recordings are under way at once, so that the server always has work; the others wait their turn."""

    def __init__(self, api: Api, settings: dict[str, Any], videos: Path) -> None:
        self._api = api
        self._settings = settings
        self._videos = videos
        self._running: dict[Path, str] = {}
        self.without: list[Path] = []

    def run(self, recordings: list[Path], at_once: int) -> None:
        waiting = deque(recordings)
        while waiting or self._running:
            while waiting and len(self._running) < at_once:
                self._noting(waiting.popleft(), self._begin)
            for recording in list(self._running):
                self._noting(recording, self._look)
            if self._running:
                time.sleep(LOOK_S)

    def video_of(self, recording: Path) -> Path:
        return self._videos / f"{recording.stem}.mp4"

    def _noting(self, recording: Path, step: Callable[[Path], None]) -> None:
        """One that fails holds up no other."""
        try:
            step(recording)
        except Refused as refused:
            self._running.pop(recording, None)
            self.without.append(recording)
            say(f"{recording.name}: no video. {refused}")

    def _begin(self, recording: Path) -> None:
        wanted = self._wanted(recording)
        project = self._api.find(wanted["client_reference"]) or self._api.create(wanted)
        if project["state"] == "created":
            self._api.send(project["id"], recording)
            say(f"{recording.name}: sent")
        elif project["state"] == "failed" and project["failure"]["retryable"]:
            self._api.retry(project["id"])
            say(f"{recording.name}: is tried again")
        self._running[recording] = project["id"]

    def _wanted(self, recording: Path) -> dict[str, Any]:
        script = recording.with_suffix(".txt")
        wanted = dict(self._settings)
        if script.exists():
            wanted["script"] = script.read_text(encoding="utf-8")
        digest = hashlib.sha256(json.dumps(wanted, sort_keys=True).encode())
        digest.update(recording.read_bytes())
        return {"title": recording.stem, **wanted, "client_reference": f"batch-{digest.hexdigest()}"}

    def _look(self, recording: Path) -> None:
        project = self._api.read(self._running[recording])
        if project["state"] == "completed":
            video = self.video_of(recording)
            self._api.save(project["video"]["video"], video)
            del self._running[recording]
            say(f"{recording.name}: {video}, {project['video']['duration_s']:.0f} s, ${project['cost_usd']:.2f}")
        elif project["state"] == "failed":
            raise Refused(f"{project['failure']['message']} {project['failure']['remedy']}")
        elif project["state"] == "canceled":
            raise Refused("It was canceled. Delete the project to have it made anew.")
        elif project["waiting_on"] == "user":
            raise Refused(f"Project {project['id']} waits for you ({project['state']}).")


def say(line: str) -> None:
    print(line, flush=True)


def recordings_in(folder: Path) -> list[Path]:
    """By name. Two that would become the same video are refused."""
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS)
    stems = [path.stem for path in found]
    if twice := sorted({stem for stem in stems if stems.count(stem) > 1}):
        sys.exit(f"Several recordings would become the same video: {', '.join(twice)}. Rename them.")
    return found


def settings_of(text: str) -> dict[str, Any]:
    settings = json.loads(text)
    if not isinstance(settings, dict):
        raise argparse.ArgumentTypeError("it is no JSON object")
    return settings


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recordings", type=Path)
    parser.add_argument("--out", type=Path, required=True, metavar="VIDEOS")
    parser.add_argument("--api", default="http://127.0.0.1:8080", metavar="ADDRESS", help="default: %(default)s")
    parser.add_argument("--settings", type=settings_of, default={}, metavar="JSON")
    parser.add_argument("--at-once", type=int, default=4, choices=range(1, 101), metavar="N", help="default: 4")
    return parser.parse_args()


def main() -> None:
    given = arguments()
    given.out.mkdir(parents=True, exist_ok=True)
    if given.out.samefile(given.recordings):
        sys.exit("The videos need a folder of their own, or they would be recordings next time.")
    batch = Batch(Api(given.api, os.environ.get("REELWRIGHT_API_KEY", "")), given.settings, given.out)
    recordings = recordings_in(given.recordings)
    missing = [recording for recording in recordings if not batch.video_of(recording).exists()]
    say(f"{len(recordings)} recordings, {len(recordings) - len(missing)} have their video")
    batch.run(missing, given.at_once)
    if batch.without:
        sys.exit(f"{len(batch.without)} recordings have no video.")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("Stopped. The same command goes on from here.")
