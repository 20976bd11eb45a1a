"""A person at a web front end, by HTTP: create, upload with progress, watch, edit, approve, download, delete."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
from processes.planted import WORDS
from town.customer import Talk

CHUNK_BYTES = 1 << 14


class FrontEnd:
    """Does what a person clicks, one project long."""

    def __init__(self, http: httpx.AsyncClient, talk: Talk) -> None:
        self.http = http
        self._talk = talk
        self.path = ""
        self.progress: list[int] = []
        """Bytes that were sent each time the upload told."""

    async def ask(self, method: str, path: str, **sent: Any) -> Any:
        """What it answered, which is no error."""
        answer = await self.http.request(method, path, **sent)
        assert answer.is_success, (method, path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    async def take(self, method: str, path: str = "", **sent: Any) -> Any:
        """The same of its project."""
        return await self.ask(method, f"{self.path}{path}", **sent)

    async def create(self) -> str:
        script = f"{WORDS['script']} {self._talk.script}"
        wanted = {"script": script, "title": WORDS["title"], "review": "both"}
        project = await self.ask("POST", "/v1/projects", json=wanted)
        self.path = f"/v1/projects/{project['id']}"
        return str(project["id"])

    async def upload(self) -> None:
        name = f"../../{WORDS['file']}.wav"
        sent = {"Content-Disposition": f"attachment; filename={name}"}
        await self.take("PUT", "/audio", content=self._sending(), headers=sent)

    async def _sending(self) -> AsyncIterator[bytes]:
        recording = self._talk.audio.read_bytes()
        for start in range(0, len(recording), CHUNK_BYTES):
            yield recording[start : start + CHUNK_BYTES]
            self.progress.append(min(start + CHUNK_BYTES, len(recording)))

    async def watch(self, state: str) -> None:
        """By its stream of events, until it has reached this state."""
        async with self.http.stream("GET", f"{self.path}/events") as answer:
            async for line in answer.aiter_lines():
                told = json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else {}
                assert told.get("state") != "failed", told
                if told.get("state") == state:
                    return
        raise AssertionError(f"the stream ended before {state}")

    async def edit_transcript(self) -> None:
        before = await self.take("GET", "/transcript")
        text = " ".join(word["text"] for word in before["words"])
        edited = text.replace(before["words"][3]["text"], WORDS["transcript"], 1)
        await self.take("PUT", "/transcript", json={"text": edited})
        after = await self.take("GET", "/transcript")
        assert after["words"][3]["text"] == WORDS["transcript"]
        assert after["words"][4]["start_s"] == before["words"][4]["start_s"], "what stays keeps its time"

    async def edit_scenes(self) -> None:
        scenes = (await self.take("GET", "/scenes"))["scenes"]
        wanted = {"prompt": f"A {WORDS['prompt']} at dawn", "kind": "still"}
        await self.take("PATCH", f"/scenes/{scenes[0]['id']}", json=wanted)
        assert (await self.take("GET", "/scenes"))["scenes"][0]["prompt"] == wanted["prompt"]

    async def see_frame(self) -> None:
        """As the video would look a second in, before anything is paid for."""
        answer = await self.http.get(f"{self.path}/frame", params={"t": 1})
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg"), answer.text
        assert answer.content.startswith(b"\xff\xd8")

    async def download(self) -> bytes:
        """The video in two halves, by its link, which carries no token."""
        link = (await self.take("GET"))["video"]["video"]
        half = link["size_bytes"] // 2
        async with httpx.AsyncClient() as anybody:
            ranges = (f"bytes=0-{half - 1}", f"bytes={half}-")
            parts = [await anybody.get(link["url"], headers={"Range": each}) for each in ranges]
        assert [part.status_code for part in parts] == [206, 206]
        assert sum(len(part.content) for part in parts) == link["size_bytes"]
        return b"".join(part.content for part in parts)

    async def delete(self) -> None:
        await self.take("DELETE")
        assert (await self.http.get(self.path)).status_code == 404
