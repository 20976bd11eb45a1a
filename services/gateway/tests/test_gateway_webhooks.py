"""Webhooks over HTTP, to a real receiver: made, told, tested, replayed; and never anybody else's."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from apihouse import SETTINGS, House, Issuer, house

from reelwright_director.testing.receiver import Receiver, receiver
from reelwright_director.webhooks.events import EventType as Told
from reelwright_gateway.openapi.document import document
from reelwright_gateway.openapi.webhooks import MESSAGES
from reelwright_gateway.webhooks.models import EventType

ISSUER = Issuer()
KINDS = {message.__name__: message for message in MESSAGES}


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as opened:
        yield opened


async def told(here: House, hook: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """Its deliveries, once so many were taken; the newest first."""
    async with asyncio.timeout(30):
        while True:
            page = (await here.http.get(f"/v1/webhooks/{hook['id']}/deliveries")).json()
            if sum(each["status"] == "delivered" for each in page["items"]) >= count:
                return list(page["items"])
            await asyncio.sleep(0.05)  # between two looks, not instead of one


async def test_a_whole_project_is_told_in_messages_as_documented(tmp_path: Path, there: Receiver) -> None:
    async with house(tmp_path) as here:
        answer = await here.http.post("/v1/webhooks", json={"url": there.url})
        assert answer.status_code == 201, answer.text
        hook = answer.json()
        await here.finished(client_reference="order-4711", title="a private title")
        deliveries = await told(here, hook, 4)
        assert {each["type"] for each in deliveries} == {
            "project.created", "project.transcribed", "project.planned", "project.completed",
        }  # fmt: skip
        for post in there.posts:
            assert post.signed_by(hook["secret"])
            said = KINDS["ProjectEvent"].model_validate_json(post.body)
            assert said.model_dump(exclude_unset=True).keys() == post.json.keys()
            assert post.json["data"]["project"].keys() == set(said.data.project.model_fields_set)  # type: ignore[attr-defined]
            assert post.json["data"]["project"]["client_reference"] == "order-4711"
            assert b"private" not in post.body
        (completed,) = [post for post in there.posts if post.json["type"] == "project.completed"]
        assert completed.json["data"]["project"]["state"] == "completed"
        again = await here.http.post(f"/v1/webhooks/{hook['id']}/deliveries/{deliveries[0]['id']}/replay")
        assert (again.status_code, again.json()["id"]) == (202, deliveries[0]["id"])


async def test_a_test_shows_whether_it_works(tmp_path: Path, there: Receiver) -> None:
    async with house(tmp_path) as here:
        hook = (await here.http.post("/v1/webhooks", json={"url": there.url, "types": ["project.failed"]})).json()
        there.answers.append((418, {}))
        first = (await here.http.post(f"/v1/webhooks/{hook['id']}/test")).json()
        assert (first["status"], first["attempts"], first["project_id"]) == ("pending", [], None)
        await here.http.post(f"/v1/webhooks/{hook['id']}/test")
        deliveries = await told(here, hook, 1)
        outcomes = {(each["status"], *(tried["status"] for tried in each["attempts"])) for each in deliveries}
        assert outcomes == {("pending", 418), ("delivered", 204)}
        KINDS["TestEvent"].model_validate_json(there.posts[0].body)


async def test_it_is_changed_given_a_new_secret_and_deleted(tmp_path: Path, there: Receiver) -> None:
    async with house(tmp_path) as here:
        hook = (await here.http.post("/v1/webhooks", json={"url": there.url, "types": ["project.failed"]})).json()
        path = f"/v1/webhooks/{hook['id']}"
        changed = (await here.http.patch(path, json={"types": [], "description": "mine", "enabled": False})).json()
        assert (changed["types"], changed["description"], changed["enabled"]) == ([], "mine", False)
        assert (await here.http.patch(path, json={})).json()["description"] == "mine"
        key = {"Idempotency-Key": '"k"'}
        rotated = (await here.http.post(f"{path}/secret", headers=key)).json()
        assert rotated["secret"].startswith("whsec_")
        assert rotated["previous_until"]
        assert (await here.http.post(f"{path}/secret", headers=key)).json()["secret"] is None
        read = (await here.http.get(path)).json()
        assert "secret" not in read
        assert (await here.http.get("/v1/webhooks")).json()["items"] == [read]
        assert (await here.http.delete(path)).status_code == 204
        gone = await here.http.get(path)
        assert (gone.status_code, gone.json()["code"]) == (404, "webhook_not_found")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"url": "https://10.0.0.1/"}, "webhook_invalid"),
        ({"url": "ftp://example.com/"}, "webhook_invalid"),
        ({"url": "https://example.com/", "types": ["project.done"]}, "request_invalid"),
        ({}, "request_invalid"),
    ],
)
async def test_what_cannot_be_is_refused(tmp_path: Path, body: dict[str, Any], code: str) -> None:
    async with house(tmp_path, workers=False) as here:
        refused = await here.http.post("/v1/webhooks", json=body)
        assert (refused.status_code, refused.json()["code"]) == (422, code)


async def test_nobody_meets_anothers_webhook(tmp_path: Path, there: Receiver) -> None:
    async with house(tmp_path, identity="required", workers=False, read_jwks=ISSUER.read, **SETTINGS) as here:
        ann, bob = ({"Authorization": f"Bearer {ISSUER.token(sub=name)}"} for name in ("ann", "bob"))
        admin = {"Authorization": f"Bearer {ISSUER.token(sub='ada', groups=['admin'])}"}
        hook = (await here.http.post("/v1/webhooks", json={"url": there.url}, headers=ann)).json()
        for headers, status, found in ((ann, 200, 1), (admin, 200, 1), (bob, 404, 0)):
            assert (await here.http.get(f"/v1/webhooks/{hook['id']}", headers=headers)).status_code == status
            assert len((await here.http.get("/v1/webhooks", headers=headers)).json()["items"]) == found
        wide = await here.http.post("/v1/webhooks", json={"url": there.url, "all_users": True}, headers=bob)
        assert (wide.status_code, wide.json()["code"]) == (422, "webhook_invalid")


def test_every_type_that_is_told_is_documented() -> None:
    documented = set(document()["webhooks"])
    assert documented == {kind.value for kind in Told} == {*get_args(get_args(EventType)[0]), "webhook.test"}
