"""The real services scale by real lag: sixty recordings come at once, every video is made, and the workers go again.

The cluster's control plane and KEDA are real; a stand-in for the kubelet runs the pods as processes (kubelet.py). Of
the chart's values those differ that say how fast KEDA looks and lets go and what a pod asks of its node; the rest says
where the parts of this test are, and that videos are small.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from cluster.balancer import Balancer
from cluster.control_plane import ControlPlane
from cluster.kubelet import Kubelet
from cluster.release import CHART, Release, namespace
from cluster.sampling import Sampling
from parts import dynamodb, kafka, s3
from parts.part import Part
from town import verdict
from town.backing import Backing, clients, environment
from town.customer import Talk
from town.waiting import until

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(1_800)]
RECORDINGS = int(os.environ.get("CLUSTER_RECORDINGS", "60"))
MOST_RENDERERS = 4
SCALED = ("transcription", "kling-gateway", "renderer")
"""Down to nothing; a planner is always there."""
PATIENCE_S = 1_200.0
PLOTS = Path("build/cluster")
AWAY_WITHIN_S = 240.0
FAST = {"pollingInterval": 2, "cooldownPeriod": 15, "stabilizationWindowSeconds": 15}
"""Seconds, where the shipped values are minutes."""
LITTLE = {"resources": {"requests": {"cpu": "100m", "memory": "64Mi"}}}
SMALL = [{"name": "REELWRIGHT_SIM_DRAWING", "value": "flat"}, {"name": "REELWRIGHT_SIM_MAX_HEIGHT", "value": "480"}]


def values(addresses: Mapping[str, dict[str, str]]) -> dict[str, Any]:
    """The example of a development cluster, with the addresses of the parts here."""
    s3_url, database = addresses["s3"]["endpoint_url"], addresses["dynamodb"]
    worker = LITTLE | {"keda": {"maxReplicaCount": 2}}
    return {
        "settings": {
            "kafka": {"bootstrapServers": addresses["kafka"]["bootstrap_servers"]},
            "dynamodb": {"endpointUrl": database["endpoint_url"], "region": database["region"]},
            "s3": {"endpointUrl": s3_url, "publicEndpointUrl": s3_url, "region": addresses["s3"]["region"]},
            "gateway": {"videoHeightPx": 480, "rateCreate": "1000/minute"},
        },
        "keda": FAST,
        "components": {
            **dict.fromkeys(("gateway", "director", "preview"), LITTLE),
            **dict.fromkeys(("transcription", "planner", "kling-gateway"), worker),
            "renderer": LITTLE | {"keda": {"maxReplicaCount": MOST_RENDERERS}},
            "kling-sim": LITTLE | {"extraEnv": SMALL},
        },
        "monitoring": {each: {"enabled": False} for each in ("podMonitor", "rules", "dashboards")},
    }


@contextmanager
def parts(folder: Path) -> Iterator[dict[str, dict[str, str]]]:
    """A broker, a database and an object store of this test's own: it fills them with the shipped topics."""
    started: dict[str, Part] = {}
    try:
        for module in (kafka, dynamodb, s3):
            name = module.__name__.rpartition(".")[2]
            (folder / name).mkdir()
            started[name] = module.start(folder / name)
        yield {name: part.address for name, part in started.items()}
    finally:
        for part in started.values():
            part.stop()


def secrets(name: str, addresses: Mapping[str, dict[str, str]]) -> list[dict[str, Any]]:
    keys = {
        "access-key-id": addresses["s3"]["access_key_id"],
        "secret-access-key": addresses["s3"]["secret_access_key"],
    }
    held = {"reelwright-s3": keys, "reelwright-gateway": {"secret": "the same for all replicas" * 2}}
    return [
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": each, "namespace": name}, "stringData": data}
        for each, data in held.items()
    ]


class Customers:
    """Sixty people at the gateway's door."""

    def __init__(self, http: httpx.AsyncClient, talk: Talk) -> None:
        self._http = http
        self._talk = talk
        self.project_ids: list[str] = []

    async def order(self, number: int) -> None:
        made = await self._http.post("/v1/projects", json={"script": self._talk.script, "title": f"video {number}"})
        assert made.status_code == 201, made.text
        sent = await self._http.put(f"/v1/projects/{made.json()['id']}/audio", content=self._talk.audio.read_bytes())
        assert sent.status_code == 200, sent.text
        self.project_ids.append(made.json()["id"])

    async def finished(self) -> int:
        """How many videos there are."""
        page = (await self._http.get("/v1/projects", params={"status": "completed", "limit": 100})).json()
        return len(page["items"])

    async def failed(self) -> list[str]:
        page = (await self._http.get("/v1/projects", params={"status": "failed", "limit": 100})).json()
        return [str(each["failure"]) for each in page["items"]]


async def knocking(url: str, key: str, until_set: asyncio.Event) -> list[str]:
    """Asks for something small all the time, on a connection that is kept; what did not go well."""
    wrong, asked = [], 0
    async with httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60) as http:
        while not until_set.is_set():
            asked += 1
            try:
                answer = await http.get("/v1/capabilities")
                wrong += [f"{answer.status_code}"] if answer.status_code != 200 else []
            except httpx.HTTPError as error:
                wrong.append(f"{type(error).__name__}: {error}")
            await asyncio.sleep(0.05)  # a few times a second
    assert asked > 20
    return wrong


@asynccontextmanager
async def cluster(
    plane: ControlPlane, folder: Path, addresses: Mapping[str, dict[str, str]]
) -> AsyncIterator[tuple[Release, Kubelet, Balancer]]:
    """The release, installed, with its pods running."""
    (folder / "pods").mkdir()
    async with plane.api() as api:
        kubelet = Kubelet(api, folder / "pods")
        async with kubelet.running():
            with namespace(plane, "media") as name:
                plane.apply(*secrets(name, addresses))
                release = Release(plane, name, CHART / "ci" / "kind-values.yaml", values(addresses))
                await asyncio.to_thread(release.install)
                await asyncio.to_thread(release.rolled_out)
                async with Balancer(lambda: kubelet.ready("gateway"), 8080).running() as door:
                    yield release, kubelet, door


def api_key(env: Mapping[str, str], directors: str) -> str:
    """As an operator makes one."""
    command = [sys.executable, "-m", "reelwright_standalone", "ops", "keys", "create", "--tenant", "t", "--user", "u"]
    given = {**os.environ, **env, "REELWRIGHT_DIRECTOR_ADDRESS": directors}
    return subprocess.run(command, env=given, capture_output=True, text=True, check=True).stdout.strip()


async def test_sixty_recordings_wake_the_workers_and_all_become_videos(
    plane_of_processes: ControlPlane, short_talk: Talk, tmp_path: Path
) -> None:
    plane = plane_of_processes
    with parts(tmp_path) as addresses:
        env = {name: value for name, value in environment(addresses, "reelwright").items() if "PREFIX" not in name}
        async with cluster(plane, tmp_path, addresses) as (release, kubelet, door), clients(env) as backing:
            assert [release.replicas(name) for name in SCALED] == [0, 0, 0]
            directors = ",".join(f"{address}:50051" for address in kubelet.ready("director"))
            key = await asyncio.to_thread(api_key, env, f"ipv4:{directors}")
            async with httpx.AsyncClient(
                base_url=door.url, headers={"Authorization": f"Bearer {key}"}, timeout=120
            ) as http:
                customers = Customers(http, short_talk)
                async with Sampling(release, backing.bus, customers.finished).running() as samples:
                    await make_all(release, door, key, customers)
                    await until(lambda: are_away(release), AWAY_WITHIN_S, "the workers are gone again")
            samples.write(PLOTS)
            await nothing_twice(kubelet, backing, customers.project_ids)
    check(samples)


async def make_all(release: Release, door: Balancer, key: str, customers: Customers) -> None:
    """Orders all of them, upgrades the release in between, and waits for the videos."""
    over = asyncio.Event()
    knocks = asyncio.create_task(knocking(door.url, key, over))
    await asyncio.gather(*(customers.order(number) for number in range(RECORDINGS)))
    await until(lambda: some_are_finished(customers, 3), PATIENCE_S, "the first videos")
    rolled = ("gateway", "director", "renderer", "kling-gateway", "transcription", "planner")
    await asyncio.to_thread(release.upgrade, *(f"--set=components.{name}.podAnnotations.run=two" for name in rolled))
    await asyncio.to_thread(release.rolled_out)
    await until(lambda: some_are_finished(customers, RECORDINGS), PATIENCE_S, "all videos")
    over.set()
    assert await knocks == [], "the gateway dropped requests"


async def some_are_finished(customers: Customers, count: int) -> bool:
    assert await customers.failed() == []
    return await customers.finished() >= count


async def are_away(release: Release) -> bool:
    return await asyncio.to_thread(lambda: all(release.replicas(name) == 0 for name in SCALED))


async def nothing_twice(kubelet: Kubelet, backing: Backing, project_ids: list[str]) -> None:
    """Paid once, rendered once, one video each, and nothing hangs, whatever pods came and went."""
    (sim_state,) = kubelet.folder.glob("*-kling-sim-*")
    verdict.paid_once(sim_state)
    await verdict.one_video_each(backing.blobs, project_ids)
    await verdict.nothing_hangs(backing.bus, backing.store, project_ids)
    lines = [line for log in kubelet.logs("renderer") for line in log.read_text("utf-8").splitlines()]
    ended = [json.loads(line) for line in lines if '"job_ended"' in line]
    assert len([each for each in ended if each["outcome"] == "done"]) == len(project_ids)


def check(samples: Sampling) -> None:
    """From nothing to several and back."""
    renderers = samples.replicas("renderer")
    assert renderers[0] == renderers[-1] == 0
    assert 1 < max(renderers) <= MOST_RENDERERS
    for name in SCALED:
        assert max(samples.replicas(name)) >= 1
        assert samples.replicas(name)[-1] == 0
