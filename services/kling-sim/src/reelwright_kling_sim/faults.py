"""Faults on demand: markers such as `[[sim:risk_later]]` or `[[sim:slow=20]]` inside a prompt."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from reelwright_kling_sim.errors import Code, KlingError

Fate = Literal["succeed", "fail", "empty"]

RISK_TEXT = "Failure to pass the risk control system"
FAILED_TEXT = "Task processing failed, please try again later"

_MARKER = re.compile(r"\[\[sim:([a-z_0-9]+)(?:=([^\]]*))?\]\]")
MARKERS: Mapping[str, str] = {
    "risk_at_create": "refused at create with 1301; nothing is created",
    "error": "refused at create with the code given (error=1302); nothing is created",
    "error_once": "as `error`, but only the first create with this prompt",
    "timeout_but_created": "the task is created, the answer is 504/5002",
    "garbled_but_created": "the task is created, the answer is a 502 with a page of HTML",
    "slow_reply": "the answer to the create comes after so many seconds (default 30); the task is created at once",
    "visible_after": "look-ups and lists see the task after so many seconds (default 10)",
    "risk_later": "the task fails with the risk control text",
    "fail": "the task fails with an ordinary text",
    "fail_once": "the first task with this prompt fails, later ones do as usual",
    "slow": "the task takes so many times as long (default 10)",
    "stuck": "the task stays in processing for ever",
    "unknown_status": "look-ups show a status word that is documented nowhere",
    "empty_outputs": "the task succeeds without outputs",
    "media_missing": "the media URL answers 404",
    "media_expired": "the media URL has expired",
    "media_truncated": "the media file ends in its middle",
    "look": "draw this look (look=ocean)",
}


@dataclass(frozen=True, slots=True)
class Markers:
    """The markers of a prompt, and the prompt without them."""

    prompt: str
    values: Mapping[str, str]

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def number(self, name: str, default: float) -> float:
        """The marker's number, or `default` where it has none."""
        return float(self.values[name] or default)

    def code(self, name: str) -> Code:
        """The marker's error code; 5000 where it has none."""
        return Code(int(self.values[name] or Code.INTERNAL))


def read_markers(prompt: str) -> Markers:
    """The markers in a prompt; raises 1201 on one that is not in `MARKERS` or whose value cannot be read."""
    values = {name: value or "" for name, value in _MARKER.findall(prompt)}
    markers = Markers(" ".join(_MARKER.sub(" ", prompt).split()), values)
    try:
        _check(markers)
    except (KeyError, ValueError) as error:
        raise KlingError(Code.BAD_PARAMETER, f"simulator marker not understood: {error}") from error
    return markers


def _check(markers: Markers) -> None:
    for name in markers.values:
        if name not in MARKERS:
            raise KeyError(name)
        if name in {"error", "error_once"}:
            markers.code(name)
        elif name in {"slow", "slow_reply", "visible_after"}:
            markers.number(name, 0.0)


@dataclass(frozen=True, slots=True)
class Weather:
    """What befalls any create, by chance: the shares refused with 5000, answered 5002 though created, failing later."""

    error_rate: float = 0.0
    lost_reply_rate: float = 0.0
    failure_rate: float = 0.0


def struck(markers: Markers, weather: Weather, dice: random.Random) -> Markers:
    """The markers, with those added that chance wants; each create throws the dice anew."""
    chances = {
        "error": ("5000", weather.error_rate),
        "timeout_but_created": ("", weather.lost_reply_rate),
        "fail": ("", weather.failure_rate),
    }
    added = {name: value for name, (value, rate) in chances.items() if dice.random() < rate}
    return Markers(markers.prompt, {**added, **markers.values})


def refuse_at_create(markers: Markers, *, first_time: bool) -> None:
    """Raise what a marker wants a create to be refused with; `first_time`: no such prompt was refused before."""
    if "risk_at_create" in markers:
        raise KlingError(Code.CONTENT_SECURITY, RISK_TEXT)
    if "error" in markers:
        raise KlingError(markers.code("error"))
    if "error_once" in markers and first_time:
        raise KlingError(markers.code("error_once"))


def fate_of(markers: Markers, *, first_time: bool) -> tuple[Fate, str]:
    """How a task with these markers ends, and the text of its failure; `first_time`: no task had this prompt."""
    if "risk_later" in markers:
        return "fail", RISK_TEXT
    if "fail" in markers or ("fail_once" in markers and first_time):
        return "fail", FAILED_TEXT
    return ("empty" if "empty_outputs" in markers else "succeed"), ""
