"""What a planner hands over before it is made valid: which words, over what picture, and the words around them."""

from dataclasses import dataclass
from enum import StrEnum

from reelwright_planner.budget import ClipTerms, Kind
from reelwright_planner.metadata import Metadata
from reelwright_planner.talk import WordRange


class Transition(StrEnum):
    """How a scene is entered."""

    CUT = "cut"
    FADE = "fade"
    SLIDE = "slide"
    WIPE = "wipe"
    ZOOM = "zoom"


@dataclass(frozen=True, slots=True)
class Remark:
    """A note for the user; `code` is from the registry of reason codes, or empty."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class SceneDraft:
    """`kind`, `prompt` and `transition` may be left to the repair (None, "", None)."""

    words: tuple[WordRange, ...]
    kind: Kind | None = None
    prompt: str = ""
    transition: Transition | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    metadata: Metadata
    scenes: tuple[SceneDraft, ...]
    planner: str
    remarks: tuple[Remark, ...] = ()

    @property
    def pieces(self) -> list[WordRange]:
        """All word ranges in playing order."""
        return [piece for scene in self.scenes for piece in scene.words]


@dataclass(frozen=True, slots=True)
class Order:
    """What the plan is asked to be. `seed` varies looks between projects, never between two plans of one request."""

    project_id: str
    target_s: float
    title: str
    direction: str
    look: str
    budget_usd: float
    clip_terms: ClipTerms
    seed: int
