"""Where brakes are kept: one item each, read by every replica every few seconds."""

from reelwright_chassis.store.port import Query, Store
from reelwright_director import tables
from reelwright_director.brakes import ALL, Brakes
from reelwright_director.codec import SCHEMA_VERSION

_CONTROL = "brake"


class BrakeBook:
    """The brakes as they were at the last `refresh`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._brakes = Brakes()

    def current(self) -> Brakes:
        return self._brakes

    async def refresh(self) -> None:
        """Read them anew. Raises `Unavailable`."""
        page = await self._store.query(Query(tables.CONTROLS, _CONTROL))
        self._brakes = Brakes(frozenset((str(item["stage"]), str(item["tenant_id"])) for item in page.items))

    async def pause(self, stage: str = ALL, tenant_id: str = ALL) -> None:
        """New work of this stage ("*": any) and tenant ("*": all) waits until `resume`; what runs goes on."""
        name = f"{stage}#{tenant_id}"
        item = {"control": _CONTROL, "name": name, "stage": stage, "tenant_id": tenant_id}
        await self._store.put(tables.CONTROLS, {**item, "schema_version": SCHEMA_VERSION})
        await self.refresh()

    async def resume(self, stage: str = ALL, tenant_id: str = ALL) -> None:
        """Take the brake of exactly this stage and tenant away."""
        await self._store.delete(tables.CONTROLS, {"control": _CONTROL, "name": f"{stage}#{tenant_id}"})
        await self.refresh()
