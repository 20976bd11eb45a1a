"""One project by itself: applies inputs to it as `apply` does, and keeps what follows."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from google.protobuf.message import Message

from reelwright.events.v1 import requests_pb2 as requests
from reelwright_director import inputs
from reelwright_director.decide import create, decide
from reelwright_director.decision import (
    Booking,
    Context,
    Decision,
    Document,
    DocumentKey,
    DocumentMissing,
    Outgoing,
    Removing,
)
from reelwright_director.expect import Broken, typed
from reelwright_director.policy import Policy
from reelwright_director.state import Project, ProjectSettings, Request
from reelwright_director.testing.messages import answer, blob

M = TypeVar("M", bound=Message)


class World:
    """`published` holds what was sent, oldest first; `ordered` every asset request there ever was, by id.

    `buried` holds the dead letters, which are in `published` too.

    `now_s` is the test's to move, and `trace` to set: in what the next input comes. `traced` has each message's.
    """

    def __init__(self, policy: Policy | None = None) -> None:
        self.now_s = 1_000_000.0
        self.trace = ""
        self.context = Context(self.now_s, policy or Policy())
        self.documents: dict[DocumentKey, Document] = {}
        self.published: list[tuple[str, Message]] = []
        self.traced: list[tuple[str, str]] = []
        self.buried: list[Outgoing] = []
        self.bookings: list[Booking] = []
        self.removed: list[Removing] = []
        self.ordered: dict[str, Request] = {}
        self.project: Project

    def create(
        self, settings: ProjectSettings | None = None, *, autostart: bool = True, script: str = "", audio_url: str = ""
    ) -> None:
        given = requests.GivenText(text=script) if script else None
        command = inputs.Create(
            "p1", "t1", "u1", settings or ProjectSettings(), given, autostart=autostart, audio_url=audio_url
        )
        self._take(create(command, self._context()))

    def upload(self) -> None:
        self.do(inputs.CompleteUpload(blob("audio-projects/p1/audio")))

    def do(self, what: inputs.Input) -> inputs.Answer | None:
        """Let it happen; checks on the way that deciding is pure."""
        decision = self._decide(what)
        if decision != self._decide(what):
            raise Broken("the same arguments gave another decision")
        self._take(decision)
        return decision.answer

    def begin(self, request_id: str, worker: str = "w1", redrive: str = "") -> inputs.Answer:
        answered: inputs.Answer | None = self.do(inputs.Begin(request_id, worker, redrive=redrive))
        if answered is None:
            raise Broken("a worker was left without an answer")
        return answered

    def serve(self, *kinds: type[Message], cost_usd: float = 0.0) -> None:
        """Workers answer all that is asked of these kinds (all by default), until nothing is asked any more."""
        while True:
            self.dispatch()
            open_requests = self.asked(*kinds)
            if not open_requests:
                return
            for request in open_requests:
                begun = typed(inputs.Go, self.begin(request.request_id))  # type: ignore[attr-defined]
                self.do(answer(request, attempt=begun.attempt, cost_usd=cost_usd))  # type: ignore[arg-type]

    def dispatch(self) -> None:
        self.do(inputs.Dispatch(frozenset(r.request_id for r in self.project.requests)))

    def asked(self, *kinds: type[Message]) -> list[Message]:
        """Requests that were published and that the project still waits for, unbegun."""
        waiting = {r.request_id for r in self.project.requests if r.status == "asked"}
        sent = {m.request_id: m for _, m in self.published if _is_request(m, kinds)}  # type: ignore[attr-defined]
        return [message for request_id, message in sent.items() if request_id in waiting]

    def sent(self, kind: type[M]) -> list[M]:
        return [message for _, message in self.published if isinstance(message, kind)]

    def make_video(self, settings: ProjectSettings | None = None) -> None:
        self.create(settings)
        self.upload()
        self.serve()

    def _decide(self, what: inputs.Input) -> Decision:
        context = self._context()
        while True:
            try:
                return decide(self.project, what, context)
            except DocumentMissing as missing:
                held: Mapping[DocumentKey, Document] = {missing.key: self.documents[missing.key]}
                context = replace(context, documents={**context.documents, **held})

    def _take(self, decision: Decision) -> None:
        self.project = decision.project
        self.ordered |= {r.request_id: r for r in self.project.requests if r.order is not None}
        self.documents.update(decision.documents)
        self.published += [(out.topic, out.message) for out in decision.outgoing]
        self.traced += [(out.topic, out.trace) for out in decision.outgoing]
        self.buried += [out for out in decision.outgoing if out.topic.endswith(".dlq")]
        self.bookings += decision.bookings
        if decision.removing is not None:
            self.removed.append(decision.removing)

    def _context(self) -> Context:
        return replace(self.context, now_s=self.now_s, trace=self.trace)


REQUESTS = (
    requests.AudioFetchRequested,
    requests.TranscriptionRequested,
    requests.PlanRequested,
    requests.AssetRequested,
    requests.RenderRequested,
)


def _is_request(message: Message, kinds: tuple[type[Message], ...]) -> bool:
    return isinstance(message, kinds or REQUESTS)
