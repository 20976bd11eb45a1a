"""A task as either dialect tells of it, in one vocabulary (that of the new one)."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Status(StrEnum):
    SUBMITTED = "submitted"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """A word that this client does not know: an error, never "still running"."""

    @classmethod
    def _missing_(cls, value: object) -> "Status":  # noqa: ARG003 - enum calls it so
        return cls.UNKNOWN


@dataclass(frozen=True, slots=True)
class Charge:
    """One deduction: of a resource pack's units ("unit"), or of the balance ("cash", in `currency`)."""

    kind: str
    amount: Decimal
    package: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """The state of one task. `charges` is empty until the vendor tells what it deducted."""

    id: str
    status: Status
    message: str = ""
    external_id: str = ""
    urls: tuple[str, ...] = ()
    charges: tuple[Charge, ...] = ()

    @property
    def terminal(self) -> bool:
        return self.status in (Status.SUCCEEDED, Status.FAILED)
