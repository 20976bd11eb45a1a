"""Consent to the terms: recorded where it is given, and required where a tenant says so."""

from pathlib import Path
from typing import Any

import pytest
from apihouse import SETTINGS, House, Issuer, house

ISSUER = Issuer()
REQUIRED: dict[str, Any] = {
    "identity": "required",
    "workers": False,
    "read_jwks": ISSUER.read,
    "consent_terms": {"t": "2026-11", "free": ""},
    **SETTINGS,
}


async def create(here: House, consent: dict[str, Any] | None, tenant: str = "t", **headers: str) -> tuple[int, Any]:
    headers["Authorization"] = f"Bearer {ISSUER.token(tenant_id=tenant)}"
    answer = await here.http.post("/v1/projects", json={} if consent is None else {"consent": consent}, headers=headers)
    return answer.status_code, answer.json()


@pytest.mark.parametrize(
    ("consent", "pointer"),
    [(None, "/consent"), ({"terms_version": "2025-01"}, "/consent/terms_version")],
)
async def test_without_the_required_consent_nothing_is_made(
    tmp_path: Path, consent: dict[str, Any] | None, pointer: str
) -> None:
    async with house(tmp_path, **REQUIRED) as here:
        status, problem = await create(here, consent)
        assert (status, problem["code"]) == (422, "consent_required")
        (error,) = problem["errors"]
        assert (error["pointer"], "2026-11" in error["message"]) == (pointer, True)
        listed = await here.http.get("/v1/projects", headers={"Authorization": f"Bearer {ISSUER.token()}"})
        assert listed.json()["items"] == []


async def test_consent_is_recorded_with_its_time(tmp_path: Path) -> None:
    async with house(tmp_path, **REQUIRED) as here:
        given = {"terms_version": "2026-11", "accepted_at": "2026-11-20T10:00:00+01:00"}
        status, made = await create(here, given)
        assert (status, made["consent"]) == (201, {"terms_version": "2026-11", "accepted_at": "2026-11-20T09:00:00Z"})
        before_s = here.deps.clock.now_s()
        key = {"Idempotency-Key": "k"}
        _, now = await create(here, {"terms_version": "2026-11"}, **key)
        project = await here.service.projects.load(now["id"])
        assert project is not None
        assert project.consent is not None
        assert before_s <= project.consent.accepted_at_s <= here.deps.clock.now_s()
        _, again = await create(here, {"terms_version": "2026-11"}, **key)
        assert again["id"] == now["id"], "a time of ours is no part of what was asked"


async def test_a_tenant_that_requires_none_may_send_it_all_the_same(tmp_path: Path) -> None:
    async with house(tmp_path, **REQUIRED) as here:
        status, made = await create(here, None, tenant="free")
        assert (status, made["consent"]) == (201, None)
        status, made = await create(here, {"terms_version": "own"}, tenant="free")
        assert (status, made["consent"]["terms_version"]) == (201, "own")


async def test_every_other_tenant_is_meant_by_a_star(tmp_path: Path) -> None:
    async with house(tmp_path, **{**REQUIRED, "consent_terms": {"*": "7", "free": ""}}) as here:
        assert (await create(here, None, tenant="anybody"))[0] == 422
        assert (await create(here, None, tenant="free"))[0] == 201


async def test_nobody_agrees_in_the_future(tmp_path: Path) -> None:
    async with house(tmp_path, **REQUIRED) as here:
        status, problem = await create(here, {"terms_version": "2026-11", "accepted_at": "2999-01-01T00:00:00Z"})
        assert (status, problem["code"]) == (422, "request_invalid")
        assert problem["errors"][0]["pointer"] == "/consent/accepted_at"


async def test_a_project_that_was_made_is_answered_alike_under_newer_terms(tmp_path: Path) -> None:
    given, key = {"terms_version": "2026-11"}, {"Idempotency-Key": "k"}
    async with house(tmp_path, **REQUIRED) as here:
        _, made = await create(here, given, **key)
        here.deps.settings.consent_terms["t"] = "2027-01"
        status, again = await create(here, given, **key)
        assert (status, again["id"]) == (201, made["id"])
        status, refused = await create(here, given)
        assert (status, refused["code"]) == (422, "consent_required")
        assert "2027-01" in refused["errors"][0]["message"]


async def test_a_copy_is_made_on_the_consent_of_its_source_until_the_terms_are_others(tmp_path: Path) -> None:
    given = {"terms_version": "2026-11"}
    async with house(tmp_path, **{**REQUIRED, "workers": True}) as here:
        bearing = {"Authorization": f"Bearer {ISSUER.token()}"}
        here.http.headers.update(bearing)
        done = await here.finished(consent=given)
        path, key = f"/v1/projects/{done['id']}/copy", {"Idempotency-Key": "k"}
        first = await here.http.post(path, json={"autostart": False}, headers=key)
        assert (first.status_code, first.json()["consent"]) == (201, done["consent"])

        here.deps.settings.consent_terms["t"] = "2027-01"
        again = await here.http.post(path, json={"autostart": False}, headers=key)
        assert (again.status_code, again.json()["id"]) == (201, first.json()["id"]), "it was made on the terms of then"
        refused = await here.http.post(path, json={})
        (error,) = refused.json()["errors"]
        assert (refused.status_code, refused.json()["code"]) == (422, "consent_required")
        assert (error["pointer"], "2027-01" in error["message"]) == ("/consent", True)
        agreed = await here.http.post(path, json={"consent": {"terms_version": "2027-01"}, "autostart": False})
        assert (agreed.status_code, agreed.json()["consent"]["terms_version"]) == (201, "2027-01")
