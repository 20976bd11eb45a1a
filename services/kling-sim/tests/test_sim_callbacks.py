"""A9.10: a callback per change of status, signed or not, and the accidents that may befall it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from reelwright_kling_sim.callbacks import Delivery, headers_of
from reelwright_kling_sim.testing import Bench, MakeBench

URL = "https://studio.example.org/kling"
SECRET = "whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI="
OLD_SECRET = "whsec_b2xkc2VjcmV0b2xkc2VjcmV0b2xkc2VjcmV0b2xkMTI="


@dataclass
class Receiver(httpx.AsyncBaseTransport):
    """Takes what is sent to it; answers with `status`, or is unreachable when that is 0."""

    status: int = 200
    requests: list[httpx.Request] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if not self.status:
            raise httpx.ConnectError("nobody is there")
        return httpx.Response(self.status)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(request.content) for request in self.requests]

    @property
    def statuses(self) -> list[str]:
        return [body.get("status") or body["task_status"] for body in self.bodies]


async def _run_clip(bench: Bench, prompt: str = "x") -> str:
    task_id = await bench.clip(prompt, callback_url=URL, external_task_id="a-0")
    await bench.sim.settle()
    return task_id


async def test_each_change_of_status_is_told_without_an_envelope(bench_with: MakeBench) -> None:
    receiver = Receiver()
    async with bench_with(callback_transport=receiver) as bench:
        task_id = await _run_clip(bench)
        assert receiver.statuses == ["processing", "succeeded"]
        assert receiver.bodies[-1] == await bench.task(task_id)
        assert str(receiver.requests[0].url) == URL
        assert "webhook-signature" not in receiver.requests[0].headers
        await bench.sim.settle()
        assert len(receiver.requests) == 2, "nothing is sent again"


async def test_a_legacy_task_is_told_in_its_own_words(bench_with: MakeBench) -> None:
    receiver = Receiver()
    async with bench_with(callback_transport=receiver, webhook_secrets=[SECRET]) as bench:
        body = {"prompt": "x [[sim:fail]]", "callback_url": URL, "external_task_id": "a-0"}
        await bench.data("POST", "/v1/images/generations", json=body)
        await bench.sim.settle()
        assert receiver.statuses == ["processing", "failed"]
        assert receiver.bodies[-1] == await bench.data("GET", "/v1/images/generations/a-0")
    assert "webhook-signature" not in receiver.requests[0].headers, "signing was never seen on this dialect"


@pytest.mark.parametrize("secrets", [[SECRET], [OLD_SECRET, SECRET]])
async def test_callbacks_are_signed_by_every_secret(bench_with: MakeBench, secrets: Sequence[str]) -> None:
    receiver = Receiver()
    async with bench_with(callback_transport=receiver, webhook_secrets=secrets) as bench:
        await _run_clip(bench)
        (_, request) = receiver.requests
        assert request.headers["webhook-timestamp"] == str(int(bench.clock.now_s()))
    signatures = request.headers["webhook-signature"].split()
    assert len(signatures) == len(secrets)
    for secret, signature in zip(secrets, signatures, strict=True):
        expected = headers_of(_delivery(request), [secret], float(request.headers["webhook-timestamp"]))
        assert expected["webhook-signature"] == signature


def _delivery(request: httpx.Request) -> Delivery:
    return Delivery("1", request.headers["webhook-id"], URL, request.content.decode(), True, 0)


def test_the_vendors_vector_holds() -> None:
    body = (
        '{"id":"1234567890","status":"succeeded","message":"","create_time":1781080778802,"update_time":1781080794151}'
    )
    headers = headers_of(Delivery("1", "9876543210", URL, body, True, 0), [SECRET], 1781080794.9)
    assert headers["webhook-signature"] == "v1,UsKlJP00XoQyOn410NM9xv34sP+Gl0jnOO9Lcpr7NJ4="


async def test_a_duplicate_has_the_same_webhook_id(bench_with: MakeBench) -> None:
    receiver = Receiver()
    async with bench_with(callback_transport=receiver, callback_duplicate_rate=1.0, webhook_secrets=[SECRET]) as bench:
        await _run_clip(bench)
    assert receiver.statuses == ["processing"] * 2 + ["succeeded"] * 2
    ids = [request.headers["webhook-id"] for request in receiver.requests]
    assert ids[0] == ids[1] != ids[2] == ids[3]


async def test_callbacks_can_be_lost(bench_with: MakeBench) -> None:
    receiver = Receiver()
    async with bench_with(callback_transport=receiver, callback_drop_rate=1.0) as bench:
        task_id = await _run_clip(bench)
        assert (await bench.task(task_id))["status"] == "succeeded"
    assert receiver.requests == []


async def test_callbacks_can_come_in_the_wrong_order(bench_with: MakeBench) -> None:
    receiver = Receiver()
    async with bench_with(callback_transport=receiver, callback_reorder=True, latency="seeded") as bench:
        await _run_clip(bench)
        bench.clock.advance(15)
        await bench.sim.settle()
        assert receiver.statuses == []
        bench.clock.advance(600)
        await bench.sim.settle()
        assert receiver.statuses == ["succeeded", "processing"]


async def test_callbacks_can_come_late(bench_with: MakeBench) -> None:
    receiver = Receiver()
    async with bench_with(callback_transport=receiver, callback_delay_s=30, callback_reorder=True) as bench:
        await _run_clip(bench)
        bench.clock.advance(29)
        await bench.sim.settle()
        assert receiver.statuses == []
        bench.clock.advance(1)
        await bench.sim.settle()
        assert receiver.statuses == ["succeeded", "processing"]


@pytest.mark.parametrize("status", [0, 500])
async def test_a_receiver_that_fails_misses_it_and_holds_up_nobody(bench_with: MakeBench, status: int) -> None:
    receiver = Receiver(status=status)
    async with bench_with(callback_transport=receiver) as bench:
        await _run_clip(bench)
        await bench.sim.settle()
        assert len(receiver.requests) == 2
        assert bench.sim.simulator.is_well


async def test_a_callback_url_that_is_none_hurts_nobody(bench_with: MakeBench) -> None:
    async with bench_with() as bench:
        await bench.clip(callback_url="not a url")
        await bench.sim.settle()
        assert bench.sim.simulator.is_well


async def test_callbacks_that_were_not_sent_are_sent_after_a_restart(bench_with: MakeBench) -> None:
    receiver = Receiver()
    async with bench_with(callback_transport=receiver, callback_delay_s=30) as bench:
        await _run_clip(bench)
        clock = bench.clock
    clock.advance(30)
    async with bench_with(callback_transport=receiver, clock=clock) as bench:
        await bench.sim.settle()
    assert receiver.statuses == ["processing", "succeeded"]
