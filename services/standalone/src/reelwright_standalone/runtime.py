"""Every service in this process, on the embedded backends of one home."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import SecretStr

from reelwright.rpc.v1.project_pb2 import GetProjectRequest, Project
from reelwright_chassis.home import Home, open_home
from reelwright_chassis.ids import new_id
from reelwright_chassis.parts import Parts, Service
from reelwright_chassis.rpc import Mounted, connect, local_address, serve
from reelwright_director.service import Director
from reelwright_director.settings import DirectorSettings
from reelwright_kling_gateway.service import KlingGateway
from reelwright_kling_gateway.settings import KlingSettings
from reelwright_kling_sim import BASE_URL, InProcess, SimSettings, simulator
from reelwright_planner.service import planner, rewrites
from reelwright_planner.settings import PlannerSettings
from reelwright_renderer.service import previews, renderer
from reelwright_renderer.settings import RendererSettings
from reelwright_standalone.logfile import logging_to_home
from reelwright_standalone.providers import Providers
from reelwright_standalone.rpc import LOCAL, open_projects
from reelwright_standalone.settings import StandaloneSettings
from reelwright_standalone.tables import OWN
from reelwright_transcription.service import transcription
from reelwright_transcription.settings import TranscriptionSettings

if TYPE_CHECKING:
    from reelwright.rpc.v1.project_pb2_grpc import ProjectServiceAsyncStub


@dataclass(frozen=True, slots=True)
class Runtime:
    """What the commands work with. `sim` is there when the simulator draws."""

    settings: StandaloneSettings
    parts: Parts
    projects: "ProjectServiceAsyncStub"
    sim: InProcess | None

    async def project(self, project_id: str) -> Project:
        return await self.projects.GetProject(GetProjectRequest(caller=LOCAL, project_id=project_id))

    async def simulator_charges(self, asset_id: str) -> int:
        """How many tasks of this asset the simulator's ledger charged, in all runs together."""
        rows = await self.sim.ledger(f"{asset_id}-") if self.sim is not None else ()
        return sum(1 for row in rows if row.is_charged)


@asynccontextmanager
async def open_runtime(settings: StandaloneSettings, providers: Providers) -> AsyncIterator[Runtime]:
    """All services, working. They end in order when the block does. Raises `StateInUse` when the home is taken."""
    async with AsyncExitStack() as stack:
        stack.enter_context(logging_to_home(settings))
        home = await stack.enter_async_context(open_home(settings.home))
        sim = await stack.enter_async_context(_simulator(settings)) if providers.pictures == "sim" else None
        plans = _planner_settings(settings, providers)
        parts, projects = await stack.enter_async_context(_director(home, rewrites(plans), previews(home.blobs)))
        workers = [
            transcription(parts, _transcription_settings(settings, providers)),
            planner(parts, plans),
            _kling_gateway(parts, settings, sim),
            renderer(parts, RendererSettings()),
        ]
        await stack.enter_async_context(_running(workers))
        yield Runtime(settings, parts, projects, sim)


@asynccontextmanager
async def open_director(settings: StandaloneSettings) -> AsyncIterator[Runtime]:
    """The books alone: nothing is worked on. For commands that look or tidy up."""
    with logging_to_home(settings):
        async with open_home(settings.home) as home, _director(home) as (parts, projects):
            yield Runtime(settings, parts, projects, None)


@asynccontextmanager
async def _director(home: Home, *beside: Mounted) -> AsyncIterator[tuple[Parts, "ProjectServiceAsyncStub"]]:
    await home.store.ensure(OWN)
    instance = _instance()
    director = Director(
        bus=home.bus, store=home.store, blobs=home.blobs, instance=instance, settings=DirectorSettings()
    )
    await director.prepare()
    # One process has the home, so whatever holds a lease belongs to one that is gone.
    await director.release_leases()
    server = await serve([*director.mounted(), *beside], local_address(home.path, "director"))
    try:
        async with connect(server.address) as channel, _running([director]):
            yield Parts(home.bus, home.store, home.blobs, channel, home.scratch, instance), open_projects(channel)
    finally:
        await server.stop()


@asynccontextmanager
async def _simulator(settings: StandaloneSettings) -> AsyncIterator[InProcess]:
    profile = settings.scale
    knobs = SimSettings(
        state_dir=settings.home / "kling-sim", drawing=profile.drawing, max_height=profile.sim_height_px
    )
    async with simulator(knobs) as sim:
        yield sim


def _kling_gateway(parts: Parts, settings: StandaloneSettings, sim: InProcess | None) -> Service:
    if sim is None:
        return KlingGateway(parts, KlingSettings(provider="kling", api_key=_key(settings.kling_api_key)))
    knobs = KlingSettings(
        clip_longest_s=15,
        provider="sim",
        base_url=BASE_URL,
        api_key=SecretStr(sim.api_key),
        poll_s=0.2,
        poll_longest_s=1.0,
    )
    return KlingGateway(parts, knobs, transport=sim.transport())


def _transcription_settings(settings: StandaloneSettings, providers: Providers) -> TranscriptionSettings:
    return TranscriptionSettings(engine=providers.words, model=settings.whisper_model)


def _planner_settings(settings: StandaloneSettings, providers: Providers) -> PlannerSettings:
    return PlannerSettings(provider=providers.plan, api_key=_key(settings.openai_api_key))


def _key(key: SecretStr | None) -> SecretStr:
    return key if key is not None else SecretStr("")


@asynccontextmanager
async def _running(services: Sequence[Service]) -> AsyncIterator[None]:
    """The services at work for as long as the block lasts; a fault of one of them ends the block with its error."""
    try:
        async with asyncio.TaskGroup() as group:
            for service in services:
                group.create_task(service.run(), name=service.name)
            try:
                yield
            finally:
                for service in services:
                    service.stop()
    except BaseExceptionGroup as errors:
        raise _first(errors) from errors


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """What went wrong first: the others followed from it."""
    error = errors.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error


def _instance() -> str:
    return f"{socket.gethostname()}-{os.getpid()}-{new_id()[-6:]}"
