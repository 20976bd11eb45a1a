"""A director that gives leases to whoever asks, unless told otherwise."""

import asyncio
from collections import Counter, deque
from typing import Any

from reelwright.rpc.v1 import work_pb2, work_pb2_grpc
from reelwright.rpc.v1.work_pb2 import BeatRequest, BeatResponse, BeginRequest, BeginResponse
from reelwright_chassis.errors import Unavailable
from reelwright_chassis.rpc import Mounted
from reelwright_chassis.worker.lease import Drop, Go, Subject, Wait


class FakeDirector(work_pb2_grpc.WorkServiceServicer):
    """Implements `Leases`, and WorkService over gRPC with the same answers.

    By default Begin says go, with attempts counted per request, and Beat says go on.
    """

    def __init__(self, *, lease_s: float = 45.0, deadline_s: float = 900.0) -> None:
        self.begun: list[Subject] = []
        """Every Begin, in order."""
        self.beats: list[tuple[str, int]] = []
        """Every Beat: request id, attempt."""
        self.confirmed: list[str] = []
        """Every Beat before a paid call: request id."""
        self.away = False
        """While True every call fails as if nobody answered."""
        self._lease_s = lease_s
        self._deadline_s = deadline_s
        self._attempts: Counter[str] = Counter()
        self._answers: dict[str, deque[Go | Drop | Wait]] = {}
        self._stops: dict[str, str] = {}
        self._asked = asyncio.Event()

    def will_answer(self, request_id: str, *answers: Go | Drop | Wait) -> None:
        """What the next Begins of this request are told; after that, go."""
        self._answers.setdefault(request_id, deque()).extend(answers)

    def will_stop(self, request_id: str, why: str = "canceled") -> None:
        """From now on the Beats of this request are told to stop."""
        self._stops[request_id] = why

    async def next_begin(self) -> None:
        """Returns when the next Begin was answered."""
        self._asked.clear()
        await self._asked.wait()

    async def begin(self, subject: Subject) -> Go | Drop | Wait:
        self._check_here()
        self.begun.append(subject)
        self._asked.set()
        if answers := self._answers.get(subject.request_id):
            return answers.popleft()
        self._attempts[subject.request_id] += 1
        return Go(self._attempts[subject.request_id], self._lease_s, self._deadline_s)

    async def beat(self, subject: Subject, attempt: int, *, paying: bool = False) -> str | None:
        self._check_here()
        self.beats.append((subject.request_id, attempt))
        if paying:
            self.confirmed.append(subject.request_id)
        return self._stops.get(subject.request_id)

    async def Begin(self, request: BeginRequest, _context: Any) -> BeginResponse:  # noqa: N802 - gRPC's name
        match await self.begin(_subject(request)):
            case Go(attempt, lease_s, deadline_s):
                go = BeginResponse.Go(attempt=attempt, lease_s=lease_s, deadline_s=deadline_s)
                return BeginResponse(go=go)
            case Drop(why):
                return BeginResponse(drop=BeginResponse.Drop(why=why))
            case Wait(seconds):
                return BeginResponse(wait=BeginResponse.Wait(seconds=seconds))

    async def Beat(self, request: BeatRequest, _context: Any) -> BeatResponse:  # noqa: N802 - gRPC's name
        why = await self.beat(_subject(request), request.attempt, paying=request.paying)
        if why is not None:
            return BeatResponse(stop=BeatResponse.Stop(why=why))
        return BeatResponse(go=BeatResponse.Go(lease_s=self._lease_s))

    @property
    def mounted(self) -> Mounted:
        """For `rpc.serve`."""
        name = work_pb2.DESCRIPTOR.services_by_name["WorkService"].full_name
        return Mounted(name, work_pb2_grpc.add_WorkServiceServicer_to_server, self)

    def _check_here(self) -> None:
        if self.away:
            raise Unavailable("the fake director is away")


def _subject(request: BeginRequest | BeatRequest) -> Subject:
    redrive = request.redrive if isinstance(request, BeginRequest) else ""
    return Subject(request.tenant_id, request.user_id, request.project_id, request.request_id, redrive)
