"""A simulator that a test can hold in its hand: time by hand, drawings that cost nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import httpx

from reelwright_kling_sim.clock import ManualClock
from reelwright_kling_sim.drawing import Draw, DrawJob
from reelwright_kling_sim.in_process import InProcess, simulator
from reelwright_kling_sim.settings import SimSettings


@dataclass
class FakeDrawing:
    """Writes the job's numbers instead of a picture, and remembers what it was asked."""

    jobs: list[DrawJob] = field(default_factory=list)

    def __call__(self, job: DrawJob) -> None:
        self.jobs.append(job)
        Path(job.path).write_bytes(f"{job.width}x{job.height} {job.duration_s:.3f} {job.look}".encode() * 20)


@dataclass
class Bench:
    """A running simulator with a client at its door."""

    sim: InProcess
    client: httpx.AsyncClient
    clock: ManualClock
    drawing: FakeDrawing

    async def post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        """The answer to a create."""
        return await self.client.post(path, json=body)

    async def data(self, method: str, path: str, **kwargs: Any) -> Any:
        """The data of a call that must succeed."""
        response = await self.client.request(method, path, **kwargs)
        body = response.json()
        if (response.status_code, body["code"]) != (200, 0):
            raise AssertionError(f"{method} {path} answered {response.status_code}: {body}")
        return body["data"]

    async def clip(self, prompt: str = "waves at dusk", **options: Any) -> str:
        """The id of a new text-to-video task."""
        body = {"prompt": prompt, "settings": {"aspect_ratio": "9:16"}, "options": options}
        created = await self.data("POST", "/text-to-video/kling-3.0-turbo", json=body)
        return str(created["id"])

    async def task(self, task_id: str) -> Any:
        """The task as `GET /tasks` shows it."""
        (task,) = await self.data("GET", "/tasks", params={"task_ids": task_id})
        return task


class MakeBench(Protocol):
    """Opens benches on one state folder: `async with bench_with(latency="seeded") as bench`."""

    def __call__(
        self,
        *,
        clock: ManualClock | None = None,
        draw: Draw | None = None,
        callback_transport: httpx.AsyncBaseTransport | None = None,
        **knobs: Any,
    ) -> AbstractAsyncContextManager[Bench]:
        """A bench for as long as the block lasts."""
        ...


@asynccontextmanager
async def open_bench(
    state_dir: Path,
    *,
    clock: ManualClock | None = None,
    draw: Draw | None = None,
    callback_transport: httpx.AsyncBaseTransport | None = None,
    **knobs: Any,
) -> AsyncIterator[Bench]:
    """A bench on that folder; what the folder holds already goes on."""
    clock, drawing = clock or ManualClock(), FakeDrawing()
    settings = SimSettings(state_dir=state_dir, **knobs)
    started = simulator(settings, clock=clock, draw=draw or drawing, callback_transport=callback_transport)
    async with started as sim, sim.client() as client:
        yield Bench(sim, client, clock, drawing)
