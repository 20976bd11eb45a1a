"""Key queues: order within a key, one at a time; fairness across keys; delays."""

from collections import defaultdict
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from reelwright_chassis.worker.queues import KeyQueues


class Model:
    """What should come of it, beside the queues themselves."""

    def __init__(self) -> None:
        self.queues: KeyQueues[int] = KeyQueues()
        self.now_s = 0.0
        self.count = 0
        self.put_: dict[str, list[int]] = defaultdict(list)
        self.done: dict[str, list[int]] = defaultdict(list)
        self.busy: dict[str, int] = {}

    def put(self, key: str) -> None:
        self.queues.put(key, self.count)
        self.put_[key].append(self.count)
        self.count += 1

    def take(self) -> None:
        if taken := self.queues.take(self.now_s):
            assert taken[0] not in self.busy, "a key is worked on by one at a time"
            self.busy[taken[0]] = taken[1]

    def release(self) -> None:
        for key in list(self.busy)[:1]:
            self.done[key].append(self.busy.pop(key))
            self.queues.release(key)

    def delay(self) -> None:
        for key in list(self.busy)[-1:]:
            self.queues.delay(key, self.busy.pop(key), self.now_s + 3)

    def tick(self) -> None:
        self.now_s += 2


STEPS: dict[str, Callable[[Model], None]] = {
    "put a": lambda model: model.put("a"),
    "put b": lambda model: model.put("b"),
    "put c": lambda model: model.put("c"),
    "take": Model.take,
    "release": Model.release,
    "delay": Model.delay,
    "tick": Model.tick,
}


@given(st.lists(st.sampled_from(list(STEPS)), max_size=60))
def test_order_within_keys_and_nothing_lost(steps: list[str]) -> None:
    model = Model()
    for step in steps:
        STEPS[step](model)
        assert len(model.queues) == model.count - len(model.busy) - sum(map(len, model.done.values()))
    model.now_s += 10
    while model.queues or model.busy:
        model.take()
        model.release()
    assert model.done == model.put_
    assert model.queues.delayed_keys == 0
    assert model.queues.take(model.now_s) is None


def test_the_key_that_waits_longest_goes_first() -> None:
    queues: KeyQueues[int] = KeyQueues()
    for item, key in enumerate("aaab"):
        queues.put(key, item)
    assert queues.take(0) == ("a", 0)
    queues.release("a")
    assert queues.take(0) == ("b", 3)


def test_a_delayed_key_rests_and_keeps_its_order() -> None:
    queues: KeyQueues[int] = KeyQueues()
    queues.put("a", 1)
    assert queues.take(0) == ("a", 1)
    queues.put("a", 2)
    queues.delay("a", 1, 5.0)
    assert (len(queues), queues.delayed_keys, queues.take(4.9)) == (2, 1, None)
    assert queues.take(5.0) == ("a", 1)
