"""One poller asks for all tasks, in batches, at a pace that adapts, and tells everyone who waits."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from reelwright_chassis.testing.tracing import kept_spans
from reelwright_chassis.tracing import span
from reelwright_kling_gateway.client.errors import KlingError, Reaction
from reelwright_kling_gateway.client.order import Order, Product
from reelwright_kling_gateway.client.task import Status, Task
from reelwright_kling_gateway.poller import Pace, Poller
from reelwright_kling_gateway.testing import JumpClock

PACE = Pace()


@dataclass
class Reading:
    """A provider of which only reading is asked: `states` are a task's answers in turn, the last for ever."""

    clock: JumpClock
    states: dict[str, list[Status]] = field(default_factory=dict)
    errors: list[Exception] = field(default_factory=list)
    asked: list[tuple[float, list[str]]] = field(default_factory=list)

    async def create(self, order: Order) -> Task:
        raise AssertionError

    async def find(self, product: Product, external_task_id: str) -> Task | None:
        raise AssertionError

    async def read(self, product: Product, task_ids: Sequence[str]) -> list[Task]:
        self.asked.append((self.clock.monotonic_s(), list(task_ids)))
        if self.errors:
            raise self.errors.pop()
        return [Task(task_id, self._next(task_id)) for task_id in task_ids if task_id in self.states]

    def _next(self, task_id: str) -> Status:
        states = self.states[task_id]
        return states.pop(0) if len(states) > 1 else states[0]

    def batch_limit(self, product: Product) -> int:
        return 20 if product is Product.CLIP else 1


@pytest.fixture
def reading() -> Reading:
    return Reading(JumpClock())


async def test_thirty_clips_are_two_requests_and_pictures_one_each(reading: Reading) -> None:
    poller = Poller(reading, reading.clock, PACE)
    reading.states = {str(number): [Status.SUCCEEDED] for number in range(32)}
    clips = [poller.watch(Product.CLIP, str(number)) for number in range(30)]
    pictures = [poller.watch(Product.STILL, str(number)) for number in (30, 31)]
    tasks = await asyncio.gather(*clips, *pictures)
    assert [task.id for task in tasks if task] == [str(number) for number in range(32)]
    assert [len(batch) for _, batch in reading.asked] == [20, 10, 1, 1]


async def test_the_pace_slows_down_between_its_bounds(reading: Reading) -> None:
    poller = Poller(reading, reading.clock, PACE)
    reading.states = {"7": [Status.PROCESSING] * 12 + [Status.SUCCEEDED]}
    await poller.watch(Product.CLIP, "7")
    times = [at_s for at_s, _ in reading.asked]
    gaps = [after - before for before, after in pairwise(times)]
    assert times[0] == 3.0
    assert gaps == sorted(gaps)
    assert gaps[0] == pytest.approx(3.75)
    assert gaps[-1] == 10.0


async def test_a_poll_belongs_to_who_waits_first_and_names_the_others(reading: Reading) -> None:
    poller = Poller(reading, reading.clock, PACE)
    reading.states = {"7": [Status.PROCESSING, Status.SUCCEEDED], "8": [Status.PROCESSING, Status.SUCCEEDED]}
    with kept_spans() as kept:
        with span("one job") as first:
            one = poller.watch(Product.CLIP, "7")
        with span("another job") as second:
            other = poller.watch(Product.CLIP, "8")
        await asyncio.gather(one, other)
    polls = [each for each in kept.spans if each.name == "poll"]
    assert [(each.parent, each.links) for each in polls] == [(first.context, [second.context])] * 2
    assert polls[0].attributes["reelwright.tasks"] == 2


async def test_all_who_watch_a_task_are_told(reading: Reading) -> None:
    poller = Poller(reading, reading.clock, PACE)
    reading.states = {"7": [Status.PROCESSING, Status.FAILED]}
    first, second = poller.watch(Product.CLIP, "7"), poller.watch(Product.CLIP, "7")
    assert await first == await second == Task("7", Status.FAILED)
    reading.states["8"] = [Status.SUCCEEDED]
    assert await poller.watch(Product.CLIP, "8") == Task("8", Status.SUCCEEDED)


async def test_a_task_that_stays_missing_is_gone_and_one_that_comes_late_is_not(reading: Reading) -> None:
    poller = Poller(reading, reading.clock, PACE)
    assert await poller.watch(Product.CLIP, "7") is None
    assert reading.clock.monotonic_s() >= PACE.gone_s
    late = poller.watch(Product.CLIP, "8")
    until_s = reading.clock.monotonic_s() + 60.0

    def appear(_: float) -> None:
        if reading.clock.monotonic_s() > until_s:
            reading.states["8"] = [Status.SUCCEEDED]

    reading.clock.moved = appear
    assert await late == Task("8", Status.SUCCEEDED)


async def test_a_status_that_nobody_knows_is_an_error_of_that_task_alone(reading: Reading) -> None:
    poller = Poller(reading, reading.clock, PACE)
    reading.states = {"7": [Status.UNKNOWN], "8": [Status.SUCCEEDED]}
    strange, usual = poller.watch(Product.CLIP, "7"), poller.watch(Product.CLIP, "8")
    assert await usual == Task("8", Status.SUCCEEDED)
    with pytest.raises(KlingError):
        await strange


async def test_a_read_that_fails_is_repeated(reading: Reading) -> None:
    poller = Poller(reading, reading.clock, PACE)
    reading.states = {"7": [Status.SUCCEEDED]}
    passing = (Reaction.AMBIGUOUS, Reaction.NOT_SENT, Reaction.RATE_LIMIT, Reaction.SLOT_FULL)
    reading.errors = [KlingError(reaction, "") for reaction in passing]
    assert await poller.watch(Product.CLIP, "7") == Task("7", Status.SUCCEEDED)
    assert len(reading.asked) == 5


@pytest.mark.parametrize("error", [KlingError(Reaction.FIX_CREDENTIALS, "no"), RuntimeError("a bug of ours")])
async def test_what_asking_again_does_not_cure_reaches_all_who_wait(reading: Reading, error: Exception) -> None:
    poller = Poller(reading, reading.clock, PACE)
    reading.errors = [error]
    clip, other = poller.watch(Product.CLIP, "7"), poller.watch(Product.CLIP, "8")
    outcomes = await asyncio.gather(clip, other, return_exceptions=True)
    assert list(outcomes) == [error, error]
    await poller.close()


class StillClock(JumpClock):
    """Nobody ever wakes up by himself."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.Event().wait()


@pytest.fixture
def patient() -> Callable[[], tuple[Poller, Reading]]:
    def make() -> tuple[Poller, Reading]:
        reading = Reading(StillClock(), {"7": [Status.SUCCEEDED]})
        return Poller(reading, reading.clock, PACE), reading

    return make


async def test_hastening_asks_at_once_but_only_for_our_own(patient: Callable[[], tuple[Poller, Reading]]) -> None:
    poller, reading = patient()
    end = poller.watch(Product.CLIP, "7")
    poller.hasten("somebody else's")
    for _ in range(10):
        await asyncio.sleep(0)
    assert reading.asked == []
    poller.hasten("7")
    assert await end == Task("7", Status.SUCCEEDED)


async def test_closing_cancels_who_waits(patient: Callable[[], tuple[Poller, Reading]]) -> None:
    poller, _ = patient()
    end = poller.watch(Product.CLIP, "7")
    await poller.close()
    assert end.cancelled()
    await poller.close()
