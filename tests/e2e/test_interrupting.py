"""One process at a time has a home, and a signal ends it in order: the same command goes on."""

import signal
import subprocess
import time

import pytest
from e2e.command import Reelwright, ended
from e2e.conftest import Talk

ORDERLY_S = 10.0


def read_until(process: "subprocess.Popen[str]", says: str) -> None:
    """Wait for a line that the command says to people."""
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if says in line:
            return
    pytest.fail(f"it ended without {says!r}: {said}")


@pytest.mark.parametrize(
    ("sent", "code", "moment"),
    [(signal.SIGINT, 130, "listening: decoding"), (signal.SIGTERM, 143, "video: rendering")],
    ids=["ctrl-c", "sigterm"],
)
def test_a_signal_ends_it_in_order_and_the_same_command_goes_on(
    reelwright: Reelwright, talk: Talk, sent: signal.Signals, code: int, moment: str
) -> None:
    recording = talk.into(reelwright.folder)
    command = ("make", "talk.wav", "--script", "talk.txt", "--offline")
    with reelwright.started(*command) as process:
        read_until(process, moment)
        process.send_signal(sent)
        began = time.monotonic()
        done = ended(process)
    assert time.monotonic() - began < ORDERLY_S
    assert (done.code, done.out) == (code, "")
    assert done.err.splitlines()[-1] == "Stopped. The same command goes on where it was."
    assert "Traceback" not in done.err
    assert reelwright.files() == {recording.audio, recording.script}

    report = reelwright.make(*command[1:])
    assert [scene["provider_calls_charged"] for scene in report["scenes"]] == [1, 1]
    assert reelwright.files() == reelwright.beside("talk") | {recording.audio, recording.script}
    if moment == "video: rendering":
        assert set(report["stages"]) == {"render"}


def test_a_second_process_is_told_who_has_the_home(reelwright: Reelwright, short_talk: Talk) -> None:
    short_talk.into(reelwright.folder)
    with reelwright.started("make", "talk.wav", "--script", "talk.txt", "--offline") as first:
        read_until(first, "listening:")
        first.send_signal(signal.SIGSTOP)
        for command in (("make", "talk.wav", "--offline"), ("projects", "list")):
            second = reelwright.run(*command)
            assert (second.code, second.out) == (2, "")
            assert f"is in use by process {first.pid} since " in second.err
            assert "REELWRIGHT_HOME" in second.err
            assert len(second.err.splitlines()) == 1
        first.send_signal(signal.SIGCONT)
        assert ended(first).code == 0
