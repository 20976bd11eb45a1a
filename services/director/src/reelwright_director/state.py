"""What the director remembers of one project: frozen values, changed only by `decide`.

Times are Unix seconds. Results of workers (assets, videos, notes) stay the protobuf messages they came as: the director
passes them on and never looks inside further than it must. Long texts (script, words, scenes) are documents, stored
beside the project by kind and revision, and named here by their digests.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from reelwright.events.v1.media_pb2 import (
    RUNG_STILL,
    Asset,
    BlobRef,
    Brand,
    Note,
    Video,
)
from reelwright.events.v1.requests_pb2 import RenderSettings
from reelwright_director.terms import Review, Stage, State, Status, Waiting
from reelwright_director.wire import Wire


@dataclass(frozen=True, slots=True)
class ProjectSettings:
    """What the user wants. `target_duration_s` 0: the whole recording up to 60 s, otherwise 45."""

    title: str = ""
    target_duration_s: float = 0.0
    review: Review = Review.NONE
    caption_style: str = "highlight"
    look: str = "auto"
    direction: str = ""
    language: str = "auto"
    budget_usd: float = 2.0
    lowest_rung: int = RUNG_STILL
    aspect: str = "9:16"
    render: Annotated[RenderSettings, Wire()] = field(default_factory=RenderSettings)
    brand: Annotated[Brand, Wire()] = field(default_factory=Brand)


@dataclass(frozen=True, slots=True)
class ScriptRevision:
    """The text that the user gave for the recording."""

    number: int
    digest: str


@dataclass(frozen=True, slots=True)
class TranscriptRevision:
    """One version of the words. `request_id` names what it follows from, also when a user edited it since."""

    number: int
    request_id: str
    digest: str
    edited: bool
    duration_s: float
    notes: tuple[Annotated[Note, Wire()], ...] = ()


@dataclass(frozen=True, slots=True)
class SceneRef:
    """A scene, as far as its picture goes. `subject` is the hash of what the picture is made from."""

    scene_id: str
    subject: str
    kind: int
    duration_s: float
    uploaded: Annotated[Asset, Wire()] | None = None
    notes: tuple[Annotated[Note, Wire()], ...] = ()


@dataclass(frozen=True, slots=True)
class PlanRevision:
    """One version of the scenes. `digest` covers what is seen and heard, not titles and prompts."""

    number: int
    request_id: str
    digest: str
    edited: bool
    scenes: tuple[SceneRef, ...]
    notes: tuple[Annotated[Note, Wire()], ...] = ()


@dataclass(frozen=True, slots=True)
class Take:
    """One picture or clip that was made for a scene. Takes are added, never replaced."""

    subject: str
    asset: Annotated[Asset, Wire()]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Of the recording."""

    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Inherited:
    """A picture of the project that this one was copied from, and what was heard meanwhile."""

    heard: tuple[Stretch, ...]
    asset: Annotated[Asset, Wire()]


@dataclass(frozen=True, slots=True)
class VideoRevision:
    """A rendered video; `number` is the revision in its blob keys."""

    number: int
    request_id: str
    video: Annotated[Video, Wire()]


@dataclass(frozen=True, slots=True)
class Lease:
    """Who works on a request, and until when they need not say so again."""

    worker: str
    attempt: int
    until_s: float


@dataclass(frozen=True, slots=True)
class AssetOrder:
    """What an asset request buys, beyond what its scene says."""

    asset_id: str
    scene_id: str
    subject: str
    kind: int
    take: int
    cap_usd: float


@dataclass(frozen=True, slots=True)
class Request:
    """Work that was decided and is not answered yet."""

    request_id: str
    stage: Stage
    status: Status
    since_s: float
    """When it was decided."""
    order: AssetOrder | None = None
    revision: int = 0
    """Of the video that a render makes."""
    lease: Lease | None = None
    deadline_at_s: float | None = None
    """Set by the first `Begin` after it was asked."""
    retry_at_s: float | None = None
    errors: int = 0
    losses: int = 0
    stalls: int = 0
    failed: int = 0
    """The latest attempt that told of its failure."""
    redrive: str = ""
    """The latest redrive that had it tried again after it was given up."""
    trace: str = ""
    """What it was decided in, as a `traceparent`: where it belongs, however late and by whomever it is asked."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a project failed, and what its user can do."""

    stage: Stage
    reason_code: str
    message: str
    remedy: str
    retryable: bool
    charged: bool


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """An attempt (with `request_id`) or a command (without)."""

    started_at_s: float
    outcome: str
    stage: Stage | None = None
    request_id: str = ""
    attempt: int = 0
    ended_at_s: float | None = None
    reason_code: str = ""
    worker: str = ""
    trace_id: str = ""


@dataclass(frozen=True, slots=True)
class WaitingSince:
    """What the project waits for; `state` is kept because a new state is a new wait."""

    on: Waiting = Waiting.USER
    state: State = State.CREATED
    since_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Consent:
    """That its user agreed to the terms. It outlives the project's texts, as long as the tombstone stands."""

    terms_version: str
    accepted_at_s: float


@dataclass(frozen=True, slots=True)
class Removal:
    """What is still to be done for a deleted project."""

    due_at_s: tuple[float, ...]
    expires_at_s: float


@dataclass(frozen=True, slots=True)
class Project:
    """Everything about one project that decides what happens next."""

    project_id: str
    tenant_id: str
    user_id: str
    created_at_s: float
    settings: ProjectSettings
    version: int = 0
    updated_at_s: float = 0.0
    state: State = State.CREATED
    client_reference: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    autostart: bool = True
    goal: Stage = Stage.RENDER
    """How far the current run goes."""
    audio_url: str = ""
    """Where the recording is fetched, if it is not uploaded. Its owner's secret: told to nobody but who fetches it."""
    audio: Annotated[BlobRef, Wire()] | None = None
    script: ScriptRevision | None = None
    transcripts: tuple[TranscriptRevision, ...] = ()
    """The last one is current; so with plans and videos."""
    plans: tuple[PlanRevision, ...] = ()
    videos: tuple[VideoRevision, ...] = ()
    last_video: int = 0
    """The highest number that a video ever had."""
    heard: str = ""
    """Digest of the words that the current plan's spans cover."""
    takes: tuple[Take, ...] = ()
    inherited: tuple[Inherited, ...] = ()
    """What scenes that are planned show, instead of pictures that would have to be bought."""
    chosen: Mapping[str, str] = field(default_factory=dict)
    """scene_id -> asset_id where the user chose another take than the newest."""
    take_numbers: Mapping[str, int] = field(default_factory=dict)
    """subject -> the take that is being made or was made last, where it isn't the first."""
    requests: tuple[Request, ...] = ()
    begun: Mapping[str, int] = field(default_factory=dict)
    """request_id -> attempts begun, ever: an attempt's number is never used again."""
    unsettled: Mapping[str, float] = field(default_factory=dict)
    """request_id -> USD that an asset may have been charged: begun, and taken back before anybody told what it cost."""
    ordered: tuple[str, ...] = ()
    """Every asset_id that was ever asked for: what a deletion must look for."""
    exhausted: tuple[str, ...] = ()
    """asset_ids that no provider can make: only another take may."""
    failure: Failure | None = None
    cost_usd: float = 0.0
    asset_cost_usd: float = 0.0
    booked_usd: Mapping[str, float] = field(default_factory=dict)
    """What is in the ledger: by request_id for assets, by request_id and attempt for the rest."""
    waiting: WaitingSince = WaitingSince()
    awaited_s: float = 0.0
    """How long its user has waited for us since the upload, or since it last completed: its time in states that run."""
    history: tuple[HistoryEntry, ...] = ()
    removal: Removal | None = None
    consent: Consent | None = None
    trace: str = ""
    """The last command's, as a `traceparent`: that of what follows by itself."""

    @property
    def transcript(self) -> TranscriptRevision | None:
        return self.transcripts[-1] if self.transcripts else None

    @property
    def plan(self) -> PlanRevision | None:
        return self.plans[-1] if self.plans else None

    @property
    def video(self) -> VideoRevision | None:
        return self.videos[-1] if self.videos else None

    def request(self, request_id: str) -> Request | None:
        """The outstanding (or remembered) request of that id."""
        return next((r for r in self.requests if r.request_id == request_id), None)

    def scene(self, scene_id: str) -> SceneRef | None:
        """The current plan's scene of that id."""
        return next((s for s in self.plan.scenes if s.scene_id == scene_id), None) if self.plan else None
