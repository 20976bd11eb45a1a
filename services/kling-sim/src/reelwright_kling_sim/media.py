"""Media files and the signed, expiring URLs under which they are served."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from reelwright_kling_sim.tasks import Task

FOLDER = "media"
ROUTE = "/_media"


@dataclass(frozen=True, slots=True)
class MediaLinks:
    """Makes and checks the signatures of media URLs."""

    secret: str
    ttl_s: float

    def url(self, base_url: str, name: str, finished_at_ms: int, *, expired: bool = False) -> str:
        """The URL of a media file, valid until `ttl_s` after its task ended; the same at every look-up."""
        expires_s = 1 if expired else int(finished_at_ms / 1000 + self.ttl_s)
        query = urlencode({"Expires": expires_s, "Signature": self._sign(name, expires_s)})
        return f"{base_url.rstrip('/')}{ROUTE}/{name}?{query}"

    def is_genuine(self, name: str, expires: str, signature: str) -> bool:
        """Whether we signed this name with this expiry."""
        return expires.isdecimal() and hmac.compare_digest(self._sign(name, int(expires)), signature)

    def _sign(self, name: str, expires_s: int) -> str:
        return hmac.new(self.secret.encode(), f"{name}:{expires_s}".encode(), hashlib.sha256).hexdigest()


def media_names(task: Task) -> tuple[str, ...]:
    """The names of a task's media files, one per result."""
    suffix = "mp4" if task.family == "video" else "jpg"
    return tuple(f"{task.id}-{index}.{suffix}" for index in range(task.count))


def media_folder(state_dir: Path) -> Path:
    """The folder of the media, made if need be, without what a killed simulator left half drawn."""
    folder = state_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for unfinished in folder.glob(".*"):
        unfinished.unlink(missing_ok=True)
    return folder


def drawn_size(task: Task, max_height: int) -> tuple[int, int]:
    """Width and height that are drawn for a task: even, what was asked for but no higher than `max_height`."""
    if task.height <= max_height:
        return task.width, task.height
    height = max_height // 2 * 2
    return max(2, round(task.width * height / task.height / 2) * 2), height
