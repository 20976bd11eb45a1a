"""The life of a service's process: waits for what it stands on, works, and ends in order."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Generic

from reelwright_chassis import rpc
from reelwright_chassis.garbage import spare_what_is_loaded
from reelwright_chassis.ids import new_id
from reelwright_chassis.logs import get_logger
from reelwright_chassis.parts import Parts, Service
from reelwright_chassis.serving.health import Health
from reelwright_chassis.serving.needs import Need
from reelwright_chassis.serving.opening import Own, open_parts, until_available
from reelwright_chassis.serving.probes import probes
from reelwright_chassis.serving.program import Built, Program, S
from reelwright_chassis.serving.scratch import process_scratch
from reelwright_chassis.serving.settings import ServiceSettings
from reelwright_chassis.serving.signals import listening
from reelwright_chassis.settings import Settings
from reelwright_chassis.together import first_error
from reelwright_chassis.tracing.settings import TracingSettings

log = get_logger(__name__)

_RPC_GRACE_S = 5.0


@dataclass(frozen=True, slots=True)
class Loaded(Generic[S]):
    """A program's settings, checked."""

    service: ServiceSettings
    tracing: TracingSettings
    own: S
    parts: Mapping[Need, Settings]


class Life(Generic[S]):
    """One process, once."""

    def __init__(self, program: Program[S], loaded: Loaded[S]) -> None:
        self._program = program
        self._loaded = loaded
        self._settings = loaded.service
        self._instance = loaded.service.instance or _unique_name()
        self._health = Health(loop_stall_s=self._settings.loop_stall_s, poll_stall_s=self._settings.poll_stall_s)
        self._stopping = asyncio.Event()
        self._services: tuple[Service, ...] | None = None

    async def live(self) -> None:
        """Returns when a signal has ended it. Raises `SettingsError` before it began, and what its own fault is."""
        with probes(self._health, self._settings.http_address) as at:
            log.info("service_starting", instance=self._instance, http=f"{at.host}:{at.port}", pid=os.getpid())
            try:
                async with asyncio.TaskGroup() as tasks:
                    beating = tasks.create_task(self._health.beat())
                    working = tasks.create_task(self._work())
                    with listening(partial(self._end, working), partial(self._hurry, working)):
                        await asyncio.wait({working})
                    beating.cancel()
            except BaseExceptionGroup as errors:
                raise first_error(errors) from errors
        log.info("service_stopped")

    def _end(self, working: "asyncio.Task[None]", signal: str) -> None:
        log.info("service_stopping", signal=signal, grace_s=self._settings.grace_s)
        self._health.stops()
        self._stopping.set()
        if self._services is None:  # it only waits for something
            working.cancel()
        for service in self._services or ():
            service.stop()

    def _hurry(self, working: "asyncio.Task[None]", signal: str) -> None:
        log.warning("service_stopping_at_once", signal=signal)
        working.cancel()

    async def _work(self) -> None:
        with process_scratch(self._settings.scratch, self._instance) as scratch:
            async with AsyncExitStack() as stack:
                own = Own(scratch, self._instance, self._settings.grace_s)
                parts = await open_parts(self._program.needs, self._loaded.parts, own, stack, self._health)
                await until_available(self._program.name, lambda: self._build_and_run(parts), self._health)

    async def _build_and_run(self, parts: Parts) -> None:
        async with self._program.build(parts, self._loaded.own) as built, self._serving(built):
            spare_what_is_loaded()
            self._services = tuple(built.services)
            self._health.works(self._services)
            try:
                await self._run(self._services)
            finally:
                self._services = None

    async def _run(self, services: Sequence[Service]) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                for service in services:
                    tasks.create_task(service.run(), name=service.name)
                await self._stopping.wait()
        except BaseExceptionGroup as errors:
            raise first_error(errors) from errors

    @asynccontextmanager
    async def _serving(self, built: Built) -> AsyncIterator[None]:
        if not built.mounted:
            yield
            return
        server = await rpc.serve(built.mounted, self._settings.grpc_address)
        log.info("grpc_serving", address=server.address, services=[mounted.name for mounted in built.mounted])
        try:
            yield
        finally:
            await server.stop(_RPC_GRACE_S)


def _unique_name() -> str:
    return f"{socket.gethostname()}-{os.getpid()}-{new_id()[-6:]}"
