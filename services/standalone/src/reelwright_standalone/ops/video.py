"""`reelwright ops video`: makes one short video through the API, as a customer would, and says how long it took."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import Any

import httpx
from rich.console import Console

from reelwright_standalone.errors import FaultError, InputError
from reelwright_standalone.ops import printing
from reelwright_standalone.ops.telling import run

KEY_VARIABLE = "REELWRIGHT_API_KEY"
_AT_REST = {"completed", "failed", "canceled", "deleted"}
_LOOK_EVERY_S = 1.0
_CALL_S = 60.0
_MP4 = slice(4, 8)
"""Where an MP4 says that it is one: `ftyp`."""

Json = Mapping[str, Any]


def video(console: Console, api: str, key: str, *, patience_s: float, keep: bool) -> int:
    """Exit status 1 when no video came of it. Raises `InputError`, `FaultError` in a sentence."""
    if not api.startswith(("http://", "https://")):
        raise InputError(f"{api!r} is no address of an API: give it as https://HOST or http://HOST:PORT.")
    return run(lambda: _video(console, api.rstrip("/"), key, patience_s, keep=keep))


async def _video(console: Console, api: str, key: str, patience_s: float, *, keep: bool) -> int:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with httpx.AsyncClient(base_url=api, headers=headers, timeout=_CALL_S) as http:
        began_s = time.monotonic()
        async with _project(http, keep=keep) as project:
            console.print(f"project    {project['id']}")
            await _upload(http, project)
            ended = await _follow(console, http, project["id"], began_s, patience_s)
            if ended["state"] != "completed":
                return _say_why(console, ended)
            size_bytes = await _check_video(ended["video"]["video"]["url"])
        console.print(
            f"A video of {ended['video']['duration_s']:.1f} s, {size_bytes / 1e6:.1f} MB, "
            f"for ${ended['cost_usd']:.2f}, after {time.monotonic() - began_s:.0f} s."
        )
    return 0


@asynccontextmanager
async def _project(http: httpx.AsyncClient, *, keep: bool) -> AsyncIterator[Json]:
    """A new one, deleted at the end whatever came of it."""
    script = files(__package__).joinpath("sample", "opening.txt").read_text(encoding="utf-8")
    wanted = {"title": "Is everything well?", "script": script, "labels": {"made-by": "reelwright-ops-video"}}
    project = await _call(http, "POST", "/v1/projects", json=wanted)
    try:
        yield project
    finally:
        if not keep:
            await _call(http, "DELETE", f"/v1/projects/{project['id']}")


async def _upload(http: httpx.AsyncClient, project: Json) -> None:
    recording = files(__package__).joinpath("sample", "opening.mp3").read_bytes()
    await _call(http, "PUT", f"/v1/projects/{project['id']}/audio", content=recording)


async def _follow(
    console: Console, http: httpx.AsyncClient, project_id: str, began_s: float, patience_s: float
) -> dict[str, Any]:
    """The project once it is at rest. Says each state as it is reached."""
    last = ""
    while True:
        project = await _call(http, "GET", f"/v1/projects/{project_id}")
        took_s = time.monotonic() - began_s
        if project["state"] != last:
            last = project["state"]
            console.print(f"{last:<24}after {took_s:5.1f} s")
        if last in _AT_REST:
            return project
        if took_s > patience_s:
            raise FaultError(
                f"The project is still {last} after {took_s:.0f} s, and waits on {project['waiting_on']}. "
                f"`reelwright ops project show {project_id}` says why."
            )
        await asyncio.sleep(_LOOK_EVERY_S)


def _say_why(console: Console, project: Json) -> int:
    failure = project["failure"] or {"message": f"The project is {project['state']}.", "remedy": "", "code": "-"}
    console.print(f"{failure['message']} {failure['remedy']} ({failure['code']})", markup=False, style="red")
    return 1


async def _check_video(url: str) -> int:
    """Its size in bytes. The link carries its own right, and none other is sent along."""
    try:
        async with httpx.AsyncClient(timeout=_CALL_S) as http:
            answer = await http.get(url, headers={"Range": "bytes=0-1023"})
    except httpx.HTTPError as error:
        raise FaultError(f"The video's link leads nowhere from here: {type(error).__name__}.") from error
    if answer.status_code != httpx.codes.PARTIAL_CONTENT or answer.content[_MP4] != b"ftyp":
        raise FaultError(f"The video's link answers {answer.status_code}, and no part of an MP4.")
    return int(answer.headers["Content-Range"].rpartition("/")[2])


async def _call(http: httpx.AsyncClient, method: str, path: str, **body: Any) -> dict[str, Any]:
    try:
        answer = await http.request(method, path, **body)
    except httpx.HTTPError as error:
        raise FaultError(
            f"The API at {printing.plain(str(http.base_url))} does not answer: {type(error).__name__}."
        ) from error
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        raise InputError(f"The API does not take the key. `reelwright ops keys create` makes one; set {KEY_VARIABLE}.")
    if answer.is_error:
        raise FaultError(f"{method} {path} was answered with {answer.status_code}: {_detail(answer)}")
    return dict(answer.json()) if answer.content else {}


def _detail(answer: httpx.Response) -> str:
    """Of problem+json; of anything else, nothing but what it is."""
    if answer.headers.get("content-type", "").startswith("application/problem+json"):
        problem = answer.json()
        return f"{problem.get('title', '')} {problem.get('detail', '')}".strip()
    return "no problem+json, so something else answers there"
