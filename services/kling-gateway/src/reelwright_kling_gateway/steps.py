"""The words of a submission's state machine: what can be seen, what can be done next, and how patient to be."""

from dataclasses import dataclass
from typing import TypeAlias

from reelwright_kling_gateway.client.errors import KlingError
from reelwright_kling_gateway.client.task import Task


@dataclass(frozen=True, slots=True)
class Policy:
    """How patient to be. All in seconds but `posts`."""

    unsure_s: float = 60.0
    """How long look-ups must go on seeing nothing before a POST without an answer is repeated."""
    look_up_s: float = 3.0
    give_up_s: float = 300.0
    """How long doubt may last before the attempt ends and a later one goes on from the stored state."""
    hold_s: float = 60.0
    """How long a refusal for the moment is waited out in place. Full slots are waited out without this limit."""
    back_off_s: float = 1.0
    back_off_max_s: float = 15.0
    posts: int = 3
    """POSTs of one submission in one attempt that may end without an answer."""


@dataclass(frozen=True, slots=True)
class Begun:
    """This attempt has the submission now."""


@dataclass(frozen=True, slots=True)
class Known:
    """The provider told of the task: in answer to a POST, to a look-up or to a poll."""

    task: Task


@dataclass(frozen=True, slots=True)
class Refused:
    """The POST ended without a task, or without an answer."""

    error: KlingError


@dataclass(frozen=True, slots=True)
class Unseen:
    """A look-up that was sent at `asked_s` was answered: nobody knows the task."""

    asked_s: float


@dataclass(frozen=True, slots=True)
class LookUpFailed:
    """A look-up was not answered: it says nothing about the task."""

    error: KlingError


@dataclass(frozen=True, slots=True)
class Gone:
    """The provider no longer knows a task that it once accepted."""


Observation: TypeAlias = Begun | Known | Refused | Unseen | LookUpFailed | Gone


@dataclass(frozen=True, slots=True)
class Post:
    after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class LookUp:
    after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Watch:
    """Wait for the task's end."""


@dataclass(frozen=True, slots=True)
class Done:
    """The submission is terminal."""


@dataclass(frozen=True, slots=True)
class GiveUp:
    """This attempt can do no more for now; the submission stays as it is."""

    error: KlingError


Step: TypeAlias = Post | LookUp | Watch | Done | GiveUp
