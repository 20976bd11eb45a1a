"""What is written on the command line, as what is meant. Each raises `InputError` with the remedy."""

import re
import time
from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from reelwright.rpc.v1 import project_pb2
from reelwright_standalone.errors import InputError

_UNITS_S = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_STAGES = {
    "fetch": project_pb2.STAGE_FETCH,
    "fetches": project_pb2.STAGE_FETCH,
    "transcription": project_pb2.STAGE_TRANSCRIPTION,
    "transcriptions": project_pb2.STAGE_TRANSCRIPTION,
    "plan": project_pb2.STAGE_PLAN,
    "plans": project_pb2.STAGE_PLAN,
    "asset": project_pb2.STAGE_ASSET,
    "assets": project_pb2.STAGE_ASSET,
    "render": project_pb2.STAGE_RENDER,
    "renders": project_pb2.STAGE_RENDER,
    "all": project_pb2.STAGE_UNSPECIFIED,
}


def past(text: str, option: str = "--since") -> float | None:
    """Unix time of "90s", "30m", "12h", "3d" ago, or of a date as 2026-11-22 or 2026-11-22T09:00:00Z. None for ""."""
    if not text:
        return None
    if (length_s := _length_s(text)) is not None:
        return time.time() - length_s
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(
            f"{option} {text!r} is no time: write 90s, 30m, 12h or 3d for so long ago, or a date as 2026-11-22."
        ) from None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def future(text: str, option: str) -> float | None:
    """Unix time of "12h", "90d" from now. None for ""."""
    if not text:
        return None
    length_s = _length_s(text)
    if length_s is None:
        raise InputError(f"{option} {text!r} is no length of time: write 12h or 90d.")
    return time.time() + length_s


def _length_s(text: str) -> float | None:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", text.strip())
    return float(found[1]) * _UNITS_S[found[2]] if found else None


def stage(text: str) -> project_pb2.Stage.ValueType:
    """ "all" is every stage."""
    found = _STAGES.get(text.lower())
    if found is None:
        raise InputError(
            f"{text!r} is no stage; there are fetch, transcription, plan, asset, render, and all for every one."
        )
    return found


def state(text: str) -> project_pb2.State.ValueType:
    """ "" is any state."""
    if not text:
        return project_pb2.STATE_UNSPECIFIED
    name = f"STATE_{text.upper().replace('-', '_')}"
    known = list(project_pb2.State.keys())[1:-1]  # neither unspecified nor deleted
    if name not in known:
        names = [each.removeprefix("STATE_").lower() for each in known]
        raise InputError(f"--status {text!r} is no state; there are {', '.join(names)}.")
    return project_pb2.State.Value(name)


def stamp(at_s: float | None) -> Timestamp | None:
    if at_s is None:
        return None
    made = Timestamp()
    made.FromMicroseconds(round(at_s * 1e6))
    return made


def now_s() -> float:
    return time.time()
