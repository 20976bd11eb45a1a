"""The matrix: every route, by everybody who may not and the one who may; and tokens of an OIDC issuer."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from apihouse import MP3, SETTINGS, House, Issuer, house

from reelwright.rpc.v1 import keys_pb2 as rpc
from reelwright_chassis.testing import FakeClock
from reelwright_gateway.identity.jwks import Jwks

ISSUER = Issuer()
OWN = {"/v1/capabilities", "/v1/projects", "/v1/usage", "/v1/events", "/v1/stream-tickets"}
"""Where everybody who is known meets their own things alone."""
ADMINS = "/v1/api-keys"
BODIES: dict[str, Any] = {
    "transcript": {"text": "some words"},
    "scenes": {"scenes": [{"passages": [{"start_s": 0, "end_s": 5}]}]},
}
"""Bodies that are right, by the last word of the path, so that it is only about who asks."""


def bearing(token: str, **headers: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", **headers}


def nobody() -> dict[str, dict[str, str]]:
    """Who is not known, whatever they ask for: 401."""
    now = int(time.time())
    return {
        "no token": {},
        "not a token": bearing("abc"),
        "expired": bearing(ISSUER.token(exp=now - 60)),
        "without an end": bearing(ISSUER.token(exp=None)),
        "not yet valid": bearing(ISSUER.token(nbf=now + 600)),
        "wrong issuer": bearing(ISSUER.token(iss="https://issuer.example/other")),
        "wrong audience": bearing(ISSUER.token(aud="somebody else")),
        "no audience": bearing(ISSUER.token(aud=None)),
        "unknown kid": bearing(ISSUER.token(kid="unheard of")),
        "alg none": bearing(ISSUER.unsigned()),
        "HS256 with the public key": bearing(ISSUER.confused()),
        "another's signature": bearing(Issuer().token()),
        "unknown key": bearing("rw_01JD9ZQ1S7M4V0F5X8C2K3N6PB_" + "0" * 64),
    }


def strangers() -> dict[str, dict[str, str]]:
    """Who is known and has nothing to do with Ann's project: 404."""
    return {
        "user B": bearing(ISSUER.token(sub="bob")),
        "admin of another tenant": bearing(ISSUER.token(sub="eve", tenant_id="other", groups=["admin"])),
    }


def routes(here: House, project_id: str) -> Iterator[tuple[str, str, str]]:
    """Method, template and path of every documented operation."""
    for template, operations in here.app.openapi()["paths"].items():
        path = template.replace("{project_id}", project_id)
        for name in ("scene_id", "asset_id", "key_id", "upload_id", "webhook_id", "delivery_id"):
            path = path.replace(f"{{{name}}}", "01JD9ZQ1S7M4V0F5X8C2K3N6PB")
        for method in operations:
            yield method.upper(), template, path


async def ask(here: House, method: str, path: str, headers: dict[str, str]) -> tuple[int, str]:
    """Status and code."""
    sent: dict[str, Any] = {}
    if path.endswith("/audio"):
        sent["content"] = MP3
    elif method in ("POST", "PUT", "PATCH"):
        sent["json"] = BODIES.get(path.rsplit("/", 1)[-1], {})
    answer = await here.http.request(method, path, headers=headers, **sent)
    told = answer.json() if "json" in answer.headers.get("content-type", "") else {}
    return answer.status_code, told.get("code", "")


async def test_the_matrix(tmp_path: Path) -> None:
    async with house(tmp_path, identity="required", workers=False, read_jwks=ISSUER.read, **SETTINGS) as here:
        made = await here.http.post("/v1/projects", json={}, headers=bearing(ISSUER.token()))
        revoked = await _revoked(here)
        unknown = {**nobody(), "revoked key": bearing(revoked)}
        others = {**strangers(), "key of another tenant": bearing(await _key(here, tenant="other", user="ann"))}
        acting = bearing(ISSUER.token(), **{"Reelwright-User": "bob"})
        for method, template, path in routes(here, made.json()["id"]):
            for who, headers in unknown.items():
                assert await ask(here, method, path, headers) == (401, "not_authenticated"), (who, method, path)
            assert await ask(here, method, path, acting) == (403, "not_permitted"), (method, path)
            if template.startswith(ADMINS):
                assert await ask(here, method, path, bearing(ISSUER.token())) == (403, "not_permitted"), (method, path)
            elif "{project_id}" in template:
                for who, headers in others.items():
                    assert await ask(here, method, path, headers) == (404, "project_not_found"), (who, method, path)
            else:
                assert template in OWN, "a route that this test does not know"


async def _key(here: House, *, tenant: str, user: str) -> str:
    request = rpc.CreateKeyRequest(tenant_id=tenant, user_id=user, by="test")
    return (await here.deps.director.call(here.deps.director.keys.CreateKey, request)).key


async def _revoked(here: House) -> str:
    """A key that was known a moment ago."""
    admin = bearing(ISSUER.token(groups=["admin"]))
    made = (await here.http.post("/v1/api-keys", json={"user_id": "ann"}, headers=admin)).json()
    assert (await here.http.get("/v1/projects", headers=bearing(made["key"]))).status_code == 200
    assert (await here.http.delete(f"/v1/api-keys/{made['id']}", headers=admin)).status_code == 204
    return str(made["key"])


async def test_an_admin_reaches_all_of_the_tenant(tmp_path: Path) -> None:
    async with house(tmp_path, identity="required", workers=False, read_jwks=ISSUER.read, **SETTINGS) as here:
        anns = (await here.http.post("/v1/projects", json={"title": "a"}, headers=bearing(ISSUER.token()))).json()
        bobs = (await here.http.post("/v1/projects", json={}, headers=bearing(ISSUER.token(sub="bob")))).json()
        cognitos: dict[str, Any] = {"cognito:groups": ["admin", "staff"]}
        admin = bearing(ISSUER.token(sub="ada", **cognitos))
        every = (await here.http.get("/v1/projects", headers=admin)).json()["items"]
        assert {(item["id"], item["user_id"]) for item in every} == {(anns["id"], "ann"), (bobs["id"], "bob")}
        one = (await here.http.get("/v1/projects", params={"user_id": "bob"}, headers=admin)).json()["items"]
        assert [item["id"] for item in one] == [bobs["id"]]
        mine = (await here.http.get("/v1/projects", params={"user_id": "bob"}, headers=bearing(ISSUER.token()))).json()
        assert [item["id"] for item in mine["items"]] == [anns["id"]]
        changed = await here.http.patch(f"/v1/projects/{anns['id']}", json={"title": "b"}, headers=admin)
        assert (changed.status_code, changed.json()["user_id"]) == (200, "ann")
        assert (await here.http.get("/v1/usage", headers=admin)).json()["projects"] == 2


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({}, 201),
        ({"aud": ["x", "reelwright"]}, 201),
        ({"aud": None, "client_id": "reelwright"}, 201),
        ({"exp": int(time.time()) - 10}, 201),
        ({"scope": "openid projects:read"}, 403),
        ({"scope": "api/projects:write"}, 201),
        ({"tenant_id": None}, 403),
        ({"tenant_id": "a#b"}, 403),
        ({"sub": "a" * 300}, 403),
        ({"nbf": "soon"}, 401),
        ({"aud": 7}, 401),
    ],
)
async def test_what_a_token_says(tmp_path: Path, claims: dict[str, Any], expected: int) -> None:
    async with house(
        tmp_path, identity="required", workers=False, read_jwks=ISSUER.read, oidc_leeway_s=300, **SETTINGS
    ) as here:
        for token in (ISSUER.token(**claims), ISSUER.curved(**claims)):
            answer = await here.http.post("/v1/projects", json={}, headers=bearing(token))
            assert answer.status_code == expected, answer.text


async def test_keys_rotate_and_an_issuer_may_be_away() -> None:
    issuer, clock = Issuer(), FakeClock()
    jwks = Jwks(issuer.read, clock, age_s=300)
    assert await jwks.key("one") is not None
    assert await jwks.key("made up") is None
    assert await jwks.key("made up") is None
    assert issuer.reads == 1
    issuer.rotate()
    await clock.advance(11)
    found = await asyncio.gather(*(jwks.key("two") for _ in range(10)))
    assert all(key is not None for key in found)
    assert issuer.reads == 2
    assert await jwks.key("one") is None
    issuer.away = True
    await clock.advance(301)
    assert await jwks.key("two") is not None
