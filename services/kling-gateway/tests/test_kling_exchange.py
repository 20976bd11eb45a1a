"""Credentials on the wire, what a broken exchange means, and the client's three verbs."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest

from reelwright_kling_gateway.client import http
from reelwright_kling_gateway.client.auth import TOKEN_LIFETIME_S, ApiKey, SignedToken
from reelwright_kling_gateway.client.errors import KlingError, Reaction
from reelwright_kling_gateway.client.http import KlingHttp
from reelwright_kling_gateway.client.kling import Kling
from reelwright_kling_gateway.client.order import Order, Product
from reelwright_kling_gateway.testing import JumpClock

SECRET = "a-secret-of-at-least-32-bytes-for-hs256"
Answer = Callable[[httpx.Request], httpx.Response]


def ok(data: Any) -> httpx.Response:
    return httpx.Response(200, json={"code": 0, "message": "SUCCEED", "request_id": "r", "data": data})


def refused(http_status: int, code: int, message: str = "") -> httpx.Response:
    return httpx.Response(http_status, json={"code": code, "message": message, "request_id": "r"})


def mock(answer: Answer) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.MockTransport(answer))


def kling(answer: Answer) -> Kling:
    key = ApiKey("key")
    return Kling(mock(answer), "https://kling.test/", new_credential=key, legacy_credential=key)


def test_a_signed_token_has_the_documented_claims() -> None:
    clock = JumpClock(1_000_000.9)
    token = SignedToken("access", SECRET, clock.now_s).bearer()
    claims = jwt.decode(token, SECRET, algorithms=["HS256"], options={"verify_exp": False, "verify_nbf": False})
    assert claims == {"iss": "access", "exp": 1_000_000 + TOKEN_LIFETIME_S, "nbf": 1_000_000 - 5}
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT"}


def test_a_signed_token_is_kept_until_shortly_before_its_end() -> None:
    clock = JumpClock()
    token = SignedToken("access", SECRET, clock.now_s)
    first = token.bearer()
    clock.advance(TOKEN_LIFETIME_S - 301)
    assert token.bearer() == first
    clock.advance(2)
    assert token.bearer() != first


@pytest.mark.parametrize("code", [1003, 1004])
async def test_an_outdated_token_is_minted_anew_once(code: int) -> None:
    clock = JumpClock()
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["authorization"])
        clock.advance(1)
        return refused(401, code) if len(seen) == 1 else ok("data")

    exchange = KlingHttp(mock(answer), "https://kling.test", SignedToken("access", SECRET, clock.now_s))
    assert await exchange.call("GET", "/tasks") == "data"
    assert len(set(seen)) == 2


async def test_a_token_that_stays_outdated_is_not_minted_for_ever() -> None:
    calls: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(request)
        return refused(401, 1004)

    exchange = KlingHttp(mock(answer), "https://kling.test", SignedToken("access", SECRET, JumpClock().now_s))
    with pytest.raises(KlingError) as caught:
        await exchange.call("GET", "/tasks")
    assert (caught.value.reaction, len(calls)) == (Reaction.REMINT, 2)


async def test_an_api_key_is_sent_as_it_is_and_never_renewed() -> None:
    calls: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(request)
        return refused(401, 1004)

    with pytest.raises(KlingError):
        await KlingHttp(mock(answer), "https://kling.test", ApiKey("key")).call("GET", "/tasks")
    assert [call.headers["authorization"] for call in calls] == ["Bearer key"]


@pytest.mark.parametrize(
    ("raised", "reaction"),
    [
        (httpx.ConnectError("refused"), Reaction.NOT_SENT),
        (httpx.ConnectTimeout("slow"), Reaction.NOT_SENT),
        (httpx.PoolTimeout("busy"), Reaction.NOT_SENT),
        (httpx.ReadTimeout("slow"), Reaction.AMBIGUOUS),
        (httpx.ReadError("reset"), Reaction.AMBIGUOUS),
        (httpx.WriteError("reset"), Reaction.AMBIGUOUS),
        (httpx.WriteTimeout("slow"), Reaction.AMBIGUOUS),
        (httpx.RemoteProtocolError("closed"), Reaction.AMBIGUOUS),
        (httpx.DecodingError("gzip"), Reaction.AMBIGUOUS),
    ],
)
async def test_only_what_never_left_is_certain_to_have_done_nothing(raised: Exception, reaction: Reaction) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise raised

    with pytest.raises(KlingError) as caught:
        await KlingHttp(mock(answer), "https://kling.test", ApiKey("key")).call("POST", "/x", body={})
    assert caught.value.reaction is reaction


async def test_an_answer_that_trickles_for_ever_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "EXCHANGE_S", 0.01)

    async def answer(_: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    with pytest.raises(KlingError) as caught:
        await KlingHttp(client, "https://kling.test", ApiKey("key")).call("POST", "/x", body={})
    assert caught.value.reaction is Reaction.AMBIGUOUS


CLIP = Order(Product.CLIP, "kling-3.0", "waves", "9:16", "720p", 8, "asset-1-planned")
PICTURE = Order(Product.STILL, "kling-v3", "waves", "9:16", "2k", 0, "asset-1-still")


async def test_each_product_is_ordered_in_its_dialect() -> None:
    sent: list[tuple[str, str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        sent.append((request.method, request.url.path, body.get("model_name", "")))
        return ok({"id": "1", "status": "submitted", "task_id": "2", "task_status": "submitted"})

    assert (await kling(answer).create(CLIP)).id == "1"
    assert (await kling(answer).create(PICTURE)).id == "2"
    assert sent == [("POST", "/text-to-video/kling-3.0", ""), ("POST", "/v1/images/generations", "kling-v3")]


async def test_a_lost_clip_is_found_by_our_id_and_an_unknown_one_is_not() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/tasks"
        known = request.url.params["external_task_ids"] == "mine"
        return ok([{"id": "1", "status": "processing", "external_id": "mine"}] if known else [])

    found = await kling(answer).find(Product.CLIP, "mine")
    assert found is not None
    assert found.id == "1"
    assert await kling(answer).find(Product.CLIP, "other") is None


async def test_a_clip_is_found_even_where_the_answer_leaves_our_id_out() -> None:
    found = await kling(lambda _: ok([{"id": "1", "status": "processing"}])).find(Product.CLIP, "mine")
    assert found is not None


async def test_a_lost_picture_is_found_by_our_id_and_an_unknown_one_is_not() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/images/generations/mine":
            return ok({"task_id": "2", "task_status": "processing"})
        return refused(400, 1201, "Task not found by external id: other")

    found = await kling(answer).find(Product.STILL, "mine")
    assert found is not None
    assert found.id == "2"
    assert await kling(answer).find(Product.STILL, "other") is None
    assert await kling(answer).read(Product.STILL, ["other", "mine"]) == [found]


async def test_a_look_up_that_fails_is_no_answer() -> None:
    for product in Product:
        with pytest.raises(KlingError):
            await kling(lambda _: refused(404, 1203)).find(product, "mine")


async def test_a_batch_is_one_request() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params["task_ids"])
        return ok([{"id": "1", "status": "processing"}, {"id": "3", "status": "failed", "message": "risk"}])

    tasks = await kling(answer).read(Product.CLIP, ["1", "2", "3"])
    assert [task.id for task in tasks] == ["1", "3"]
    assert asked == ["1,2,3"]
    assert kling(answer).batch_limit(Product.CLIP) == 20


async def test_credentials_are_checked_in_both_dialects_for_free() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(f"{request.method} {request.url.path}")
        return ok([]) if request.url.path == "/tasks" else refused(400, 1201, "Task not found by id: 0")

    await kling(answer).check_credentials()
    assert asked == ["GET /tasks", "GET /v1/images/generations/0"]
    with pytest.raises(KlingError):
        await kling(lambda _: refused(401, 1002)).check_credentials()
