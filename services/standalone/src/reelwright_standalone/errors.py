"""What the command says when it cannot go on, and with which exit status."""

from pathlib import Path

import grpc.aio
from pydantic import ValidationError

from reelwright_chassis.errors import ReelwrightError, Reject, SettingsError, StateInUse, StateTooNew, Unavailable
from reelwright_chassis.reasons import Actor, reason
from reelwright_chassis.rpc_errors import error_from

EXIT_MADE = 0
EXIT_FAULT = 1
EXIT_INPUT = 2


class InputError(Exception):
    """The input, the command line or its surroundings are at fault. The message says in one sentence what to do."""

    exit_code = EXIT_INPUT


class FaultError(Exception):
    """We or a provider are at fault. The message says what happened and where to look."""

    exit_code = EXIT_FAULT


Told = InputError | FaultError


def tell(error: Exception, log: Path) -> Told:
    """The sentence for any error; `log` is where its details are."""
    if isinstance(error, grpc.aio.AioRpcError):
        error = error_from(error)
    if isinstance(error, InputError | FaultError):
        return error
    if isinstance(error, Reject):
        return tell_reason(error.reason_code, error.message, error.remedy, log)
    remedy = _for_user(error)
    return InputError(remedy) if remedy else FaultError(f"{_for_maker(error)} Log: {log}")


def tell_reason(code: str, message: str, remedy: str, log: Path, where: str = "") -> Told:
    """What a reason code means to whoever sits here; `where` says in which stage of which project."""
    sentence = " ".join(part for part in (message.strip(), remedy.strip()) if part)
    if reason(code).actor is Actor.USER:
        return InputError(sentence)
    return FaultError(f"{sentence} (reason {code}{where}; log: {log})")


def _for_user(error: Exception) -> str:
    """What whoever gave the command can put right; empty where that is not so."""
    match error:
        case StateInUse() | StateTooNew() | SettingsError():
            return _sentence(str(error))
        case ValidationError() if error.title.endswith("Settings"):
            return _setting(error)
        case _:
            return ""


def _for_maker(error: Exception) -> str:
    match error:
        case Unavailable():
            return f"A part of Reelwright does not answer: {_sentence(str(error))}"
        case ReelwrightError():
            return _sentence(str(error))
        case OSError():
            about = f" ({error.filename})" if error.filename else ""
            return f"{error.strerror or type(error).__name__}{about}."
        case _:
            return f"Reelwright made a mistake of its own ({type(error).__name__})."


def _setting(error: ValidationError) -> str:
    first = error.errors()[0]
    name = "_".join(str(part) for part in first["loc"])
    return f"A setting is not right: {error.title}: {name}: {first['msg']}. Correct it and start again."


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
