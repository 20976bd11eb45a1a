"""A9.2: the matrix of credentials, with the bodies that the live service answers."""

from __future__ import annotations

from typing import Any

import jwt
import pytest

from reelwright_kling_sim.auth import NO_TOKENS_HERE, Credentials, Dialect, authenticate
from reelwright_kling_sim.errors import KlingError
from reelwright_kling_sim.settings import DEMO_ACCESS_KEY, DEMO_API_KEY, DEMO_SECRET_KEY
from reelwright_kling_sim.testing import Bench

NOW_S = 1_790_000_000.0
CREDENTIALS = Credentials(frozenset({DEMO_API_KEY}), {DEMO_ACCESS_KEY: DEMO_SECRET_KEY})


def token(secret: str = DEMO_SECRET_KEY, algorithm: str = "HS256", **claims: object) -> str:
    """A bearer as the vendor's samples mint it, with claims changed."""
    usual = {"iss": DEMO_ACCESS_KEY, "exp": int(NOW_S) + 1800, "nbf": int(NOW_S) - 5}
    changed = {name: value for name, value in (usual | claims).items() if value is not None}
    return "Bearer " + jwt.encode(changed, secret, algorithm=algorithm)


@pytest.mark.parametrize("dialect", ["new", "legacy"])
def test_an_api_key_opens_both_dialects(dialect: Dialect) -> None:
    authenticate(f"Bearer {DEMO_API_KEY}", dialect, CREDENTIALS, NOW_S)


@pytest.mark.parametrize("claims", [{}, {"nbf": None}, {"exp": NOW_S + 0.5}])
def test_a_token_opens_the_legacy_dialect(claims: dict[str, Any]) -> None:
    authenticate(token(**claims), "legacy", CREDENTIALS, NOW_S)


@pytest.mark.parametrize(
    ("header", "dialect", "code", "message"),
    [
        (None, "new", 1001, "Authorization is empty"),
        ("  ", "legacy", 1001, "Authorization is empty"),
        ("Basic abc", "new", 1002, "Authorization is invalid"),
        ("Bearer", "new", 1002, "Authorization is invalid"),
        ("Bearer api-key-kling-wrong", "new", 1002, "api key not found"),
        ("Bearer api-key-kling-wrong", "legacy", 1002, "api key not found"),
        (token(), "new", 1002, NO_TOKENS_HERE),
        ("Bearer garbage", "new", 1002, NO_TOKENS_HERE),
        ("Bearer garbage", "legacy", 1002, "The token was expected to have 3 parts, but got 0"),
        ("Bearer a.b", "legacy", 1002, "The token was expected to have 3 parts, but got 2"),
        ("Bearer a.b.c.d", "legacy", 1002, "The token was expected to have 3 parts, but got > 3"),
        ("Bearer a.b.c", "legacy", 1002, "Authorization is invalid"),
        (token(iss="somebody"), "legacy", 1002, "access key not found"),
        (token(iss=None), "legacy", 1002, "access key not found"),
        (token(secret="another-secret-of-more-than-32-bytes"), "legacy", 1002, "Authorization is invalid"),
        (token(exp=None), "legacy", 1002, "Authorization is invalid"),
        (token(nbf=int(NOW_S) + 1), "legacy", 1003, "Authorization is not yet valid"),
        (token(exp=int(NOW_S)), "legacy", 1004, "Authorization has expired"),
    ],
)
def test_what_does_not_open(header: str | None, dialect: Dialect, code: int, message: str) -> None:
    with pytest.raises(KlingError) as refused:
        authenticate(header, dialect, CREDENTIALS, NOW_S)
    assert (refused.value.http_status, int(refused.value.code), refused.value.message) == (401, code, message)


async def test_the_routes_ask_for_what_their_dialect_takes(bench: Bench) -> None:
    headers = {"Authorization": token()}
    assert (await bench.client.get("/tasks", params={"task_ids": "1"}, headers=headers)).status_code == 401
    assert (await bench.client.get("/v1/images/generations", headers=headers)).status_code == 200
    bench.clock.advance(1801)
    late = await bench.client.get("/v1/images/generations", headers=headers)
    assert (late.status_code, late.json()["code"]) == (401, 1004)
