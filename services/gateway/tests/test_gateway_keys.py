"""Who may: API keys, and the local form's own protection."""

from pathlib import Path

import pytest
from apihouse import House, house

from reelwright.rpc.v1 import keys_pb2 as rpc
from reelwright_gateway.identity.local import is_loopback


async def _key(here: House, user: str = "u", tenant: str = "t", scopes: tuple[str, ...] = ()) -> rpc.CreateKeyResponse:
    request = rpc.CreateKeyRequest(tenant_id=tenant, user_id=user, scopes=scopes, by="test")
    return await here.deps.director.call(here.deps.director.keys.CreateKey, request)


async def test_a_key_sees_its_users_projects_alone(tmp_path: Path) -> None:
    async with house(tmp_path, identity="required", workers=False) as here:
        one, two = (await _key(here, "one")).key, (await _key(here, "two")).key
        made = (await here.http.post("/v1/projects", json={}, headers={"Authorization": f"Bearer {one}"})).json()
        path = f"/v1/projects/{made['id']}"
        assert (await here.http.get(path, headers={"Authorization": f"Bearer {one}"})).status_code == 200
        for method, where in (("GET", path), ("DELETE", path), ("GET", f"{path}/history"), ("POST", f"{path}/cancel")):
            answer = await here.http.request(method, where, headers={"Authorization": f"Bearer {two}"})
            assert (answer.status_code, answer.json()["code"]) == (404, "project_not_found"), where


async def test_nobody_and_unknown_and_revoked_keys_are_401(tmp_path: Path) -> None:
    async with house(tmp_path, identity="required", workers=False, key_cache_s=0) as here:
        made = await _key(here)
        good = {"Authorization": f"Bearer {made.key}"}
        assert (await here.http.get("/v1/projects", headers=good)).status_code == 200
        await here.deps.director.call(
            here.deps.director.keys.RevokeKey, rpc.RevokeKeyRequest(key_id=made.record.key_id, by="test")
        )
        wrong = {"Authorization": f"Bearer {made.key[:-2]}00"}
        for headers in ({}, good, wrong, {"Authorization": "Bearer "}, {"Authorization": "Basic dTpw"}):
            answer = await here.http.get("/v1/projects", headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
            assert answer.headers["www-authenticate"] == 'Bearer realm="reelwright"'
            assert made.key not in answer.text


async def test_scopes_are_held_to(tmp_path: Path) -> None:
    async with house(tmp_path, identity="required", workers=False) as here:
        reads = {"Authorization": f"Bearer {(await _key(here, scopes=('projects:read',))).key}"}
        assert (await here.http.get("/v1/projects", headers=reads)).status_code == 200
        answer = await here.http.post("/v1/projects", json={}, headers=reads)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


async def test_a_service_account_acts_for_users(tmp_path: Path) -> None:
    async with house(tmp_path, identity="required", workers=False) as here:
        made_key = await _key(here, "agent", scopes=("projects:write", "projects:read", "act_as"))
        agent = {"Authorization": f"Bearer {made_key.key}"}
        for_ann = {**agent, "Reelwright-User": "ann"}
        made = (await here.http.post("/v1/projects", json={}, headers=for_ann)).json()
        ann = {"Authorization": f"Bearer {(await _key(here, 'ann')).key}"}
        assert (await here.http.get(f"/v1/projects/{made['id']}", headers=ann)).status_code == 200
        assert (await here.http.get(f"/v1/projects/{made['id']}", headers=agent)).status_code == 404
        refused = await here.http.get("/v1/projects", headers={**ann, "Reelwright-User": "bob"})
        assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted")
        odd = await here.http.get("/v1/projects", headers={**agent, "Reelwright-User": "a#b"})
        assert odd.status_code == 422


async def test_without_identity_other_origins_and_names_are_kept_out(tmp_path: Path) -> None:
    async with house(tmp_path, workers=False) as here:
        for headers in (
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Host": "evil.example:8080"},
        ):
            answer = await here.http.post("/v1/projects", json={}, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "origin_refused"), headers
        own = {"Origin": "http://127.0.0.1:8080"}
        assert (await here.http.post("/v1/projects", json={}, headers=own)).status_code == 201


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("localhost", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("10.0.0.1", False),
    ],
)
def test_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected
