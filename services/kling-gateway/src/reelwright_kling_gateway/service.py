"""The kling-gateway as a service: a worker on asset.requests, an ear for Kling's callbacks, and one for deletions."""

import asyncio
from contextlib import suppress
from pathlib import Path

import httpx

from reelwright.events.v1.facts_pb2 import AssetReady, KlingCalledBack
from reelwright.events.v1.requests_pb2 import AssetRequested
from reelwright_chassis import metrics
from reelwright_chassis.bus.port import Bus
from reelwright_chassis.clock import Clock, SystemClock
from reelwright_chassis.envelope import decode
from reelwright_chassis.errors import SettingsError, Unavailable, Undecodable
from reelwright_chassis.logs import get_logger
from reelwright_chassis.parts import Parts
from reelwright_chassis.processes import CpuPool
from reelwright_chassis.worker import Job, Worker
from reelwright_chassis.worker.companions import beside
from reelwright_kling_gateway.client.errors import KlingError, Reaction
from reelwright_kling_gateway.client.kling import Kling
from reelwright_kling_gateway.client.order import Family
from reelwright_kling_gateway.client.task import Status
from reelwright_kling_gateway.deletions import deletions
from reelwright_kling_gateway.generate import generate
from reelwright_kling_gateway.poller import Poller
from reelwright_kling_gateway.probe import MediaFacts, probe
from reelwright_kling_gateway.settings import KlingSettings
from reelwright_kling_gateway.slots import Slots
from reelwright_kling_gateway.tables import TABLES
from reelwright_kling_gateway.wiring import kling_client, open_studio

log = get_logger(__name__)

_WAIT_S = 5.0
_SLOTS_EVERY_S = 5.0
_REFUSED = (
    "Kling refuses the credentials: check KLING_API_KEY, and that REELWRIGHT_KLING_BASE_URL is the host of the key's "
    "region (Singapore and Beijing do not know each other's keys)."
)


class KlingGateway:
    """Implements `Service`.

    `transport` takes the place of the network: standalone passes the simulator's own, which serves the API and the
    results. Raises `SettingsError` at once when a credential is missing, and from `run` when it is refused.
    """

    def __init__(
        self,
        parts: Parts,
        settings: KlingSettings | None = None,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._parts = parts
        self._settings = settings or KlingSettings.load()
        self._clock = clock or SystemClock()
        self._client = httpx.AsyncClient(transport=transport)
        self._kling = kling_client(self._settings, self._client, self._clock)
        self._cpu = CpuPool(workers=1)
        self._studio = open_studio(
            parts, self._settings, kling=self._kling, client=self._client, probe=self._probe, clock=self._clock
        )
        worker = Worker(
            "kling-gateway",
            topic="asset.requests",
            request=AssetRequested,
            concurrency=self._settings.concurrency,
        )
        worker.handles(self._handle)
        self._worker = worker.bind(parts, clock=self._clock)
        self._deletions = deletions(parts)

    @property
    def name(self) -> str:
        return self._worker.name

    @property
    def ready(self) -> bool:
        return self.why_unready is None

    @property
    def why_unready(self) -> str | None:
        """Also while the vendor refuses our key."""
        waiting = self._worker.why_unready or self._deletions.why_unready
        return waiting or (_REFUSED if self._studio.desk.brakes.credentials_refused else None)

    @property
    def poll_age_s(self) -> float | None:
        return self._worker.poll_age_s

    def stop(self) -> None:
        self._worker.stop()
        self._deletions.stop()

    async def run(self) -> None:
        begin_at_zero()
        async with self._client, self._cpu:
            await self._parts.store.ensure(TABLES)
            await check_credentials(self._kling)
            try:
                async with (
                    beside(
                        hear_callbacks(self._parts.bus, self._studio.desk.poller, self._clock),
                        show_slots(self._studio.desk.slots, self._clock),
                    ),
                    asyncio.TaskGroup() as tasks,
                ):
                    tasks.create_task(self._deletions.run())
                    await self._worker.run()
            finally:
                await self._studio.desk.close()

    async def _handle(self, request: AssetRequested, job: Job) -> AssetReady:
        return await generate(self._studio, request, job)

    async def _probe(self, path: Path) -> MediaFacts:
        return await self._cpu.run(probe, path)


def begin_at_zero() -> None:
    """The counts of which rates are made: a first picture is seen only against a zero before it."""
    for family in Family:
        metrics.KLING_TASK_SECONDS.labels(family=family.value, outcome=Status.SUCCEEDED.value)


async def check_credentials(kling: Kling) -> None:
    """Raises `SettingsError` when the provider refuses the key. Not reaching it now is no reason not to start."""
    try:
        await kling.check_credentials()
    except KlingError as error:
        if error.reaction in (Reaction.FIX_CREDENTIALS, Reaction.REMINT):
            raise SettingsError(_REFUSED) from error
        log.warning("kling_not_checked", reaction=error.reaction, code=error.code, http_status=error.http_status)


async def show_slots(slots: Slots, clock: Clock) -> None:
    """Keep the metrics up to date, every few seconds."""
    while True:
        with suppress(Unavailable):  # who needs the slots themselves says so
            await slots.show()
        await clock.sleep(_SLOTS_EVERY_S)


async def hear_callbacks(bus: Bus, poller: Poller, clock: Clock) -> None:
    """Have the poller ask at once when Kling says that a task changed. Nothing depends on it: polling goes on anyway.

    Followed and not consumed in a group: the replica that waits for the task is the one that must hear it.
    """
    while True:
        try:
            async for record in bus.follow("asset.callbacks"):
                try:
                    poller.hasten(decode(record, KlingCalledBack).task_id)
                except Undecodable:
                    log.warning("callback_undecodable", offset=record.offset)
        except Unavailable:
            log.info("callbacks_unavailable")
        await clock.sleep(_WAIT_S)
