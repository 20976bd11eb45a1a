"""The matrix: every route, by everybody who may not and the one who may; and tokens of an OIDC issuer."""

import asyncio
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
import pytest
from apihouse import MP3, SETTINGS, House, Issuer, house

from reelwright.rpc.v1 import keys_pb2 as rpc
from reelwright_chassis.errors import Unavailable
from reelwright_chassis.testing import FakeClock
from reelwright_gateway.identity.jwks import Jwks

ISSUER = Issuer()
OWN = {"/v1/capabilities", "/v1/projects", "/v1/usage", "/v1/events", "/v1/stream-tickets", "/v1/webhooks"}
"""Where everybody who is known meets their own things alone."""
ADMINS = "/v1/api-keys"
OPEN = {
    ("GET", "/"),
    ("GET", "/docs"),
    ("GET", "/docs/{name}"),
    ("GET", "/livez"),
    ("GET", "/media/{token}/{filename}"),
    ("HEAD", "/media/{token}/{filename}"),
    ("GET", "/openapi.json"),
    ("HEAD", "/openapi.json"),
    ("GET", "/readyz"),
    ("PUT", "/upload-parts/{token}"),
}
"""For everybody, or by a signed link; in no document. Any other route is in the OpenAPI, and so in the matrix."""
HOOK = "https://127.0.0.1:9/hook"
"""Where nobody is."""
BODIES: dict[str, Any] = {
    "transcript": {"text": "some words"},
    "uploads": {"size_bytes": 1_000},
    "webhooks": {"url": HOOK},
    "scenes": {"scenes": [{"passages": [{"start_s": 0, "end_s": 5}]}]},
}
"""Bodies that are right, by the last word of the path, so that it is only about who asks."""
GUARDED: dict[str, Any] = {
    "identity": "required",
    "workers": False,
    "read_jwks": ISSUER.read,
    # Streams end by themselves, and nobody asks too often.
    "stream_lifetime_s": 0.01,
    **{f"rate_{each}": "100000/minute" for each in ("read", "write", "create", "stream")},
    **SETTINGS,
}


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


@dataclass(frozen=True)
class Things:
    """What somebody has, by the names that stand for it in paths. Of all else in a path there is nothing."""

    ids: dict[str, str]

    def path(self, template: str) -> str:
        return re.sub(r"\{([a-z_]+)\}", lambda named: self.ids.get(named[1], NOTHING), template)

    def are_told_in(self, text: str) -> bool:
        return any(each in text for each in self.ids.values())

    async def are_there(self, here: House) -> None:
        """As they were made."""
        owner, admin = bearing(ISSUER.token()), bearing(ISSUER.token(groups=["admin"]))
        project = await here.http.get(self.path("/v1/projects/{project_id}"), headers=owner)
        assert (project.status_code, project.json()["version"]) == (200, 1)
        webhook = await here.http.get(self.path("/v1/webhooks/{webhook_id}"), headers=owner)
        assert (webhook.status_code, webhook.json()["url"]) == (200, HOOK)
        keys = (await here.http.get("/v1/api-keys", headers=admin)).json()["items"]
        assert self.ids["key_id"] in {each["id"] for each in keys if each["revoked_at"] is None}


@dataclass(frozen=True)
class Operation:
    """One documented operation. `asked` sends it, about somebody's things."""

    method: str
    template: str
    documented: frozenset[str]

    async def asked(self, here: House, things: Things, headers: dict[str, str]) -> tuple[int, str, str]:
        """Status, code and text of the answer, which must be a documented one."""
        path = things.path(self.template)
        sent: dict[str, Any] = {}
        if path.endswith("/audio"):
            sent["content"] = MP3
        elif self.method in ("POST", "PUT", "PATCH"):
            sent["json"] = BODIES.get(path.rsplit("/", 1)[-1], {})
        answer = await here.http.request(self.method, path, headers=headers, **sent)
        assert str(answer.status_code) in self.documented, (self, answer.status_code, answer.text)
        if answer.status_code < 400:
            return answer.status_code, "", answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        return answer.status_code, answer.json()["code"], answer.text


NOTHING = "01JD9ZQ1S7M4V0F5X8C2K3N6PB"
"""An id that nothing has."""


def operations(here: House) -> list[Operation]:
    return [
        Operation(method.upper(), template, frozenset(described["responses"]))
        for template, methods in here.app.openapi()["paths"].items()
        for method, described in methods.items()
    ]


def served(routes: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """Methods and path of every route that there is, described or not."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is None:
            yield from ((method, route.path) for method in route.methods)
        else:
            yield from served(included.routes)


async def _made(here: House) -> Things:
    """A project, a webhook and a key of Ann's."""
    made = {
        name: (await here.http.post(path, json=body, headers=bearing(ISSUER.token()))).json()["id"]
        for name, path, body in (("project_id", "/v1/projects", {}), ("webhook_id", "/v1/webhooks", {"url": HOOK}))
    }
    request = rpc.CreateKeyRequest(tenant_id="t", user_id="ann", by="test")
    key = await here.deps.director.call(here.deps.director.keys.CreateKey, request)
    return Things({**made, "key_id": key.record.key_id})


async def _of_new_things(here: House, operation: Operation, headers: dict[str, str]) -> tuple[int, str, str]:
    """Its answer. The webhook is removed, for nobody may have many."""
    things = await _made(here)
    answer = await operation.asked(here, things, headers)
    await here.http.delete(things.path("/v1/webhooks/{webhook_id}"), headers=bearing(ISSUER.token()))
    return answer


async def test_every_route_is_in_the_matrix_or_open_to_everybody(tmp_path: Path) -> None:
    async with house(tmp_path, **GUARDED) as here:
        described = {(operation.method, operation.template) for operation in operations(here)}
        assert set(served(here.app.routes)) == described | OPEN
        assert not described & OPEN


async def test_the_matrix_who_is_not_known_or_lacks_the_right_gets_nowhere(tmp_path: Path) -> None:
    async with house(tmp_path, **GUARDED) as here:
        anns = await _made(here)
        unknown = {**nobody(), "revoked key": bearing(await _revoked(here))}
        acting = bearing(ISSUER.token(), **{"Reelwright-User": "bob"})
        for operation in operations(here):
            for who, headers in unknown.items():
                status, code, _ = await operation.asked(here, anns, headers)
                assert (status, code) == (401, "not_authenticated"), (who, operation)
            status, code, _ = await operation.asked(here, anns, acting)
            assert (status, code) == (403, "not_permitted"), operation
        await anns.are_there(here)


async def test_the_matrix_who_is_somebody_else_finds_nothing_of_it(tmp_path: Path) -> None:
    async with house(tmp_path, **GUARDED) as here:
        anns = await _made(here)
        others = {**strangers(), "key of another tenant": bearing(await _key(here, tenant="other", user="ann"))}
        others |= await _acting_for_bob(here)
        for operation in operations(here):
            for who, headers in others.items():
                status, code, text = await operation.asked(here, anns, headers)
                assert not anns.are_told_in(text), (who, operation)
                if operation.template.startswith(ADMINS) and "admin" not in who:
                    assert (status, code) == (403, "not_permitted"), (who, operation)
                elif "{project_id}" in operation.template:
                    assert (status, code) == (404, "project_not_found"), (who, operation)
                elif "{webhook_id}" in operation.template:
                    assert (status, code) == (404, "webhook_not_found"), (who, operation)
                elif "{key_id}" in operation.template:
                    assert (status, code) == (404, "key_not_found"), (who, operation)
                else:
                    assert operation.template in OWN | {ADMINS}, "a route that this test does not know"
                    assert status < 300, (who, operation, text)
        await anns.are_there(here)


async def test_the_matrix_an_admin_is_answered_as_the_owner_is(tmp_path: Path) -> None:
    async with house(tmp_path, **GUARDED) as here:
        admin, owner = bearing(ISSUER.token(sub="ada", groups=["admin"])), bearing(ISSUER.token())
        for operation in operations(here):
            by_admin, by_owner = [await _of_new_things(here, operation, who) for who in (admin, owner)]
            if operation.template.startswith(ADMINS):
                assert (by_admin[0] < 300, by_owner[:2]) == (True, (403, "not_permitted")), operation
                continue
            assert by_admin[:2] == by_owner[:2], operation
            assert by_admin[0] not in (401, 403), operation
            assert by_admin[1] not in ("project_not_found", "webhook_not_found"), operation


async def _acting_for_bob(here: House) -> dict[str, dict[str, str]]:
    """A service account may be whoever it says, and is then nobody else."""
    scopes = ("projects:read", "projects:write", "act_as")
    request = rpc.CreateKeyRequest(tenant_id="t", user_id="ann", by="test", scopes=scopes)
    made = await here.deps.director.call(here.deps.director.keys.CreateKey, request)
    return {"Ann's account, for Bob": bearing(made.key, **{"Reelwright-User": "bob"})}


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
        ({"exp": -10}, 201),
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
    """A time to expire is told by the seconds from now."""
    claims = {**claims, "exp": int(time.time()) + claims["exp"]} if "exp" in claims else claims
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


async def test_who_comes_while_keys_are_read_waits_for_them() -> None:
    issuer, reading, answers = Issuer(), asyncio.Event(), asyncio.Event()

    async def read() -> Any:
        reading.set()
        await answers.wait()
        return await issuer.read()

    jwks = Jwks(read, FakeClock(), age_s=300)
    asked = [asyncio.create_task(jwks.key("one")) for _ in range(5)]
    await reading.wait()
    asked += [asyncio.create_task(jwks.key("one")) for _ in range(5)]
    asked[0].cancel()
    issuer.away = True
    answers.set()
    told = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(each) for each in told] == [asyncio.CancelledError, *[Unavailable] * 9]
    assert issuer.reads == 1

    issuer.away = False
    told = await asyncio.gather(*(jwks.key("one") for _ in range(5)), return_exceptions=True)
    assert all(isinstance(key, jwt.PyJWK) for key in told)
    assert issuer.reads == 2
