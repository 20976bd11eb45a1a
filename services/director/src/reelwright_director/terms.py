"""The words of the workflow: states, stages, gates, and what a project or a request waits for."""

from enum import StrEnum


class State(StrEnum):
    """Where a project is. The order is that of a project's life."""

    CREATED = "created"
    UPLOADED = "uploaded"
    TRANSCRIBING = "transcribing"
    TRANSCRIBED = "transcribed"
    PLANNING = "planning"
    PLANNED = "planned"
    GENERATING = "generating"
    READY_FOR_COMPILATION = "ready_for_compilation"
    COMPILING = "compiling"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"
    DELETED = "deleted"


RUNNING = frozenset({State.TRANSCRIBING, State.PLANNING, State.GENERATING, State.COMPILING})
"""States in which the director works towards the next one by itself."""

ENDED = frozenset({State.COMPLETED, State.FAILED, State.CANCELED, State.DELETED})


class Stage(StrEnum):
    """One kind of work. The order is that of the pipeline."""

    FETCH = "fetch"
    """Only where the recording lies elsewhere."""
    TRANSCRIPTION = "transcription"
    PLAN = "plan"
    ASSET = "asset"
    RENDER = "render"

    def reaches(self, other: "Stage") -> bool:
        """Whether a run that goes as far as this stage does `other`."""
        order = list(Stage)
        return order.index(self) >= order.index(other)


class Review(StrEnum):
    """Where a run stops until the user approves."""

    NONE = "none"
    TRANSCRIPT = "transcript"
    SCENES = "scenes"
    BOTH = "both"

    @property
    def of_transcript(self) -> bool:
        return self in (Review.TRANSCRIPT, Review.BOTH)

    @property
    def of_scenes(self) -> bool:
        return self in (Review.SCENES, Review.BOTH)


class Waiting(StrEnum):
    """What a project waits for."""

    NOTHING = "nothing"
    USER = "user"
    WORKER = "worker"
    PROVIDER = "provider"
    PROVIDER_SLOT = "provider_slot"
    BUDGET = "budget"
    PAUSE = "pause"
    RETRY = "retry"


class Status(StrEnum):
    """Where an outstanding request is."""

    READY = "ready"
    """Decided, not asked yet: an asset that waits for the dispatch window."""
    ASKED = "asked"
    """Published; nobody has begun it, or whoever had is lost."""
    RUNNING = "running"
    """Somebody holds its lease."""
    RETRYING = "retrying"
    """An attempt failed; it is asked again when `retry_at_s` has come."""
    FAILED = "failed"
    """Given up, and remembered: a late success still resumes the project."""
