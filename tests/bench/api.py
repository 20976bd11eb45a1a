"""`python -m bench.api --out FILE`: the API of `reelwright serve` beside a bare FastAPI application (`bench.api_bare`).

Both verify an RS256 token, make one gRPC hop within their process and answer the same JSON; POST is durable in SQLite
before it is answered. Ours is the command as users start it: limits, keys of projects, logs, metrics, problems, and the
director's own reading and writing of projects. They take turns, a second or so each, under the same load. What counts
is the ratio.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from apihouse import Issuer
from apihouse.issuer import AUDIENCE, ISSUER
from apihouse.serving import answering, completed, created, issuing, recorded, start_serve
from bench.api_load import Call, per_second
from e2e.recordings import SCRIPT
from parts import children
from parts.ports import free_port

from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright.rpc.v1.project_pb2_grpc import ProjectServiceStub
from reelwright_chassis.rpc import connect, local_address

GOAL = 0.6
LISTED = 20
_NEW = {"title": "Why we sleep", "labels": {"campaign": "autumn"}, "target_duration_s": 45}


@dataclass(frozen=True, slots=True)
class Load:
    rounds: int
    seconds: float
    connections: int


@dataclass(frozen=True, slots=True)
class Sides:
    """The ports of ours and of the bare one."""

    ours: int
    bare: int

    def of(self, name: str) -> tuple[int, str]:
        """Port, and what comes before the path."""
        return {"ours": (self.ours, ""), "bare": (self.bare, ""), "plain": (self.bare, "/plain")}[name]


def start_bare(folder: Path, port: int) -> "subprocess.Popen[bytes]":
    env = {"PYTHONPATH": str(Path(__file__).parents[1])}
    return children.start(
        [sys.executable, "-m", "bench.api_bare", str(folder), str(port)], log=folder / "bare.log", env=env
    )


async def finished_project(client: httpx.AsyncClient, folder: Path) -> str:
    """A project of the listener's with a video, among others that have none."""
    script = SCRIPT.read_text(encoding="utf-8").split("\n\n")[0]
    made = await created(client, {**_NEW, "target_duration_s": None, "script": script})
    await recorded(client, made, folder)
    for _ in range(LISTED - 1):
        await created(client, _NEW)
    await completed(client, made)
    return made


async def write_known(folder: Path, client: httpx.AsyncClient, project_id: str, issuer: Issuer) -> None:
    """What the bare one answers: what ours answers, as messages of the director and as JSON."""
    caller = rpc.Caller(tenant_id="t", user_id="ann")
    async with connect(local_address(folder / "home", "director")) as channel:
        director = ProjectServiceStub(channel)
        project = await director.GetProject(rpc.GetProjectRequest(caller=caller, project_id=project_id))
        page = await director.ListProjects(rpc.ListProjectsRequest(caller=caller, limit=LISTED))
    (folder / "project.bin").write_bytes(project.SerializeToString())
    (folder / "page.bin").write_bytes(page.SerializeToString())
    (folder / "project.json").write_bytes((await client.get(f"/v1/projects/{project_id}")).content)
    (folder / "page.json").write_bytes((await client.get(f"/v1/projects?limit={LISTED}")).content)
    (folder / "created.json").write_bytes((await client.post("/v1/projects", json=_NEW)).content)
    key = (await issuer.read())["keys"][0]
    told = {"issuer": ISSUER, "audience": AUDIENCE, "key": {**key, "alg": "RS256"}}
    (folder / "tokens.json").write_text(json.dumps(told), encoding="utf-8")


def calls(project_id: str) -> dict[str, Call]:
    body = json.dumps(_NEW).encode()
    return {
        "GET project": Call("GET", f"/v1/projects/{project_id}", 200),
        "list": Call("GET", f"/v1/projects?limit={LISTED}", 200),
        "POST project": Call("POST", "/v1/projects", 201, body),
    }


async def measure_route(sides: Sides, call: Call, token: str, load: Load) -> dict[str, list[float]]:
    """Requests a second of each side, round by round; the first is for warming up."""
    found: dict[str, list[float]] = {"ours": [], "bare": [], "plain": []}
    headers = {"Authorization": f"Bearer {token}"}
    for number in range(load.rounds + 1):
        for name, rates in found.items():
            port, before = sides.of(name)
            there = Call(call.method, before + call.path, call.expected, call.body)
            rate = await per_second(port, there, headers, connections=load.connections, seconds=load.seconds)
            if number:
                rates.append(round(rate))
    return found


def _ratio(found: Mapping[str, list[float]], other: str) -> float:
    return round(statistics.median(a / b for a, b in zip(found["ours"], found[other], strict=True)), 3)


async def measure(folder: Path, load: Load) -> dict[str, Any]:
    issuer, sides = Issuer(), Sides(free_port(), free_port())
    async with issuing(issuer) as keys_url:
        started = [start_serve(folder, sides.ours, keys_url)]
        try:
            await answering(sides.ours)
            headers = {"Authorization": f"Bearer {issuer.token()}"}
            base = f"http://127.0.0.1:{sides.ours}"
            async with httpx.AsyncClient(base_url=base, headers=headers, timeout=60, trust_env=False) as client:
                project_id = await finished_project(client, folder)
                await write_known(folder, client, project_id, issuer)
            started.append(start_bare(folder, sides.bare))
            await answering(sides.bare)
            tokens = {"POST project": issuer.token(sub="maker", exp=int(time.time()) + 3_600)}
            usual = issuer.token(exp=int(time.time()) + 3_600)
            routes = {
                name: await measure_route(sides, call, tokens.get(name, usual), load)
                for name, call in calls(project_id).items()
            }
        finally:
            for process in started:
                await asyncio.to_thread(children.end, process)
    return {
        "goal": GOAL,
        "ratios": {name: _ratio(found, "bare") for name, found in routes.items()},
        "ratios_without_hop_and_write": {name: _ratio(found, "plain") for name, found in routes.items()},
        "listed": LISTED,
        "connections": load.connections,
        "cores": os.cpu_count(),
        "per_s": routes,
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.api")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.8, help="of one side in one round")
    parser.add_argument("--connections", type=int, default=16)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        load = Load(given.rounds, given.seconds, given.connections)
        found = asyncio.run(measure(Path(folder), load))
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    for name, ratio in found["ratios"].items():
        rates = {side: round(statistics.median(rates)) for side, rates in found["per_s"][name].items()}
        verdict = "reached" if ratio >= GOAL else "missed"
        sys.stdout.write(
            f"{name}: {rates['ours']}/s, {ratio:.2f} of a bare FastAPI ({rates['bare']}/s): the goal of {GOAL} is "
            f"{verdict}; {found['ratios_without_hop_and_write'][name]:.2f} of one without hop and write "
            f"({rates['plain']}/s).\n"
        )


if __name__ == "__main__":
    main()
