"""What one replica does for all of them: whoever has the duty keeps it by doing it, else another takes it over."""

from reelwright_chassis.clock import Clock
from reelwright_chassis.errors import Conflict
from reelwright_chassis.store.port import AbsentOrBefore, Equals, Put, Store, Value
from reelwright_director import tables
from reelwright_director.codec import SCHEMA_VERSION

_CONTROL = "duty"


class Duty:
    """A lease named `name`. `holder` names this replica."""

    def __init__(self, store: Store, name: str, holder: str, clock: Clock) -> None:
        self._store = store
        self._name = name
        self._holder = holder
        self._clock = clock

    async def take(self, for_s: float) -> bool:
        """Whether it is ours for the next `for_s` seconds. Raises `Unavailable`."""
        now_s = self._clock.now_s()
        item: dict[str, Value] = {"control": _CONTROL, "name": self._name, "schema_version": SCHEMA_VERSION}
        item |= {"holder": self._holder, "until": now_s + for_s}
        for condition in (Equals({"holder": self._holder}), AbsentOrBefore("until", now_s)):
            try:
                await self._store.transact([Put(tables.CONTROLS, item, when=condition)])
            except Conflict:
                continue
            return True
        return False
