"""How a command of `reelwright ops` ends that could not go on: one sentence with its remedy, and an exit status."""

import logging
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import grpc.aio

from reelwright_chassis.errors import ReelwrightError, Reject, SettingsError, StateInUse, StateTooNew, Unavailable
from reelwright_chassis.logs import configure_logs
from reelwright_chassis.rpc_errors import error_from
from reelwright_standalone import signals
from reelwright_standalone.errors import FaultError, InputError

T = TypeVar("T")

_REMEDY = "Run `reelwright ops check` to see which part is not well."


def run(command: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a command to its end. Raises `InputError`, `FaultError` and `Interrupted` alone, for what can be foreseen."""
    # What went wrong is said in the command's own sentence; libraries would say it once more, and not so well.
    configure_logs(service="ops", style="pretty", level="CRITICAL")
    try:
        return signals.run(command())
    except grpc.aio.AioRpcError as error:
        raise worded(error_from(error)) from error
    except ReelwrightError as error:
        raise worded(error) from error
    finally:
        logging.getLogger().handlers.clear()


def worded(error: ReelwrightError) -> InputError | FaultError:
    match error:
        case SettingsError() | StateInUse() | StateTooNew():
            return InputError(_sentence(str(error)))
        case Reject():
            return InputError(" ".join(part for part in (_sentence(error.message), error.remedy) if part))
        case Unavailable():
            return FaultError(f"A part does not answer: {_sentence(str(error))} {_REMEDY}")
        case _:
            return FaultError(f"{_sentence(str(error))} {_REMEDY}")


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
