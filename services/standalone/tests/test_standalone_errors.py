from pathlib import Path

import grpc
import grpc.aio
import pytest
from pydantic import Field
from pydantic_settings import BaseSettings

from reelwright_chassis.errors import (
    ReelwrightError,
    Reject,
    SettingsError,
    StateInUse,
    StateTooNew,
    Unavailable,
)
from reelwright_standalone import faults
from reelwright_standalone.errors import FaultError, InputError, tell
from reelwright_standalone.signals import Interrupted

LOG = Path("/home/somebody/reelwright.log")


def rpc_error(code: grpc.StatusCode, details: str) -> grpc.aio.AioRpcError:
    return grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata(), details)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (StateInUse("the home is in use by process 7"), "the home is in use by process 7."),
        (StateTooNew("Upgrade first."), "Upgrade first."),
        (SettingsError("REELWRIGHT_X is not set."), "REELWRIGHT_X is not set."),
        (Reject("audio_silent", "Nobody speaks.", remedy="Speak."), "Nobody speaks. Speak."),
    ],
)
def test_what_the_user_can_put_right_is_status_2(error: Exception, says: str) -> None:
    told = tell(error, LOG)
    assert isinstance(told, InputError)
    assert (str(told), told.exit_code) == (says, 2)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (Unavailable("store: disk is full"), "does not answer: store: disk is full."),
        (ReelwrightError("something of ours"), "something of ours."),
        (OSError(28, "No space left on device", "/full/file"), "No space left on device (/full/file)."),
        (OSError("odd"), "OSError."),
        (KeyError("somebody's words"), "a mistake of its own (KeyError)."),
        (Reject("internal", "It broke.", remedy="Retry."), "It broke. Retry. (reason internal; log: "),
        (rpc_error(grpc.StatusCode.UNAVAILABLE, "gone"), "UNAVAILABLE."),
        (rpc_error(grpc.StatusCode.INTERNAL, "internal error"), "INTERNAL: internal error."),
    ],
)
def test_what_only_we_can_put_right_is_status_1_and_names_the_log(error: Exception, says: str) -> None:
    told = tell(error, LOG)
    assert isinstance(told, FaultError)
    assert told.exit_code == 1
    assert says in str(told)
    assert str(LOG) in str(told)
    assert "words" not in str(told)


def test_a_wrong_setting_of_a_service_is_named() -> None:
    class SomeSettings(BaseSettings):
        workers: int = Field(gt=0)

    with pytest.raises(ValueError, match="workers") as caught:
        SomeSettings(workers=0)
    told = tell(caught.value, LOG)
    assert isinstance(told, InputError)
    assert "SomeSettings: workers: " in str(told)


def test_a_told_error_stays_as_it_is() -> None:
    error = InputError("Do this.")
    assert tell(error, LOG) is error


def test_a_mistake_is_in_the_log_without_anybodys_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELWRIGHT_HOME", str(tmp_path))
    message, code = faults.ending(KeyError("somebody's words"))
    assert code == 1
    assert str(tmp_path / "reelwright.log") in message
    log = (tmp_path / "reelwright.log").read_text(encoding="utf-8")
    assert "KeyError" in log
    assert "words" not in log


def test_a_command_that_was_interrupted_ends_as_the_shell_expects() -> None:
    from signal import SIGINT, SIGTERM  # noqa: PLC0415

    assert faults.ending(Interrupted(SIGINT))[1] == 130
    assert faults.ending(Interrupted(SIGTERM))[1] == 143


def test_wrong_settings_and_an_unusable_home_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("REELWRIGHT_HOME", str(tmp_path / "file"))
    assert faults.ending(KeyError())[1] == 1
    monkeypatch.setenv("REELWRIGHT_PROFILE", "huge")
    message, code = faults.ending(SettingsError("REELWRIGHT_PROFILE is not right."))
    assert (message, code) == ("REELWRIGHT_PROFILE is not right.", 2)
