"""Every worker in this process, on the embedded backends of one home."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from pydantic import SecretStr

from reelwright_chassis.home import open_home
from reelwright_chassis.parts import Parts, Service
from reelwright_chassis.rpc import serve
from reelwright_chassis.together import running
from reelwright_chassis.tracing.start import COMPONENT, EMBEDDED, tracing
from reelwright_kling_gateway.service import KlingGateway
from reelwright_kling_gateway.settings import KlingSettings
from reelwright_kling_sim import BASE_URL, InProcess, SimSettings, simulator
from reelwright_planner.service import planner, rewrites
from reelwright_planner.settings import PlannerSettings
from reelwright_renderer.service import previews, renderer
from reelwright_renderer.settings import RendererSettings
from reelwright_standalone.books import Runtime, directed
from reelwright_standalone.logfile import logging_to_home
from reelwright_standalone.providers import Providers
from reelwright_standalone.settings import StandaloneSettings
from reelwright_transcription.service import transcription
from reelwright_transcription.settings import TranscriptionSettings


@asynccontextmanager
async def open_runtime(settings: StandaloneSettings, providers: Providers) -> AsyncIterator[Runtime]:
    """All services, working. They end in order when the block does. Raises `StateInUse` when the home is taken."""
    async with AsyncExitStack() as stack:
        stack.enter_context(logging_to_home(settings))
        stack.enter_context(tracing(COMPONENT, bus=EMBEDDED))
        home = await stack.enter_async_context(open_home(settings.home))
        parts, projects = await stack.enter_async_context(directed(home))
        sim = await stack.enter_async_context(working(parts, settings, providers))
        yield Runtime(settings, parts, projects, sim)


@asynccontextmanager
async def working(parts: Parts, settings: StandaloneSettings, providers: Providers) -> AsyncIterator[InProcess | None]:
    """All workers, while the block lasts; yields the simulator, when it draws."""
    async with AsyncExitStack() as stack:
        sim = await stack.enter_async_context(_simulator(settings)) if providers.pictures == "sim" else None
        workers = [
            transcription(parts, _transcription_settings(settings, providers)),
            planner(parts, _planner_settings(settings, providers)),
            _kling_gateway(parts, settings, sim),
            renderer(parts, RendererSettings.load()),
        ]
        await stack.enter_async_context(running(workers))
        yield sim


@asynccontextmanager
async def assisting(
    parts: Parts, settings: StandaloneSettings, providers: Providers, address: str
) -> AsyncIterator[None]:
    """What editors wait for, served over gRPC while the block lasts: prompts anew, and single frames."""
    server = await serve([rewrites(_planner_settings(settings, providers)), previews(parts.blobs)], address)
    try:
        yield
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
        return KlingGateway(parts, KlingSettings.load(provider="kling", api_key=_key(settings.kling_api_key)))
    knobs = KlingSettings.load(
        clip_longest_s=15,
        provider="sim",
        base_url=BASE_URL,
        api_key=SecretStr(sim.api_key),
        poll_s=0.2,
        poll_longest_s=1.0,
    )
    return KlingGateway(parts, knobs, transport=sim.transport())


def _transcription_settings(settings: StandaloneSettings, providers: Providers) -> TranscriptionSettings:
    return TranscriptionSettings.load(engine=providers.words, model=settings.whisper_model)


def _planner_settings(settings: StandaloneSettings, providers: Providers) -> PlannerSettings:
    return PlannerSettings.load(provider=providers.plan, api_key=_key(settings.openai_api_key))


def _key(key: SecretStr | None) -> SecretStr:
    return key if key is not None else SecretStr("")
