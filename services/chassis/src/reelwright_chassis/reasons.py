"""Reads the registry of reason codes (`reasons.yaml`): why something failed, who can act, and what to do."""

from enum import StrEnum
from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, model_validator


class Actor(StrEnum):
    """Who can do something about it."""

    USER = "user"
    OPERATOR = "operator"
    NOBODY = "nobody"


class Fault(StrEnum):
    """Where the cause lies: in what the user gave, at a provider, or here."""

    USER = "user"
    PROVIDER = "provider"
    US = "us"


class Reason(BaseModel):
    """One entry. `charged` says that money may have been spent.

    `of_input` says that what the user gave is at fault, and not we or a provider: by default where the user can act.
    `of_provider` says that somebody whom we pay is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    stage: str
    retryable: bool
    charged: bool
    actor: Actor
    message: str
    remedy: str
    of_input: bool
    of_provider: bool = False

    @property
    def fault(self) -> Fault:
        if self.of_input:
            return Fault.USER
        return Fault.PROVIDER if self.of_provider else Fault.US

    @model_validator(mode="before")
    @classmethod
    def _whose_fault(cls, fields: dict[str, object]) -> dict[str, object]:
        return {"of_input": fields.get("actor") == Actor.USER, **fields}


@cache
def registry() -> dict[str, Reason]:
    """All reasons by code, in the file's order."""
    text = files("reelwright_chassis").joinpath("reasons.yaml").read_text(encoding="utf-8")
    entries = {code: {"code": code, **fields} for code, fields in yaml.safe_load(text).items()}
    return TypeAdapter(dict[str, Reason]).validate_python(entries)


def reason(code: str) -> Reason:
    """The entry of `code`. An unknown code (a newer worker's) keeps its name and reads as "internal"."""
    known = registry().get(code)
    return known if known is not None else registry()["internal"].model_copy(update={"code": code})
