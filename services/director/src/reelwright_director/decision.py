"""What `decide` is given beside the project, and what it hands back."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

from google.protobuf.message import Message

from reelwright.events.v1.media_pb2 import ScenePlan, Transcript
from reelwright.events.v1.requests_pb2 import GivenText
from reelwright_chassis.errors import Reject
from reelwright_chassis.reasons import reason
from reelwright_director.brakes import Brakes
from reelwright_director.inputs import Answer
from reelwright_director.policy import Policy
from reelwright_director.state import Project
from reelwright_director.terms import Stage


class DocumentKind(StrEnum):
    SCRIPT = "script"
    TRANSCRIPT = "transcript"
    PLAN = "plan"


class DocumentKey(NamedTuple):
    """Names a long text of a project; immutable once written."""

    kind: DocumentKind
    number: int


Document: TypeAlias = GivenText | Transcript | ScenePlan


class DocumentMissing(Exception):
    """The decision needs this document: load it and decide again."""

    def __init__(self, key: DocumentKey) -> None:
        super().__init__(f"{key.kind} {key.number}")
        self.key = key


class Refused(Reject):
    """The command cannot be obeyed. Without a message it is the registry's."""

    def __init__(self, reason_code: str, message: str = "") -> None:
        entry = reason(reason_code)
        super().__init__(reason_code, message or entry.message, remedy=entry.remedy)


@dataclass(frozen=True, slots=True)
class Context:
    """The world as `decide` may know it. `documents` grows on demand, by `DocumentMissing`."""

    now_s: float
    policy: Policy = field(default_factory=Policy)
    brakes: Brakes = field(default_factory=Brakes)
    documents: Mapping[DocumentKey, Document] = field(default_factory=dict)
    trace: str = ""
    """Of what happened, as a `traceparent`; empty where the clock alone is the cause."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to publish once the decision is written. `topic` is without the deployment's prefix."""

    topic: str
    key: str
    message: Message
    headers: Mapping[str, bytes] = field(default_factory=dict)
    """Beside the envelope's own."""
    trace: str = ""
    """What it follows from, as a `traceparent`."""


@dataclass(frozen=True, slots=True)
class Booking:
    """A line of the ledger: what an attempt was charged. Its key is (request_id, attempt)."""

    request_id: str
    attempt: int
    stage: Stage
    cost_usd: float
    outcome: str


@dataclass(frozen=True, slots=True)
class Removing:
    """Blobs to remove before the decision is written; doing it twice does no harm."""

    prefixes: tuple[str, ...]
    asset_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """The project as it is from now on, and what follows. `project` is the old one when nothing changed."""

    project: Project
    outgoing: tuple[Outgoing, ...] = ()
    documents: Mapping[DocumentKey, Document] = field(default_factory=dict)
    bookings: tuple[Booking, ...] = ()
    removing: Removing | None = None
    answer: Answer | None = None
    copies: Mapping[str, str] = field(default_factory=dict)
    """Blobs to copy before the decision is written: each new key, and the one that it is copied from."""


class Draft:
    """One decision in the making: lets the steps of `decide` read as sentences. Lives only within one call."""

    def __init__(self, project: Project, context: Context) -> None:
        self.project = project
        self.context = context
        self.outgoing: list[Outgoing] = []
        self.documents: dict[DocumentKey, Document] = {}
        self.bookings: list[Booking] = []
        self.removing: Removing | None = None
        self.answer: Answer | None = None
        self.copies: dict[str, str] = {}

    @property
    def now_s(self) -> float:
        return self.context.now_s

    def change(self, **fields: Any) -> None:
        """Replace fields of the project."""
        self.project = replace(self.project, **fields)

    @property
    def trace(self) -> str:
        """Of what is decided here, unless it was wanted earlier."""
        return self.context.trace or self.project.trace

    def send(
        self, topic: str, key: str, message: Message, headers: Mapping[str, bytes] | None = None, *, trace: str = ""
    ) -> None:
        self.outgoing.append(Outgoing(topic, key, message, headers or {}, trace or self.trace))

    def write(self, key: DocumentKey, document: Document) -> None:
        self.documents[key] = document

    def read(self, key: DocumentKey) -> Document:
        """A document; raises `DocumentMissing` when it isn't at hand yet."""
        document = self.documents.get(key) or self.context.documents.get(key)
        if document is None:
            raise DocumentMissing(key)
        return document

    def decision(self) -> Decision:
        return Decision(
            self.project,
            tuple(self.outgoing),
            self.documents,
            tuple(self.bookings),
            self.removing,
            self.answer,
            self.copies,
        )
