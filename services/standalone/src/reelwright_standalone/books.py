"""The director at work in one home: what every command needs, and all that those need that look or tidy up."""

import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reelwright.rpc.v1.project_pb2 import GetProjectRequest, Project
from reelwright_chassis.home import Home, open_home
from reelwright_chassis.ids import new_id
from reelwright_chassis.parts import Parts
from reelwright_chassis.rpc import connect, local_address, serve
from reelwright_chassis.together import running
from reelwright_director.service import Director
from reelwright_director.settings import DirectorSettings
from reelwright_standalone.logfile import logging_to_home
from reelwright_standalone.rpc import LOCAL, open_projects
from reelwright_standalone.settings import StandaloneSettings
from reelwright_standalone.tables import OWN

if TYPE_CHECKING:
    from reelwright.rpc.v1.planner_pb2_grpc import PlannerServiceAsyncStub
    from reelwright.rpc.v1.project_pb2_grpc import ProjectServiceAsyncStub
    from reelwright_kling_sim import InProcess


@dataclass(frozen=True, slots=True)
class Runtime:
    """What the commands work with. `sim` is there when the simulator draws."""

    settings: StandaloneSettings
    parts: Parts
    projects: "ProjectServiceAsyncStub"
    sim: "InProcess | None" = None

    async def project(self, project_id: str) -> Project:
        return await self.projects.GetProject(GetProjectRequest(caller=LOCAL, project_id=project_id))

    async def simulator_charges(self, asset_id: str) -> int:
        """How many tasks of this asset the simulator's ledger charged, in all runs together."""
        rows = await self.sim.ledger(f"{asset_id}-") if self.sim is not None else ()
        return sum(1 for row in rows if row.is_charged)


@asynccontextmanager
async def open_director(settings: StandaloneSettings) -> AsyncIterator[Runtime]:
    """The books alone: nothing is worked on. For commands that look or tidy up."""
    with logging_to_home(settings):
        async with open_home(settings.home) as home, directed(home) as (parts, projects):
            yield Runtime(settings, parts, projects)


@asynccontextmanager
async def directed(
    home: Home, planner: "PlannerServiceAsyncStub | None" = None
) -> AsyncIterator[tuple[Parts, "ProjectServiceAsyncStub"]]:
    """The director of the home, serving; `planner` writes prompts anew for editors who wait."""
    await home.store.ensure(OWN)
    instance = _instance()
    director = Director(
        bus=home.bus,
        store=home.store,
        blobs=home.blobs,
        instance=instance,
        settings=DirectorSettings.load(),
        planner=planner,
    )
    await director.prepare()
    # One process has the home, so whatever holds a lease belongs to one that is gone.
    await director.release_leases()
    server = await serve(director.mounted(), local_address(home.path, "director"))
    try:
        async with connect(server.address) as channel, running([director]):
            yield Parts(home.bus, home.store, home.blobs, channel, home.scratch, instance), open_projects(channel)
    finally:
        await server.stop()


def _instance() -> str:
    return f"{socket.gethostname()}-{os.getpid()}-{new_id()[-6:]}"
