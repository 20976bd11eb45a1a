"""What we owe our users at this moment: who waits for what and since when, and what lies in the queues.

Taken by one replica for all of them, since it reads every project that is being worked on. Each figure is there, zero
or not, so that an empty queue does not look like a lost one.
"""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace

from reelwright_chassis import metrics
from reelwright_chassis.bus.port import Bus
from reelwright_chassis.clock import Clock
from reelwright_chassis.store.port import Query, Store
from reelwright_chassis.topics import topics
from reelwright_director import tables
from reelwright_director.brakes import Brakes
from reelwright_director.codec import item_project
from reelwright_director.decide.failing import WORKS_ON
from reelwright_director.duty import Duty
from reelwright_director.state import Project
from reelwright_director.statuses import FETCHING, status_of
from reelwright_director.terms import RUNNING, Stage, Status, Waiting
from reelwright_director.waiting import waiting_on

AT_MOST = 5_000
"""Projects of one status that are looked at. Beyond that the figures say "at least"."""
_PAGE = 100
_HELD_ROUNDS = 4
"""Rounds that a replica may miss before another takes over."""
_ON = (Waiting.WORKER, Waiting.PROVIDER, Waiting.PROVIDER_SLOT, Waiting.PAUSE, Waiting.RETRY)
"""What a project in a stage may wait for."""
_STATUSES = (Status.READY, Status.ASKED, Status.RUNNING, Status.RETRYING)
_STAGE_OF = {state: stage for stage, state in WORKS_ON.items()}
_COUNTED = (FETCHING, *(state.value for state in _STAGE_OF if state in RUNNING))
"""Of those that are new only the ones whose recording we fetch: the others wait for an upload, some for ever."""


@dataclass
class Tally:
    """The figures at `now_s`. Times are in seconds."""

    brakes: Brakes
    now_s: float
    waiting: Counter[tuple[Stage, Waiting]] = field(default_factory=Counter)
    oldest_wait_s: dict[tuple[Stage, Waiting], float] = field(default_factory=lambda: defaultdict(float))
    outstanding: Counter[tuple[Stage, Status]] = field(default_factory=Counter)
    oldest_unbegun_s: dict[Stage, float] = field(default_factory=lambda: defaultdict(float))

    def add(self, project: Project) -> None:
        """Of a project that is being worked on."""
        key = _STAGE_OF[project.state], waiting_on(project, self.brakes)
        self.waiting[key] += 1
        self.oldest_wait_s[key] = max(self.oldest_wait_s[key], self.now_s - project.waiting.since_s)
        for request in project.requests:
            self.outstanding[request.stage, request.status] += 1
            if request.status is Status.ASKED and not self.brakes.hold(request.stage, project.tenant_id):
                waited_s = self.now_s - request.since_s
                self.oldest_unbegun_s[request.stage] = max(self.oldest_unbegun_s[request.stage], waited_s)

    def show(self) -> None:
        """In the gauges of this process."""
        for stage in _STAGE_OF.values():
            metrics.REQUEST_OLDEST_UNBEGUN.labels(stage=stage.value).set(self.oldest_unbegun_s[stage])
            for on in _ON:
                metrics.PROJECTS_WAITING.labels(stage=stage.value, on=on.value).set(self.waiting[stage, on])
                metrics.PROJECT_OLDEST_WAIT.labels(stage=stage.value, on=on.value).set(self.oldest_wait_s[stage, on])
            for status in _STATUSES:
                count = self.outstanding[stage, status]
                metrics.REQUESTS_OUTSTANDING.labels(stage=stage.value, status=status.value).set(count)
        metrics.CENSUS_AT.set(self.now_s)


class Census:
    """Takes the census where it is this replica's duty, and shows nothing where it is not."""

    def __init__(
        self, store: Store, bus: Bus, brakes: Callable[[], Brakes], clock: Clock, *, instance: str, every_s: float
    ) -> None:
        self._store = store
        self._bus = bus
        self._brakes = brakes
        self._clock = clock
        self._duty = Duty(store, "census", instance, clock)
        self._held_s = _HELD_ROUNDS * every_s

    async def run_once(self) -> None:
        """Raises `Unavailable`."""
        if not await self._duty.take(self._held_s):
            hide()
            return
        tally = Tally(self._brakes(), self._clock.now_s())
        for status in _COUNTED:
            async for project in self._projects(status):
                tally.add(project)
        tally.show()
        await self._show_lag()

    async def _projects(self, status: str) -> AsyncIterator[Project]:
        """A page at a time, so that whatever else there is to do comes in between."""
        query: Query | None = Query(tables.PROJECTS, status, "status", limit=_PAGE)
        looked = 0
        while query is not None and looked < AT_MOST:
            page = await self._store.query(query)
            looked += max(1, len(page.items))
            for item in page.items:
                project = item_project(item)
                if status_of(project) == status:  # an index may lag
                    yield project
            query = replace(query, cursor=page.next_cursor) if page.next_cursor else None

    async def _show_lag(self) -> None:
        for topic in topics().topics.values():
            for group in topic.groups:
                lag = await self._bus.lag(topic.name, group)
                metrics.CONSUMER_LAG.labels(topic=topic.name, group=group).set(lag)


def hide() -> None:
    """Another replica counts: what this one counted once is out of date."""
    for gauge in (
        metrics.PROJECTS_WAITING,
        metrics.PROJECT_OLDEST_WAIT,
        metrics.REQUESTS_OUTSTANDING,
        metrics.REQUEST_OLDEST_UNBEGUN,
        metrics.CONSUMER_LAG,
    ):
        gauge.clear()
    metrics.CENSUS_AT.set(0)
