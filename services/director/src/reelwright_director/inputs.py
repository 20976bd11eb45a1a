"""Everything that can happen to a project: commands of its user, asks of workers, and the clock.

Facts are the protobuf messages themselves. New ids come in with the input that needs them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from reelwright.events.v1.facts_pb2 import (
    AssetReady,
    AudioFetched,
    ScenesPlanned,
    TranscriptReady,
    VideoRendered,
    WorkFailed,
)
from reelwright.events.v1.media_pb2 import BlobRef, ScenePlan, Transcript
from reelwright.events.v1.requests_pb2 import GivenText
from reelwright_director.state import Consent, ProjectSettings
from reelwright_director.terms import Stage

# --- commands ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Create:
    project_id: str
    tenant_id: str
    user_id: str
    settings: ProjectSettings
    script: GivenText | None = None
    client_reference: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    autostart: bool = True
    audio_url: str = ""
    consent: Consent | None = None
    """Without a time (0): now."""
    required_terms: str = ""
    """It must have consent to these."""


@dataclass(frozen=True, slots=True)
class Copy:
    """Another project with this one's recording, words and pictures. What pictures are made from stays as it was.

    Of `settings` those count that `changed` names. With `required_terms` it must have consent to these.
    """

    project_id: str
    settings: ProjectSettings
    changed: frozenset[str] = frozenset()
    client_reference: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    autostart: bool = True
    consent: Consent | None = None
    required_terms: str = ""


@dataclass(frozen=True, slots=True)
class CompleteUpload:
    audio: BlobRef


@dataclass(frozen=True, slots=True)
class Update:
    """New settings as a whole. Without a script the one that was given stays."""

    settings: ProjectSettings
    script: GivenText | None = None


@dataclass(frozen=True, slots=True)
class EditScript:
    """Another text for the recording: it is aligned anew."""

    script: GivenText


@dataclass(frozen=True, slots=True)
class EditTranscript:
    """Other words, with their times."""

    transcript: Transcript


@dataclass(frozen=True, slots=True)
class ApproveTranscript:
    pass


@dataclass(frozen=True, slots=True)
class EditPlan:
    plan: ScenePlan


@dataclass(frozen=True, slots=True)
class ApprovePlan:
    pass


@dataclass(frozen=True, slots=True)
class RegenerateAsset:
    """Another take for the scene that this asset belongs to."""

    asset_id: str


@dataclass(frozen=True, slots=True)
class ChooseAsset:
    asset_id: str


@dataclass(frozen=True, slots=True)
class StartStage:
    stage: Stage


@dataclass(frozen=True, slots=True)
class Retry:
    pass


@dataclass(frozen=True, slots=True)
class Cancel:
    pass


@dataclass(frozen=True, slots=True)
class Delete:
    pass


Command: TypeAlias = (
    CompleteUpload
    | Update
    | EditScript
    | EditTranscript
    | ApproveTranscript
    | EditPlan
    | ApprovePlan
    | RegenerateAsset
    | ChooseAsset
    | StartStage
    | Retry
    | Cancel
    | Delete
)

# --- facts ------------------------------------------------------------------------------------------------------------

Fact: TypeAlias = AudioFetched | TranscriptReady | ScenesPlanned | AssetReady | VideoRendered | WorkFailed

# --- workers ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Begin:
    """May `worker` begin this request now? `trace_id` goes into the history.

    `redrive` names the redrive that it comes by, of a dead letter that was sent again.
    """

    request_id: str
    worker: str
    trace_id: str = ""
    redrive: str = ""


@dataclass(frozen=True, slots=True)
class Beat:
    """Does this attempt go on? `paying`: its next step costs money, so that it also asks the brakes."""

    request_id: str
    worker: str
    attempt: int
    paying: bool = False


@dataclass(frozen=True, slots=True)
class Go:
    attempt: int
    lease_s: float
    deadline_s: float


@dataclass(frozen=True, slots=True)
class Drop:
    """Begin: do not do it; Beat: stop it. `why`: done, failed, canceled, deleted, superseded, unknown, lost, paused."""

    why: str


@dataclass(frozen=True, slots=True)
class Wait:
    seconds: float


Answer: TypeAlias = Go | Drop | Wait

# --- the director itself ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tick:
    """Something may be due."""


@dataclass(frozen=True, slots=True)
class EndLeases:
    """Every process that held a lease is known to be gone (one process on one machine, restarted)."""


@dataclass(frozen=True, slots=True)
class Dispatch:
    """The window has room: ask for these ready assets."""

    request_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Fault:
    """`decide` itself raised on some input, which was logged and, if it came by the bus, went to the dead letters.

    `request_id` is of the fact that it was, if it was one.
    """

    request_id: str = ""


Input: TypeAlias = Command | Fact | Begin | Beat | Tick | EndLeases | Dispatch | Fault
