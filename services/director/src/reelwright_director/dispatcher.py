"""The thin service around `dispatch.choose`: reads the window's book and has the chosen assets asked for."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace

from reelwright_chassis import metrics
from reelwright_chassis.store.port import Query, Store
from reelwright_director import tables
from reelwright_director.apply import Workflow
from reelwright_director.brakes import Brakes
from reelwright_director.decision import Refused
from reelwright_director.dispatch import Family, Waiting, choose, row_waiting
from reelwright_director.inputs import Dispatch
from reelwright_director.terms import Stage


class Dispatcher:
    """Fills each product family's window. Replicas may do so at once: a request is asked once, whoever chooses it."""

    def __init__(
        self, store: Store, workflow: Workflow, brakes: Callable[[], Brakes], windows: Mapping[Family, int]
    ) -> None:
        self._store = store
        self._workflow = workflow
        self._brakes = brakes
        self._windows = windows
        self.crowded = False
        """Whether somebody was left waiting: then room is worth a look as soon as there may be some."""

    async def run_once(self) -> None:
        """Raises `Unavailable`."""
        crowded = False
        for family, window in self._windows.items():
            whole = await self._book(family)
            _show(family, whole)
            book = [entry for entry in whole if self._may(entry)]
            chosen = choose(book, window)
            crowded |= len(chosen) < sum(not entry.asked for entry in book)
            await self._ask(chosen)
        self.crowded = crowded

    def _may(self, entry: Waiting) -> bool:
        return entry.asked or not self._brakes().hold(Stage.ASSET, entry.tenant_id)

    async def _book(self, family: Family) -> list[Waiting]:
        query, book = Query(tables.DISPATCH, family.value, limit=1_000), list[Waiting]()
        while True:
            page = await self._store.query(query)
            book += map(row_waiting, page.items)
            if page.next_cursor is None:
                return book
            query = replace(query, cursor=page.next_cursor)

    async def _ask(self, chosen: list[Waiting]) -> None:
        by_project: dict[str, set[str]] = defaultdict(set)
        for entry in chosen:
            by_project[entry.project_id].add(entry.request_id)
        for project_id, request_ids in by_project.items():
            try:
                await self._workflow.apply(project_id, Dispatch(frozenset(request_ids)))
            except Refused:
                continue  # the project is gone, and its rows with it


def _show(family: Family, book: list[Waiting]) -> None:
    asked = sum(entry.asked for entry in book)
    metrics.DISPATCH_REQUESTS.labels(family=family.value, status="asked").set(asked)
    metrics.DISPATCH_REQUESTS.labels(family=family.value, status="ready").set(len(book) - asked)
