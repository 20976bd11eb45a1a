"""Where brakes are kept: one item each, with who pulled it and why; read by every replica every few seconds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reelwright_chassis.clock import Clock, SystemClock
from reelwright_chassis.store.port import Delete, Put, Query, Store, Value
from reelwright_director import tables
from reelwright_director.audit import BRAKES, AuditLine, audit_put
from reelwright_director.brakes import ALL, Brakes
from reelwright_director.codec import SCHEMA_VERSION
from reelwright_director.expect import number

_CONTROL = "brake"


@dataclass(frozen=True, slots=True)
class Brake:
    """New work of this stage ("*": any) and tenant ("*": all) waits. `by` and `why` are in an operator's words."""

    stage: str
    tenant_id: str
    since_s: float
    by: str = ""
    why: str = ""


class BrakeBook:
    """The brakes as they were at the last `refresh`."""

    def __init__(self, store: Store, clock: Clock | None = None) -> None:
        self._store = store
        self._clock = clock or SystemClock()
        self._brakes = Brakes()
        self.entries: Sequence[Brake] = ()
        """All of them, by stage and tenant."""

    def current(self) -> Brakes:
        return self._brakes

    async def refresh(self) -> None:
        """Read them anew. Raises `Unavailable`."""
        page = await self._store.query(Query(tables.CONTROLS, _CONTROL))
        self.entries = [_brake(item) for item in page.items]
        self._brakes = Brakes(frozenset((brake.stage, brake.tenant_id) for brake in self.entries))

    async def pause(self, stage: str = ALL, tenant_id: str = ALL, *, by: str = "", why: str = "") -> None:
        """New work of this stage and tenant waits until `resume`; what runs goes on. Raises `Unavailable`."""
        now_s, name = self._clock.now_s(), f"{stage}#{tenant_id}"
        item: dict[str, Value] = {"control": _CONTROL, "name": name, "stage": stage, "tenant_id": tenant_id}
        item |= {"schema_version": SCHEMA_VERSION, "since": now_s, "by": by, "why": why}
        await self._store.transact([Put(tables.CONTROLS, item), _line("pause", name, by, now_s)])
        await self.refresh()

    async def resume(self, stage: str = ALL, tenant_id: str = ALL, *, by: str = "") -> None:
        """Take the brake of exactly this stage and tenant away. Raises `Unavailable`."""
        name = f"{stage}#{tenant_id}"
        taken = Delete(tables.CONTROLS, {"control": _CONTROL, "name": name})
        await self._store.transact([taken, _line("resume", name, by, self._clock.now_s())])
        await self.refresh()


def _brake(item: Mapping[str, Value]) -> Brake:
    since_s = number(item.get("since", 0.0))
    return Brake(str(item["stage"]), str(item["tenant_id"]), since_s, str(item.get("by", "")), str(item.get("why", "")))


def _line(verb: str, name: str, by: str, now_s: float) -> Put:
    stage, _, tenant_id = name.partition("#")
    of_stage = "every stage" if stage == ALL else stage
    of_tenant = "all tenants" if tenant_id == ALL else f"tenant {tenant_id}"
    return audit_put(BRAKES, AuditLine(now_s, by, f"{verb} {of_stage} for {of_tenant}"))
