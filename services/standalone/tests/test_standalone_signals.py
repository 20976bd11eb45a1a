import asyncio
import os
import signal

import pytest

from reelwright_standalone.signals import Interrupted, ending_at_once, run


async def answer() -> int:
    return 42


async def signalled(number: signal.Signals, tidied: list[str]) -> None:
    os.kill(os.getpid(), number)
    try:
        await asyncio.Event().wait()
    finally:
        await asyncio.sleep(0)
        tidied.append("tidied")


async def broken() -> None:
    raise ValueError("a mistake")


async def breaking_when_signalled() -> None:
    os.kill(os.getpid(), signal.SIGTERM)
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        raise ValueError("on the way down") from None


def test_a_command_that_ends_gives_its_answer() -> None:
    assert run(answer()) == 42


def test_what_a_command_raises_comes_through() -> None:
    with pytest.raises(ValueError, match="a mistake"):
        run(broken())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_lets_the_command_tidy_up(number: signal.Signals) -> None:
    tidied: list[str] = []
    with pytest.raises(Interrupted) as caught:
        run(signalled(number, tidied))
    assert tidied == ["tidied"]
    assert caught.value.exit_code == 128 + number


def test_a_fault_on_the_way_down_does_not_hide_the_signal() -> None:
    with pytest.raises(Interrupted):
        run(breaking_when_signalled())


def test_a_question_can_be_left_at_once() -> None:
    answered: list[str] = []

    async def asking() -> None:
        with ending_at_once():
            os.kill(os.getpid(), signal.SIGINT)
            answered.append("the question was put all the same")

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(Interrupted):
        run(asking())
    assert answered == []
    assert signal.getsignal(signal.SIGINT) is before
