"""The director as a service: facts in, ticks, the outbox's sweep, the dispatch window, and what it serves over gRPC."""

import asyncio
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING

from google.protobuf.message import Message

from reelwright.events.v1 import facts_pb2 as facts
from reelwright.rpc.v1 import (
    keys_pb2,
    keys_pb2_grpc,
    ops_pb2,
    ops_pb2_grpc,
    project_pb2,
    project_pb2_grpc,
    webhooks_pb2,
    webhooks_pb2_grpc,
    work_pb2,
    work_pb2_grpc,
)
from reelwright_chassis.blobs.port import Blobs
from reelwright_chassis.bus.port import Bus, Record
from reelwright_chassis.clock import Clock, SystemClock
from reelwright_chassis.errors import Unavailable
from reelwright_chassis.logs import get_logger
from reelwright_chassis.rpc import Mounted
from reelwright_chassis.store.port import Store
from reelwright_chassis.worker import FactConsumer
from reelwright_director.apply import Workflow
from reelwright_director.brakebook import BrakeBook
from reelwright_director.census import Census
from reelwright_director.counting import begin_at_zero
from reelwright_director.decide.ticks import due_at_s
from reelwright_director.decision import Refused
from reelwright_director.dispatch import Family
from reelwright_director.dispatcher import Dispatcher
from reelwright_director.grpc_keys import ApiKeyServicer
from reelwright_director.grpc_ops import OpsServicer
from reelwright_director.grpc_project import ProjectServicer
from reelwright_director.grpc_work import WorkServicer
from reelwright_director.inputs import EndLeases, Fault, Input, Tick
from reelwright_director.keybook import KeyBook
from reelwright_director.listing import Listing
from reelwright_director.loops import Loop
from reelwright_director.outbox import Outbox
from reelwright_director.pictures import orders
from reelwright_director.settings import WINDOW_PER_SLOT, DirectorSettings
from reelwright_director.state import Project
from reelwright_director.store import ProjectStore
from reelwright_director.terms import Status
from reelwright_director.webhooks.service import Webhooks

if TYPE_CHECKING:
    from reelwright.rpc.v1.planner_pb2_grpc import PlannerServiceAsyncStub

log = get_logger(__name__)

FACTS = (
    facts.AudioFetched,
    facts.TranscriptReady,
    facts.ScenesPlanned,
    facts.AssetReady,
    facts.VideoRendered,
    facts.WorkFailed,
)
_TICKS_AT_ONCE = 8


class Director:
    """Implements `Service`. Call `prepare` once before `run` and before serving `mounted`."""

    def __init__(
        self,
        *,
        bus: Bus,
        store: Store,
        blobs: Blobs,
        instance: str,
        settings: DirectorSettings,
        planner: "PlannerServiceAsyncStub | None" = None,
        clock: Clock | None = None,
    ) -> None:
        self._clock = clock or SystemClock()
        self.projects = ProjectStore(store)
        self.brakes = BrakeBook(store, self._clock)
        self._outbox = Outbox(store, bus)
        self.workflow = Workflow(
            self.projects,
            self._outbox,
            blobs,
            self._clock,
            policy=settings.policy(),
            brakes=self.brakes.current,
            on_commit=self._committed,
        )
        self._dispatcher = Dispatcher(store, self.workflow, self.brakes.current, _windows(settings))
        self._project_servicer = ProjectServicer(
            self.workflow, self.projects, Listing(store), self.brakes.current, planner
        )
        self._key_servicer = ApiKeyServicer(KeyBook(store, self._clock), self._clock)
        self._ops_servicer = OpsServicer(store, self.workflow, self.projects, self.brakes, self._clock)
        self._consumer = self._make_consumer(bus, instance)
        self._webhooks = Webhooks(bus, store, self._clock, instance, settings)
        self._ticker = Loop("ticks", self.tick, settings.tick_every_s, self._clock)
        self._dispatching = Loop("dispatch", self._dispatcher.run_once, settings.tick_every_s, self._clock)
        sweep = Loop("outbox", self._sweep, settings.sweep_every_s, self._clock)
        refresh = Loop("brakes", self.brakes.refresh, settings.brakes_every_s, self._clock)
        census = self._make_census(bus, store, instance, settings.census_every_s)
        self._loops = (self._ticker, self._dispatching, sweep, refresh, census)

    @property
    def name(self) -> str:
        return "director"

    @property
    def ready(self) -> bool:
        return self.why_unready is None

    @property
    def why_unready(self) -> str | None:
        """The tables are asked every second, so their outage shows also while no fact comes."""
        outages = (f"it waits for a part that is away: {loop.outage}" for loop in self._loops if loop.outage)
        return self._consumer.why_unready or self._webhooks.why_unready or next(outages, None)

    @property
    def poll_age_s(self) -> float | None:
        return self._consumer.poll_age_s

    def mounted(self) -> Sequence[Mounted]:
        """What `rpc.serve` serves: ProjectService, WorkService, ApiKeyService, OpsService, WebhookService."""
        return (
            _mounted(project_pb2, project_pb2_grpc, "ProjectService", self._project_servicer),
            _mounted(work_pb2, work_pb2_grpc, "WorkService", WorkServicer(self.workflow)),
            _mounted(keys_pb2, keys_pb2_grpc, "ApiKeyService", self._key_servicer),
            _mounted(ops_pb2, ops_pb2_grpc, "OpsService", self._ops_servicer),
            _mounted(webhooks_pb2, webhooks_pb2_grpc, "WebhookService", self._webhooks.servicer),
        )

    async def prepare(self) -> None:
        """Create missing tables and read the brakes. Raises `Unavailable`."""
        begin_at_zero()
        await self.projects.ensure()
        await self.brakes.refresh()

    async def release_leases(self) -> None:
        """End every lease, as lost attempts, and publish what an earlier process had written and not published.

        Only where this process is the only one, before any worker starts: whoever held a lease is gone.
        """
        for project_id in await self.projects.scheduled():
            await self._let_happen(project_id, EndLeases())
        await self._outbox.sweep(self._clock.now_s(), age_s=0.0)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            for loop in self._loops:
                tasks.create_task(loop.run())
            tasks.create_task(self._webhooks.run())
            await self._consumer.run()
            self._webhooks.stop()
            for loop in self._loops:
                loop.stop()
        await self._outbox.settled()

    def stop(self) -> None:
        self._consumer.stop()

    def _make_census(self, bus: Bus, store: Store, instance: str, every_s: float) -> Loop:
        census = Census(store, bus, self.brakes.current, self._clock, instance=instance, every_s=every_s)
        return Loop("census", census.run_once, every_s, self._clock)

    def _make_consumer(self, bus: Bus, instance: str) -> FactConsumer:
        return FactConsumer(
            bus,
            self._hear,
            topic="results",
            group="director",
            member=instance,
            types=FACTS,
            on_poison=self._poisoned,
            clock=self._clock,
        )

    async def _hear(self, fact: Message, _: Record) -> None:
        """A worker's fact. One of a project long gone is of no use to anybody."""
        try:
            await self.workflow.apply(record_project(fact), fact)  # type: ignore[arg-type]
        except Refused:
            log.warning("fact_of_unknown_project", type=type(fact).__name__)

    async def _poisoned(self, fact: Message, _: Record, __: Exception) -> None:
        """The fact goes to the dead letters, and its project must not wait for it for ever."""
        await self._let_happen(record_project(fact), Fault(str(getattr(fact, "request_id", ""))))

    async def tick(self) -> None:
        """Do what is due by now. Raises `Unavailable`."""
        due = await self.projects.due(self._clock.now_s())
        for start in range(0, len(due), _TICKS_AT_ONCE):
            await asyncio.gather(*(self._tick_one(project_id) for project_id in due[start : start + _TICKS_AT_ONCE]))

    async def _tick_one(self, project_id: str) -> None:
        try:
            await self._let_happen(project_id, Tick())
        except Unavailable:
            raise
        except Exception:
            log.exception("tick_failed", project_id=project_id)
            await self._let_happen(project_id, Fault())

    async def _sweep(self) -> None:
        await self._outbox.sweep(self._clock.now_s())

    async def _let_happen(self, project_id: str, what: Input) -> None:
        try:
            await self.workflow.apply(project_id, what)
        except Refused:
            log.info("project_is_gone", project_id=project_id)

    def _committed(self, project: Project) -> None:
        """Wake whoever has something to do now."""
        if self._dispatcher.crowded or any(order.status is Status.READY for order in orders(project)):
            self._dispatching.wake()
        due = due_at_s(project)
        if due is not None and due <= self._clock.now_s():
            self._ticker.wake()


def record_project(fact: Message) -> str:
    """Every fact of a worker names its project."""
    return str(getattr(fact, "project_id"))  # noqa: B009 (no common type has it)


def _mounted(messages: ModuleType, stubs: ModuleType, name: str, servicer: object) -> Mounted:
    """A servicer with what protoc generated for its service."""
    full_name = messages.DESCRIPTOR.services_by_name[name].full_name
    return Mounted(full_name, getattr(stubs, f"add_{name}Servicer_to_server"), servicer)


def _windows(settings: DirectorSettings) -> dict[Family, int]:
    return {
        Family.VIDEO: WINDOW_PER_SLOT * settings.video_slots,
        Family.IMAGE: WINDOW_PER_SLOT * settings.image_slots,
    }
