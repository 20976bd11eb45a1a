"""API keys: made, told apart, revoked; their secrets shown once and stored never."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from reelwright.rpc.v1 import keys_pb2 as rpc
from reelwright_chassis.errors import Conflict, Reject, Unavailable
from reelwright_chassis.store.port import Condition, Item, Table
from reelwright_chassis.store.sqlite import SqliteStore
from reelwright_chassis.testing import FakeClock
from reelwright_director import tables
from reelwright_director.apikey import KEPT_S, KeyRecord, Refusal, item_key, key_item, new_key, read_key, refusal
from reelwright_director.audit import latest
from reelwright_director.grpc_keys import ApiKeyServicer
from reelwright_director.keybook import USE_NOTED_EVERY_S, KeyBook

WHO = {"tenant_id": "t", "user_id": "u"}


class Desk:
    """The service without gRPC in between, on a real store and a clock that stands still."""

    def __init__(self, store: SqliteStore, clock: FakeClock) -> None:
        self.store = store
        self.clock = clock
        self.book = KeyBook(store, self.clock)
        self._servicer = ApiKeyServicer(self.book, self.clock)

    async def create(self, **fields: Any) -> rpc.CreateKeyResponse:
        return await self._servicer.CreateKey(rpc.CreateKeyRequest(**{**WHO, **fields}), None)

    async def list(self, **fields: Any) -> rpc.ListKeysResponse:
        return await self._servicer.ListKeys(rpc.ListKeysRequest(**fields), None)

    async def revoke(self, key_id: str, **fields: Any) -> rpc.ApiKey:
        return await self._servicer.RevokeKey(rpc.RevokeKeyRequest(key_id=key_id, **fields), None)

    async def identify(self, key: str) -> rpc.IdentifyResponse:
        return await self._servicer.Identify(rpc.IdentifyRequest(key=key), None)

    async def refusal(self, key: str) -> rpc.KeyRefusal.ValueType:
        answer = await self.identify(key)
        assert answer.WhichOneof("answer") == "refusal"
        return answer.refusal

    def in_s(self, seconds: float) -> Timestamp:
        return Timestamp(seconds=int(self.clock.now_s() + seconds))


@asynccontextmanager
async def desk(folder: Path, kind: type[SqliteStore] = SqliteStore) -> AsyncIterator[Desk]:
    clock = FakeClock()
    store = await kind.open(folder / "store.sqlite", clock=clock)
    await store.ensure(tables.ALL)
    try:
        yield Desk(store, clock)
    finally:
        await store.close()


async def test_a_key_tells_whose_it_is(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        made = await here.create(scopes=["admin", "act_as"], label="batch", by="anna")
        answer = await here.identify(f" {made.key}\n")
        assert answer.identity == rpc.Identity(
            tenant_id="t", user_id="u", scopes=["act_as", "admin"], key_id=made.record.key_id
        )
        assert (made.record.label, made.record.created_by) == ("batch", "anna")
        assert list((await here.create()).record.scopes) == ["projects:read", "projects:write"]


async def test_the_secret_is_stored_nowhere(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        made = await here.create()
        secret = made.key.rpartition("_")[2]
        assert len(secret) == 64
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())  # noqa: ASYNC240
    assert made.record.key_id.encode() in stored
    assert secret.encode() not in stored
    assert bytes.fromhex(secret) not in stored


@pytest.mark.parametrize(
    "wrong",
    [
        lambda key: "",
        lambda key: "rw_",
        lambda key: key.upper(),
        lambda key: key[:-1] + ("0" if key[-1] != "0" else "1"),
        lambda key: key[:-64] + "0" * 64,
        lambda key: str(new_key()),
        lambda key: key + "\n" + key,
        lambda key: key[:-1] + "٣",
    ],
)
async def test_what_is_no_key_is_unknown(tmp_path: Path, wrong: Any) -> None:
    async with desk(tmp_path) as here:
        made = await here.create()
        assert await here.refusal(wrong(made.key)) == rpc.KEY_REFUSAL_UNKNOWN


async def test_a_revoked_key_opens_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        made = await here.create()
        revoked = await here.revoke(made.record.key_id, by="ben")
        assert (revoked.revoked_by, revoked.HasField("revoked_at")) == ("ben", True)
        assert await here.refusal(made.key) == rpc.KEY_REFUSAL_REVOKED
        await here.clock.advance(5)
        assert await here.revoke(made.record.key_id, by="carla") == revoked
        assert await here.refusal(made.key[:-64] + "0" * 64) == rpc.KEY_REFUSAL_UNKNOWN


async def test_an_expired_key_opens_nothing_and_is_forgotten_in_the_end(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        made = await here.create(expires_at=here.in_s(60))
        assert (await here.identify(made.key)).identity.expires_at == here.in_s(60)
        await here.clock.advance(60)
        assert await here.refusal(made.key) == rpc.KEY_REFUSAL_EXPIRED
        with pytest.raises(Reject, match="in the past"):
            await here.create(expires_at=here.in_s(0))
        stored = await here.book.get(made.record.key_id)
        assert stored is not None
        assert key_item(stored)["forget_at"] == made.record.expires_at.seconds + KEPT_S
        await here.clock.advance(KEPT_S)
        assert await here.refusal(made.key) == rpc.KEY_REFUSAL_UNKNOWN
        assert not (await here.list()).keys


async def test_nobody_revokes_anothers_key(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        made = await here.create()
        for other in ({"tenant_id": "other"}, {"tenant_id": "t", "user_id": "other"}):
            with pytest.raises(Reject) as refused:
                await here.revoke(made.record.key_id, **other)
            assert refused.value.reason_code == "key_not_found"
        assert (await here.identify(made.key)).HasField("identity")
        await here.revoke(made.record.key_id, **WHO)
        assert await here.refusal(made.key) == rpc.KEY_REFUSAL_REVOKED


async def test_use_is_noted_once_a_minute(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        made = await here.create()
        versions = []
        for _ in range(3):
            await here.identify(made.key)
            record = await here.book.get(made.record.key_id)
            assert record is not None
            versions.append((record.version, record.last_used_at_s))
            await here.clock.advance(USE_NOTED_EVERY_S / 2)
        first_s = made.record.created_at.seconds
        assert versions == [(2, first_s), (2, first_s), (3, first_s + USE_NOTED_EVERY_S)]


class Racing(SqliteStore):
    """Something happens between a read and the write that follows it."""

    error: Exception | None = None

    async def put(self, table: Table, item: Item, *, when: Condition | None = None) -> None:
        if self.error is not None:
            raise self.error
        await super().put(table, item, when=when)


@pytest.mark.parametrize("error", [Conflict("changed"), Unavailable("throttled")])
async def test_a_use_that_cannot_be_noted_keeps_nobody_out(tmp_path: Path, error: Exception) -> None:
    async with desk(tmp_path, Racing) as here:
        made = await here.create()
        assert isinstance(here.store, Racing)
        here.store.error = error
        assert (await here.identify(made.key)).HasField("identity")


async def test_a_note_of_use_never_undoes_a_revocation(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        made = await here.create()
        before = await here.book.get(made.record.key_id)
        assert before is not None
        await here.revoke(made.record.key_id)
        await here.book._note_use(before, here.clock.now_s())
        assert await here.refusal(made.key) == rpc.KEY_REFUSAL_REVOKED


async def test_the_same_call_makes_one_key(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        first = await here.create(idempotency_key="once", label="a")
        again = await here.create(idempotency_key="once", label="a")
        assert (again.key, again.record) == ("", first.record)
        with pytest.raises(Reject) as refused:
            await here.create(idempotency_key="once", label="b")
        assert refused.value.reason_code == "idempotency_key_reused"
        assert len((await here.list()).keys) == 1


async def test_keys_are_listed_by_tenant_and_user(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        made = []
        for number in range(5):
            await here.clock.advance(1)
            who = {"tenant_id": f"t{number % 2}", "user_id": f"u{number}"}
            made.append((await here.create(**who)).record.key_id)

        async def listed(**wanted: Any) -> list[str]:
            found: list[str] = []
            cursor = ""
            while True:
                page = await here.list(cursor=cursor, limit=2, **wanted)
                found += [key.key_id for key in page.keys]
                cursor = page.next_cursor
                if not cursor:
                    return found

        assert await listed() == made[::-1]
        assert await listed(tenant_id="t0") == [made[4], made[2], made[0]]
        assert await listed(tenant_id="t0", user_id="u2") == [made[2]]
        with pytest.raises(Reject) as refused:
            await here.list(cursor="nonsense")
        assert refused.value.reason_code == "cursor_invalid"


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"tenant_id": ""}, "needs a tenant"),
        ({"user_id": ""}, "needs a tenant and a user"),
        ({"user_id": "x" * 257}, "at most 256"),
        ({"label": "x" * 101}, "at most 100"),
        ({"scopes": ["projects:read", "root"]}, "'root' is no scope"),
    ],
)
async def test_a_key_that_cannot_be_is_refused_in_a_sentence(tmp_path: Path, fields: Any, says: str) -> None:
    async with desk(tmp_path) as here:
        with pytest.raises(Reject, match=says) as refused:
            await here.create(**fields)
        assert refused.value.reason_code == "key_invalid"
        assert not (await here.list()).keys


async def test_who_made_and_revoked_keys_is_kept(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        made = await here.create(by="anna")
        await here.revoke(made.record.key_id, by="ben")
        lines = await latest(here.store, "keys#t")
        assert [(line.by, line.what.split(" of ")[0]) for line in lines] == [
            ("ben", f"revoke key {made.record.key_id}"),
            ("anna", f"create key {made.record.key_id}"),
        ]


def test_a_record_is_the_same_after_a_stay_in_the_store() -> None:
    plain = KeyRecord("k", b"hash", "t", "u", ("admin",), "label", 1.0, "anna")
    ended = replace(plain, expires_at_s=5.0, last_used_at_s=2.0, revoked_at_s=3.0, revoked_by="ben", version=4)
    assert [item_key(key_item(record)) for record in (plain, ended)] == [plain, ended]


def test_revoked_is_said_before_expired() -> None:
    spelled = new_key()
    assert read_key(str(spelled)) == spelled
    record = KeyRecord(spelled.key_id, b"", "t", "u", (), "", 1.0, "", expires_at_s=5.0, revoked_at_s=3.0)
    assert refusal(record, spelled.secret, 9.0) is Refusal.UNKNOWN
