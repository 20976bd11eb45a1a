"""What happened over time: lag, replicas and finished videos, for a plot."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from cluster.release import Release
from tools.simulate.svg import Panel, plot

from reelwright_chassis.bus.port import Bus

_EVERY_S = 1.0
TOPICS = {
    "transcription": "transcription.requests",
    "planner": "plan.requests",
    "kling-gateway": "asset.requests",
    "renderer": "render.requests",
}
"""Worker -> what it works through."""


class Sampling:
    def __init__(self, release: Release, bus: Bus, finished: Callable[[], Awaitable[int]]) -> None:
        self._release = release
        self._bus = bus
        self._finished = finished
        self._samples: list[dict[str, Any]] = []
        self._began_s = time.monotonic()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Sampling"]:
        sampling = asyncio.create_task(self._run())
        try:
            yield self
        finally:
            sampling.cancel()
            await asyncio.gather(sampling, return_exceptions=True)
            await self._sample()

    def replicas(self, worker: str) -> list[int]:
        return [sample["replicas"][worker] for sample in self._samples]

    def write(self, folder: Path) -> None:
        """`autoscaling.json` and, to be looked at, `autoscaling.svg`."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "autoscaling.json").write_text(json.dumps(self._samples, indent=1) + "\n", encoding="utf-8")
        (folder / "autoscaling.svg").write_text(self._drawn(), encoding="utf-8")

    def _drawn(self) -> str:
        lag, pods = ({name: self._points(what, name) for name in TOPICS} for what in ("lag", "replicas"))
        videos = {"finished": [(sample["at_s"], sample["finished"]) for sample in self._samples]}
        panels = [Panel("Requests that are not done", lag), Panel("Pods", pods), Panel("Videos", videos)]
        return plot("The real services, scaled by KEDA by the lag of a real Kafka", panels, "s")

    def _points(self, what: str, name: str) -> list[tuple[float, float]]:
        return [(sample["at_s"], sample[what][name]) for sample in self._samples]

    async def _run(self) -> None:
        while True:
            await self._sample()
            await asyncio.sleep(_EVERY_S)

    async def _sample(self) -> None:
        """All at once: each takes its time beside a busy broker."""
        at_s = time.monotonic() - self._began_s
        deployments, finished, *lags = await asyncio.gather(
            asyncio.to_thread(self._release.objects, "deployments"),
            self._finished(),
            *(self._bus.lag(topic, name) for name, topic in TOPICS.items()),
        )
        replicas = {
            each["metadata"]["labels"]["app.kubernetes.io/component"]: each["spec"].get("replicas", 0)
            for each in deployments
        }
        self._samples.append(
            {
                "at_s": round(at_s, 1),
                "replicas": {name: replicas[name] for name in TOPICS},
                "lag": dict(zip(TOPICS, lags, strict=True)),
                "finished": finished,
            }
        )
