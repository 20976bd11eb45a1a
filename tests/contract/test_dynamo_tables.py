"""Provisioning and checking DynamoDB's tables."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import boto3
import pytest
from parts import dynamodb
from parts.shared import shared_part

from reelwright_chassis.errors import SettingsError, Unavailable
from reelwright_chassis.ids import new_id
from reelwright_chassis.store import dynamo_tables
from reelwright_chassis.store.dynamo import DynamoStore
from reelwright_chassis.store.dynamo_check import check_tables
from reelwright_chassis.store.dynamo_settings import DynamoSettings
from reelwright_chassis.store.dynamo_tables import provision_tables, ttl_of
from reelwright_chassis.store.port import Index, Query, Table

PEOPLE = Table("people", "id", ttl="expires_at")
NOTES = Table("notes", "id", "number", (Index("by-colour", "colour"),), numeric=True)
WITH_DUE = replace(NOTES, indexes=(*NOTES.indexes, Index("due", "shard", "due_at", numeric=True)))


@pytest.fixture
def settings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> DynamoSettings:
    """Of tables that no other test has."""
    return _settings(shared_part(tmp_path_factory, "dynamodb"), monkeypatch)


@pytest.fixture
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DynamoSettings]:
    """Of a server of its own: a busy one lets a new index wait until nobody asks anything."""
    if why := dynamodb.missing():
        pytest.skip(why)
    part = dynamodb.start(tmp_path)
    yield _settings(part.address, monkeypatch)
    part.stop()


def _settings(address: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> DynamoSettings:
    for name, value in dynamodb.environment(address, prefix=f"{new_id()}.").items():
        monkeypatch.setenv(name, value)
    return DynamoSettings.load()


@pytest.fixture
async def store(settings: DynamoSettings) -> AsyncIterator[DynamoStore]:
    store = await DynamoStore.open(settings)
    yield store
    await store.close()


async def test_what_is_missing_is_made_and_a_second_run_changes_nothing(settings: DynamoSettings) -> None:
    planned = await provision_tables(settings, [PEOPLE, NOTES], dry_run=True)
    assert [finding.ok for finding in await check_tables(settings, [PEOPLE, NOTES])] == [False, False]
    made = await provision_tables(settings, [PEOPLE, NOTES])
    assert [change.what for change in planned] == [change.what for change in made if "created" in change.what]
    assert {change.name for change in made} == {settings.table_prefix + "people", settings.table_prefix + "notes"}
    assert any(change.what == "items expire by expires_at" for change in made)
    assert await provision_tables(settings, [PEOPLE, NOTES]) == []
    found = await check_tables(settings, [PEOPLE, NOTES])
    assert [(finding.ok, finding.said) for finding in found] == [
        (True, "active, 0 indexes, items expire by expires_at"),
        (True, "active, 1 indexes"),
    ]


@pytest.mark.parametrize("ours", ["expires_at", "forget_at"])
async def test_an_expiry_that_somebody_else_sets_at_once_is_theirs(
    settings: DynamoSettings, monkeypatch: pytest.MonkeyPatch, ours: str
) -> None:
    """We asked before they did. Where they wanted the same we go on, else it is told."""
    await provision_tables(settings, [PEOPLE])
    before = iter([None])
    monkeypatch.setattr(dynamo_tables, "ttl_of", lambda client, name: next(before, ttl_of(client, name)))
    provisioning = provision_tables(settings, [replace(PEOPLE, ttl=ours)])
    if ours == PEOPLE.ttl:
        assert await provisioning == []
        return
    with pytest.raises(Unavailable, match="provisioning: ValidationException"):
        await provisioning


async def test_a_new_index_is_added_and_finds_what_was_there(apart: DynamoSettings) -> None:
    settings = DynamoSettings.load(deletion_protection=False)  # DynamoDB Local forgets it when an index is added
    store = await DynamoStore.open(settings)
    await provision_tables(settings, [NOTES])
    await store.ensure([NOTES])
    await store.put(NOTES, {"id": "x", "number": 1, "shard": "s", "due_at": 2.5})
    assert "no index due" in (await check_tables(settings, [WITH_DUE]))[0].said
    with pytest.raises(Unavailable, match="no index due: run `reelwright provision`"):
        await store.ensure([WITH_DUE])
    would = await provision_tables(settings, [WITH_DUE], dry_run=True)
    assert [change.what for change in await provision_tables(settings, [WITH_DUE])] == [would[0].what]
    await store.ensure([WITH_DUE])
    assert (await store.query(Query(WITH_DUE, "s", index="due"))).items[0]["number"] == 1
    assert await provision_tables(settings, [NOTES]) == [], "an index that this release does not know stays"
    await store.close()


async def test_what_cannot_be_mended_is_said_and_left(settings: DynamoSettings, store: DynamoStore) -> None:
    await provision_tables(settings, [NOTES, PEOPLE])
    other_key = replace(NOTES, numeric=False)
    other_index = replace(NOTES, indexes=(Index("by-colour", "colour", "number", numeric=True),))
    other_ttl = replace(PEOPLE, ttl="gone_at")
    for changed, told in (
        (other_key, "its keys are id (string), number (number) and should be id (string), number (string)"),
        (other_index, "the keys of its index by-colour are colour (string) and should be"),
        (other_ttl, "expire by expires_at and not by gone_at"),
    ):
        (change,) = await provision_tables(settings, [changed])
        assert told in change.what
        (finding,) = await check_tables(settings, [changed])
        assert not finding.ok
        assert finding.remedy
    with pytest.raises(Unavailable, match="it needs a new table"):
        await store.ensure([other_key])


async def test_a_service_makes_no_tables(store: DynamoStore, settings: DynamoSettings) -> None:
    with pytest.raises(Unavailable, match=r"there is no table .*people: run `reelwright provision`"):
        await store.ensure([PEOPLE])
    await provision_tables(settings, [PEOPLE])
    await store.ensure([PEOPLE])
    assert await store.get(PEOPLE, {"id": "x"}) is None


async def test_a_table_that_went_away_is_said(settings: DynamoSettings, store: DynamoStore) -> None:
    await provision_tables(DynamoSettings.load(deletion_protection=False), [PEOPLE])
    await store.ensure([PEOPLE])
    client = boto3.client("dynamodb", endpoint_url=settings.endpoint_url, region_name=settings.region)
    client.delete_table(TableName=settings.table_prefix + "people")
    client.close()
    with pytest.raises(Unavailable, match="run `reelwright provision`"):
        await store.get(PEOPLE, {"id": "x"})


async def test_nobody_there_is_a_finding_and_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in dynamodb.environment(_NOBODY).items():
        monkeypatch.setenv(name, value)
    settings = DynamoSettings.load(attempts=2)
    (finding,) = await check_tables(settings, [PEOPLE])
    assert (finding.ok, "not reached" in finding.said, "endpoint" in finding.remedy) == (False, True, True)
    with pytest.raises(Unavailable, match="not reached"):
        await provision_tables(settings, [PEOPLE])
    store = await DynamoStore.open(settings)
    with pytest.raises(Unavailable, match="not reached"):
        await store.ensure([PEOPLE])
    await store.close()
    with pytest.raises(Unavailable, match="closed"):
        await store.ensure([PEOPLE])


async def test_no_credentials_are_a_sentence(settings: DynamoSettings, no_credentials: None) -> None:
    (finding,) = await check_tables(settings, [PEOPLE])
    assert "no AWS credentials" in finding.said
    store = await DynamoStore.open(settings)
    with pytest.raises(Unavailable, match="no AWS credentials that DynamoDB accepts"):
        await store.ensure([PEOPLE])
    await store.close()


@pytest.mark.parametrize(
    ("given", "told"),
    [({"region": None}, "REELWRIGHT_DYNAMODB_REGION is not set"), ({"endpoint_url": "nowhere"}, "ENDPOINT_URL")],
)
async def test_settings_that_are_wrong_are_named(
    given: dict[str, str | None], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    settings = DynamoSettings.load(**{"region": "us-east-1", "endpoint_url": _NOBODY["endpoint_url"], **given})
    with pytest.raises(SettingsError, match=told):
        await DynamoStore.open(settings)


_NOBODY = {
    "endpoint_url": "http://127.0.0.1:9",
    "region": "us-east-1",
    "access_key_id": "reelwright",
    "secret_access_key": "reelwright",
}


@pytest.fixture
def no_credentials(settings: DynamoSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for file in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(file, "/nowhere")
