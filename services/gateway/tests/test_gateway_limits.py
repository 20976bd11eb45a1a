"""How often, from where, and with which headers."""

from pathlib import Path
from typing import Any

import pytest
from apihouse import SETTINGS, Issuer, house
from prometheus_client import REGISTRY
from pydantic import SecretStr

from reelwright_chassis.clock import SystemClock
from reelwright_gateway.problems import Problem
from reelwright_gateway.rate.limiter import RateLimiter, route_class
from reelwright_gateway.settings import GatewaySettings

ISSUER = Issuer()


def _bearing(user: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {ISSUER.token(sub=user)}"}


def _guarded(**settings: Any) -> dict[str, Any]:
    return {"identity": "required", "workers": False, "read_jwks": ISSUER.read, **SETTINGS, **settings}


async def test_a_user_beyond_the_limit_is_told_when_to_go_on_and_others_are_not_held_up(tmp_path: Path) -> None:
    async with house(tmp_path, **_guarded(rate_read="2/hour", rate_write="1/hour")) as here:
        first = await here.http.get("/v1/projects", headers=_bearing("ann"))
        assert (first.headers["ratelimit-limit"], first.headers["ratelimit-remaining"]) == ("2", "1")
        assert 0 < int(first.headers["ratelimit-reset"]) <= 3_600
        await here.http.get("/v1/usage", headers=_bearing("ann"))
        refused = await here.http.get("/v1/projects", headers=_bearing("ann"))
        assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
        assert refused.headers["ratelimit-remaining"] == "0"
        assert int(refused.headers["retry-after"]) > 0
        assert (await here.http.get("/v1/projects", headers=_bearing("bob"))).status_code == 200
        assert (await here.http.post("/v1/projects", json={}, headers=_bearing("ann"))).status_code == 201


async def test_valkey_away_has_each_replica_count_for_itself() -> None:
    url = SecretStr("valkey://127.0.0.1:1/0")
    limiter = RateLimiter(GatewaySettings(rate_read="2/hour", rate_valkey_url=url), SystemClock())
    before = REGISTRY.get_sample_value("reelwright_rate_limits_alone_total") or 0.0
    for _ in range(2):
        await limiter.pass_or_refuse("read", "t", "u")
    with pytest.raises(Problem) as refused:
        await limiter.pass_or_refuse("read", "t", "u")
    assert refused.value.code == "rate_limited"
    assert REGISTRY.get_sample_value("reelwright_rate_limits_alone_total") == before + 1


@pytest.mark.parametrize(
    ("method", "template", "expected"),
    [
        ("GET", "/v1/projects", "read"),
        ("POST", "/v1/projects", "create"),
        ("POST", "/v1/projects/{project_id}/retry", "write"),
        ("GET", "/v1/projects/{project_id}/events", "stream"),
    ],
)
def test_routes_are_counted_by_what_they_cost(method: str, template: str, expected: str) -> None:
    assert route_class(method, template) == expected


async def test_metrics_know_routes_and_no_paths(tmp_path: Path) -> None:
    async with house(tmp_path, workers=False) as here:
        made = await here.create()
        await here.get(made)
        labels = {"method": "GET", "route": "/v1/projects/{project_id}", "status": "200"}
        assert REGISTRY.get_sample_value("reelwright_http_request_duration_seconds_count", labels)


async def test_pages_of_allowed_origins_may_call_and_others_may_not(tmp_path: Path) -> None:
    async with house(tmp_path, **_guarded(cors_origins="https://app.example.com, https://b.example")) as here:
        asks = {
            "Origin": "https://app.example.com",
            "Access-Control-Request-Method": "PUT",
            "Access-Control-Request-Headers": "authorization,idempotency-key,if-match",
        }
        preflight = await here.http.options("/v1/projects/x/transcript", headers=asks)
        assert preflight.status_code == 200
        assert preflight.headers["access-control-allow-origin"] == "https://app.example.com"
        answer = await here.http.get("/v1/projects", headers={"Origin": "https://app.example.com"})
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (401, "https://app.example.com")
        assert "ETag" in answer.headers["access-control-expose-headers"]
        refused = await here.http.options("/v1/projects", headers={**asks, "Origin": "https://evil.example"})
        assert refused.status_code == 400
        assert "access-control-allow-origin" not in refused.headers


async def test_no_page_can_be_framed_and_nothing_is_sniffed(tmp_path: Path) -> None:
    async with house(tmp_path, workers=False) as here:
        for path in ("/v1/projects", "/v1/nothing", "/docs"):
            headers = (await here.http.get(path)).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["x-frame-options"] == "DENY"
        assert "default-src 'none'" in (await here.http.get("/v1/projects")).headers["content-security-policy"]
