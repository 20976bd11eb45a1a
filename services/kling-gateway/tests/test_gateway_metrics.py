"""What operators see of Kling: how its exchanges went, and how many slots are held."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from prometheus_client import REGISTRY

from reelwright_chassis.home import open_home
from reelwright_chassis.testing import FakeClock
from reelwright_kling_gateway.client.auth import ApiKey
from reelwright_kling_gateway.client.errors import OUTCOMES, KlingError, Reaction
from reelwright_kling_gateway.client.http import KlingHttp
from reelwright_kling_gateway.client.order import Family
from reelwright_kling_gateway.service import begin_at_zero
from reelwright_kling_gateway.slots import Slots
from reelwright_kling_gateway.tables import TABLES


def calls(outcome: str, call: str = "create") -> float:
    labels = {"provider": "sim", "call": call, "outcome": outcome}
    return REGISTRY.get_sample_value("reelwright_provider_call_duration_seconds_count", labels) or 0.0


def http(answer: Callable[[httpx.Request], httpx.Response]) -> KlingHttp:
    client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return KlingHttp(client, "https://kling.test", ApiKey("key"), "sim")


def away(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("nobody is there", request=request)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (lambda _: httpx.Response(429, json={"code": 1302, "message": "slow down"}), "busy"),
        (lambda _: httpx.Response(429, json={"code": 1102, "message": "no balance"}), "refused"),
        (lambda _: httpx.Response(400, json={"code": 1301, "message": "a prompt"}), "declined"),
        (lambda _: httpx.Response(502, text="<html>"), "unreachable"),
        (away, "unreachable"),
    ],
)
async def test_a_failed_exchange_is_counted_by_what_it_says_of_kling(
    answer: Callable[[httpx.Request], httpx.Response], outcome: str
) -> None:
    had = calls(outcome)
    with pytest.raises(KlingError):
        await http(answer).call("POST", "/x", body={})
    assert calls(outcome) == had + 1


async def test_an_answered_exchange_is_counted_as_ok() -> None:
    had = calls("ok", "read")
    await http(lambda _: httpx.Response(200, json={"code": 0, "data": []})).call("GET", "/tasks")
    assert calls("ok", "read") == had + 1


def test_every_reaction_says_something_of_the_vendor() -> None:
    assert set(OUTCOMES) == set(Reaction)


async def test_slots_that_are_held_are_shown_over_all_processes(tmp_path: Path) -> None:
    def shown(name: str) -> float | None:
        return REGISTRY.get_sample_value(f"reelwright_kling_{name}", {"family": "image"})

    async with open_home(tmp_path) as home:
        await home.store.ensure(TABLES)
        one, other = (
            Slots(home.store, FakeClock(), account="a", limits={Family.IMAGE: 3, Family.VIDEO: 1}) for _ in range(2)
        )
        assert await one.try_acquire(Family.IMAGE, "asset-1")
        assert await other.try_acquire(Family.IMAGE, "asset-2")
        await one.show()
        assert (shown("slots"), shown("slots_used")) == (3, 2)
        await other.release(Family.IMAGE, "asset-2")
        await one.show()
        assert shown("slots_used") == 1


def test_a_first_picture_is_seen_against_a_zero() -> None:
    begin_at_zero()
    name = "reelwright_kling_task_duration_seconds_count"
    for family in Family:
        labels = {"family": family.value, "outcome": "succeeded"}
        assert REGISTRY.get_sample_value(name, labels) is not None
