"""The submissions as they are stored: written before money moves, and owned by one attempt at a time.

Every write names the version it was read at, so that of two attempts at the same row one fails, and reads again. A
lease keeps others away from a row whose POST may be under way; it ends early for a later attempt at the same request,
because the director grants that one only when the earlier has ended.
"""

from dataclasses import dataclass, replace
from typing import Any

from reelwright_chassis.clock import Clock
from reelwright_chassis.errors import Conflict, Retry
from reelwright_chassis.store.port import Absent, Equals, Query, Store
from reelwright_kling_gateway.submissions import Submission
from reelwright_kling_gateway.tables import SUBMISSIONS, submission_from_item, submission_to_item

LEASE_S = 120.0
"""Well above the longest exchange with the provider (`client.http.EXCHANGE_S`)."""
_LOOK_AGAIN_S = 1.0


@dataclass(frozen=True, slots=True)
class Holder:
    """One attempt at one request, by one process."""

    request_id: str
    worker: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A submission that `holder` may act on, as of `version`, which was written at `written_at_s` (Unix time)."""

    submission: Submission
    holder: Holder
    version: int
    written_at_s: float


class Ledger:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def submissions(self, asset_id: str) -> list[Submission]:
        """All that was ever begun for this asset, best rung first."""
        page = await self._store.query(Query(SUBMISSIONS, asset_id))
        return sorted((submission_from_item(item) for item in page.items), key=lambda found: found.rung)

    async def open(self, submission: Submission, holder: Holder) -> Entry:
        """Write down a new intent. Raises `Retry` when another attempt did so first."""
        entry = Entry(submission, holder, version=1, written_at_s=self._clock.now_s())
        try:
            await self._store.put(SUBMISSIONS, _item(entry), when=Absent())
        except Conflict as error:
            raise Retry("another attempt began this submission", delay_s=_LOOK_AGAIN_S) from error
        return entry

    async def take(self, submission: Submission, holder: Holder) -> Entry:
        """Go on with a stored submission. Raises `Retry` while another attempt's lease on it lasts."""
        item: Any = await self._store.get(SUBMISSIONS, {"asset_id": submission.asset_id, "rung": submission.rung.label})
        left_s = item["lease_until_s"] - self._clock.now_s()
        if left_s > 0 and not _gives_way(item, holder):
            raise Retry("another attempt holds this submission", delay_s=left_s)
        stored = Entry(submission_from_item(item), holder, item["version"], item["lease_until_s"] - LEASE_S)
        return await self.save(stored, stored.submission)

    async def save(self, entry: Entry, submission: Submission) -> Entry:
        """Store the submission's new state and renew the lease. Raises `Retry` when another attempt wrote meanwhile."""
        saved = replace(entry, submission=submission, version=entry.version + 1, written_at_s=self._clock.now_s())
        try:
            await self._store.put(SUBMISSIONS, _item(saved), when=Equals({"version": entry.version}))
        except Conflict as error:
            raise Retry("another attempt wrote to this submission", delay_s=_LOOK_AGAIN_S) from error
        return saved


def _gives_way(item: dict[str, Any], holder: Holder) -> bool:
    """Whether the stored holder is an earlier attempt at the same request, or this very one."""
    return bool(item["request_id"] == holder.request_id and item["attempt"] <= holder.attempt)


def _item(entry: Entry) -> dict[str, Any]:
    return {
        **submission_to_item(entry.submission),
        "request_id": entry.holder.request_id,
        "worker": entry.holder.worker,
        "attempt": entry.holder.attempt,
        "version": entry.version,
        "lease_until_s": entry.written_at_s + LEASE_S,
    }
