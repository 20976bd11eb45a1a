"""Every service as an OS process of its own, on real parts: Kafka, DynamoDB Local, S3, the simulator of Kling.

What tests and `make dev` start. Processes are named; there may be several of one kind: director-1, director-2.
"""

import asyncio
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from parts import children
from parts.ports import free_port
from prometheus_client.parser import text_string_to_metric_families

MODULES = {
    "director": "reelwright_director",
    "transcription": "reelwright_transcription",
    "planner": "reelwright_planner",
    "kling-gateway": "reelwright_kling_gateway",
    "renderer": "reelwright_renderer",
    "preview": "reelwright_renderer.preview_server",
    "gateway": "reelwright_gateway",
}
CONSUMERS = ("director", "transcription", "planner", "kling-gateway", "renderer")
"""What it takes to make a video, once a recording lies in the bucket."""

QUICK: Mapping[str, str] = {
    "REELWRIGHT_TRANSCRIPTION_ENGINE": "local",
    "REELWRIGHT_PLANNER_PROVIDER": "extractive",
    "REELWRIGHT_KLING_PROVIDER": "sim",
    "REELWRIGHT_KLING_POLL_S": "0.2",
    "REELWRIGHT_KLING_POLL_LONGEST_S": "1",
    "REELWRIGHT_RENDERER_ENCODER": "libx264",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
"""Providers by name, all of them here, and a simulator that is in no hurry to be asked."""

SHORT: Mapping[str, str] = {
    "REELWRIGHT_KAFKA_SESSION_TIMEOUT_S": "2",
    "REELWRIGHT_KAFKA_HEARTBEAT_INTERVAL_S": "0.4",
    "REELWRIGHT_KAFKA_REBALANCE_TIMEOUT_S": "10",
    "REELWRIGHT_KAFKA_METADATA_MAX_AGE_S": "2",
    "REELWRIGHT_KAFKA_RETRY_BACKOFF_S": "0.1",
    "REELWRIGHT_DIRECTOR_LEASE_S": "3",
    "REELWRIGHT_DIRECTOR_BACKOFF_S": "0.5",
    "REELWRIGHT_DIRECTOR_TICK_EVERY_S": "0.5",
    "REELWRIGHT_DIRECTOR_SWEEP_EVERY_S": "2",
    "REELWRIGHT_DIRECTOR_MAX_LOSSES": "100",
    "REELWRIGHT_KLING_UNSURE_S": "2",
}
"""Sessions and leases that end soon, so that a test need not wait for them."""

_PATIENCE_S = 90.0
_LOOK_S = 0.1


@dataclass
class Member:
    """One process of the fleet, or the place where it was."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    log: Path
    http: str
    """Where its probes are."""
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def said(self, lines: int = 30) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


@dataclass
class Fleet:
    """A set of services that know one another. `env` is what all of them are told."""

    folder: Path
    env: Mapping[str, str]
    members: dict[str, Member] = field(default_factory=dict)
    directors: list[str] = field(default_factory=list)
    """The gRPC addresses of the directors, HOST:PORT. They are made known to whoever is added after them."""
    previews: list[str] = field(default_factory=list)
    """The gRPC addresses of the previews, HOST:PORT. They are made known to gateways that are added after them."""
    apis: list[str] = field(default_factory=list)
    """Where the gateways serve the API, as URLs."""
    planner: str = field(default_factory=lambda: f"127.0.0.1:{free_port()}")
    """The gRPC address of the first planner, which directors ask while somebody waits."""

    @property
    def sim_state(self) -> Path:
        return self.folder / "kling-sim"

    def add(self, kind: str, count: int = 1, **env: str) -> list[str]:
        """Have `count` processes of this kind; returns their names. They are not started yet."""
        return [self._add(kind, f"{kind}-{1 + sum(name.startswith(kind) for name in self.members)}", env)
                for _ in range(count)]  # fmt: skip

    def _add(self, kind: str, name: str, env: Mapping[str, str]) -> str:
        if kind == "kling-sim":
            return self._add_simulator(name, env)
        http, grpc = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
        own = {
            "REELWRIGHT_SERVICE_HTTP_ADDRESS": http,
            "REELWRIGHT_SERVICE_GRPC_ADDRESS": grpc,
            "REELWRIGHT_SERVICE_SCRATCH": str(self.folder / "scratch"),
            "REELWRIGHT_DIRECTOR_ADDRESS": f"ipv4:{','.join(self.directors)}",
        }
        if kind == "director":
            self.directors.append(grpc)
            own["REELWRIGHT_PLANNER_ADDRESS"] = self.planner
        elif name == "planner-1":
            own["REELWRIGHT_SERVICE_GRPC_ADDRESS"] = self.planner
        elif kind == "preview":
            self.previews.append(grpc)
        elif kind == "gateway":
            own |= self._served()
        self._have(name, [sys.executable, "-m", MODULES[kind]], {**self.env, **own, **env}, http)
        return name

    def _served(self) -> dict[str, str]:
        address = f"127.0.0.1:{free_port()}"
        self.apis.append(f"http://{address}")
        own = {"REELWRIGHT_GATEWAY_ADDRESS": address, "REELWRIGHT_GATEWAY_SECRET": "the same for all replicas" * 2}
        if self.previews:
            own["REELWRIGHT_PREVIEW_ADDRESS"] = f"ipv4:{','.join(self.previews)}"
        return own

    def _add_simulator(self, name: str, env: Mapping[str, str]) -> str:
        """The ledger lies in one folder, whoever writes it; who is added later finds the simulator."""
        port = str(free_port())
        own = {"REELWRIGHT_SIM_PORT": port, "REELWRIGHT_SIM_STATE_DIR": str(self.sim_state)}
        drawing = {"REELWRIGHT_SIM_DRAWING": "flat", "REELWRIGHT_SIM_MAX_HEIGHT": "480"}
        self.env = {**self.env, "REELWRIGHT_KLING_BASE_URL": f"http://127.0.0.1:{port}"}
        self._have(name, [sys.executable, "-m", "reelwright_kling_sim"], {**drawing, **own, **env}, f"127.0.0.1:{port}")
        return name

    def _have(self, name: str, command: Sequence[str], env: Mapping[str, str], http: str) -> None:
        self.members[name] = Member(name, command, env, self.folder / f"{name}.log", http)

    def names(self) -> list[str]:
        return list(self.members)

    def ended(self) -> set[str]:
        """The names of those that do not run."""
        return {name for name, member in self.members.items() if not member.running}

    def start(self, *names: str) -> None:
        """Start these, or all; those that run already are left alone."""
        for name in names or self.names():
            member = self.members[name]
            if not member.running:
                member.process = children.start(member.command, log=member.log, env=member.env, cwd=self.folder)

    def kill9(self, name: str) -> None:
        process = self.members[name].process
        if process is not None:
            children.kill(process)

    async def restart(self, name: str, **env: str) -> None:
        """Killed, and ready again, told these things beside what it was told before."""
        member = self.members[name]
        member.env = {**member.env, **env}
        self.kill9(name)
        self.start(name)
        await self.ready(name)

    def stop(self, name: str) -> int:
        """SIGTERM; its exit status."""
        process = self.members[name].process
        return children.end(process, grace_s=60.0) if process is not None else 0

    def end(self) -> None:
        """Kill whatever runs: for the end of a test, whatever came of it."""
        for name in self.names():
            self.kill9(name)

    async def probe(self, name: str, path: str = "/readyz") -> tuple[int, str]:
        """Status and sentence; 0 and why where nobody answers."""
        try:
            async with httpx.AsyncClient(timeout=5.0) as client:
                answer = await client.get(f"http://{self.members[name].http}{path}")
        except httpx.HTTPError as error:
            return 0, type(error).__name__
        return answer.status_code, answer.text

    async def metric(self, name: str, sample: str, **labels: str) -> float:
        """The value of a process's own metric now; 0 for one that it has not had yet."""
        status, text = await self.probe(name, "/metrics")
        assert status == 200, (name, status, text)
        samples = (each for family in text_string_to_metric_families(text) for each in family.samples)
        return next(
            (each.value for each in samples if each.name == sample and labels.items() <= each.labels.items()), 0
        )

    async def is_ready(self, name: str) -> bool:
        if not self.members[name].running:
            return False
        status, _ = await self.probe(name)
        return status == 200 or (status > 0 and name.startswith("kling-sim"))

    async def ready(self, *names: str, patience_s: float = _PATIENCE_S) -> None:
        """Returns when these, or all, are. Raises AssertionError with the end of the log of one that is not."""
        for name in names or self.names():
            try:
                async with asyncio.timeout(patience_s):
                    while not await self.is_ready(name):
                        member = self.members[name]
                        assert member.running, f"{name} ended: {member.said()}"
                        await asyncio.sleep(_LOOK_S)  # between two looks, not instead of one
            except TimeoutError:
                raise AssertionError((name, await self.probe(name), self.members[name].said())) from None
