"""What DynamoDB Local never does: throttles, transactions in each other's way, lost answers, rights that lack."""

import asyncio
import io
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, ReadTimeoutError

from reelwright_chassis.errors import Conflict, Unavailable
from reelwright_chassis.store import dynamo_calls
from reelwright_chassis.store.dynamo import DynamoStore
from reelwright_chassis.store.dynamo_settings import DynamoSettings
from reelwright_chassis.store.limits import InvalidItem
from reelwright_chassis.store.port import Absent, Check, Delete, Present, Put, Query, Table
from reelwright_chassis.testing.clock import FakeClock

TABLE = Table("things", "id", ttl="expires_at")
ATTEMPTS = 4
ACTIVE = {
    "TableName": "reelwright.things",
    "TableStatus": "ACTIVE",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
}
Answer = dict[str, Any] | Exception
OK: Answer = {}


def refusal(code: str, status: int = 400, **more: object) -> Answer:
    return {"status": status, "__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "told", **more}


def canceled(*codes: str) -> Answer:
    return refusal("TransactionCanceledException", CancellationReasons=[{"Code": code} for code in codes])


LOST: list[Answer] = [
    ReadTimeoutError(endpoint_url="x", error="x"),
    ConnectionClosedError(endpoint_url="x"),
    refusal("InternalServerError", 500),
    refusal("Anything", 503),
]
THROTTLES = [
    refusal(code) for code in ("ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded")
]


class Server:
    """Answers calls with what was laid ready, then with OK; keeps what was asked."""

    def __init__(self) -> None:
        self.answers: Iterator[Answer] = iter(())
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.before_answer: Callable[[], object] = lambda: None

    def __call__(self, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        body = request.body
        assert isinstance(body, bytes)
        target = request.headers["X-Amz-Target"]
        operation = (target.decode() if isinstance(target, bytes) else target).rpartition(".")[2]
        if operation == "DescribeTable":
            return _response({"Table": ACTIVE})
        self.asked.append((operation, json.loads(body)))
        self.before_answer()
        answer = next(self.answers, OK)
        if isinstance(answer, Exception):
            raise answer
        return _response(answer)


class _Raw(io.BytesIO):
    def stream(self) -> Iterator[bytes]:
        yield self.read()


def _response(answer: dict[str, Any]) -> AWSResponse:
    said = dict(answer)
    status = said.pop("status", 200)
    return AWSResponse("http://x", status, HTTPHeaders(), _Raw(json.dumps(said).encode()))


class Instant(FakeClock):
    """Sleeps no time, and says for how long it should have."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def clock() -> Instant:
    return Instant()


@pytest.fixture
async def store(server: Server, clock: Instant, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DynamoStore]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    settings = DynamoSettings.load(
        endpoint_url="http://127.0.0.1:9", region="us-east-1", attempts=ATTEMPTS, max_connections=2
    )
    client = dynamo_calls.connect(settings)
    client.meta.events.register("before-send.dynamodb.*", server)  # type: ignore[arg-type]
    monkeypatch.setattr(dynamo_calls, "connect", lambda _: client)
    store = await DynamoStore.open(settings, clock=clock)
    await store.ensure([TABLE])
    yield store
    await store.close()


@pytest.mark.parametrize("throttle", THROTTLES)
async def test_a_throttled_call_is_made_again_a_little_later(
    store: DynamoStore, server: Server, clock: Instant, throttle: Answer
) -> None:
    server.answers = iter([throttle, throttle, OK])
    await store.put(TABLE, {"id": "x"}, when=Absent())
    assert [operation for operation, _ in server.asked] == ["PutItem"] * 3
    assert len(clock.slept) == 2
    assert all(0 <= slept_s <= 0.2 for slept_s in clock.slept)


async def test_a_lasting_throttle_is_an_outage(store: DynamoStore, server: Server) -> None:
    server.answers = iter(THROTTLES[:1] * 10)
    with pytest.raises(Unavailable, match=r"Query on reelwright\.things: throttled"):
        await store.query(Query(TABLE, "x"))
    assert len(server.asked) == ATTEMPTS


@pytest.mark.parametrize(
    "answer",
    [
        canceled("None", "TransactionConflict"),
        canceled("ThrottlingError", "None"),
        canceled("TransactionConflict", "ProvisionedThroughputExceeded"),
        refusal("TransactionInProgressException"),
        *LOST,
    ],
)
async def test_a_transaction_is_known_again_by_its_token(store: DynamoStore, server: Server, answer: Answer) -> None:
    server.answers = iter([answer, answer, OK])
    await store.transact([Put(TABLE, {"id": "x"}, Absent()), Delete(TABLE, {"id": "y"})])
    tokens = [asked["ClientRequestToken"] for operation, asked in server.asked if operation == "TransactWriteItems"]
    assert len(tokens) == 3
    assert len(set(tokens)) == 1


async def test_each_transaction_has_its_own_token(store: DynamoStore, server: Server) -> None:
    for _ in range(2):
        await store.transact([Check(TABLE, {"id": "x"}, Absent())])
    assert len({asked["ClientRequestToken"] for _, asked in server.asked}) == 2


async def test_items_that_others_hold_all_the_time_are_a_conflict_or_an_outage(
    store: DynamoStore, server: Server
) -> None:
    """With a condition the caller reads again, because the others will have changed it; without one it can but wait."""
    server.answers = iter([canceled("TransactionConflict", "None")] * ATTEMPTS)
    with pytest.raises(Conflict):
        await store.transact([Put(TABLE, {"id": "x"}, Absent()), Delete(TABLE, {"id": "y"})])
    server.answers = iter([canceled("TransactionConflict", "None")] * ATTEMPTS)
    with pytest.raises(Unavailable, match="other transactions hold the same items"):
        await store.transact([Put(TABLE, {"id": "x"}), Delete(TABLE, {"id": "y"})])
    server.answers = iter([refusal("TransactionConflictException")] * ATTEMPTS)
    with pytest.raises(Conflict):
        await store.put(TABLE, {"id": "x"}, when=Present())
    assert len(server.asked) == 3 * ATTEMPTS


@pytest.mark.parametrize(
    "answer",
    [
        canceled("None", "ConditionalCheckFailed"),
        canceled("ConditionalCheckFailed", "TransactionConflict"),
        canceled("ThrottlingError", "ConditionalCheckFailed"),
    ],
)
async def test_an_unmet_condition_is_a_conflict_at_once(store: DynamoStore, server: Server, answer: Answer) -> None:
    server.answers = iter([answer])
    with pytest.raises(Conflict, match="a condition on things does not hold"):
        await store.transact([Put(TABLE, {"id": "x"}, Absent()), Check(TABLE, {"id": "y"}, Present())])
    assert len(server.asked) == 1


@pytest.mark.parametrize("answer", LOST)
async def test_a_write_with_a_condition_whose_answer_was_lost_is_not_made_again(
    store: DynamoStore, server: Server, answer: Answer
) -> None:
    """It would meet its own work, and call it a conflict."""
    for write in (store.put(TABLE, {"id": "x"}, when=Absent()), store.delete(TABLE, {"id": "x"}, when=Present())):
        server.answers = iter([answer])
        with pytest.raises(Unavailable, match="may have been made"):
            await write
    assert [operation for operation, _ in server.asked] == ["PutItem", "DeleteItem"]


@pytest.mark.parametrize("answer", LOST)
async def test_what_may_be_made_twice_is_made_again(store: DynamoStore, server: Server, answer: Answer) -> None:
    server.answers = iter([answer, OK, answer, OK, answer, OK])
    await store.put(TABLE, {"id": "x"})
    await store.delete(TABLE, {"id": "x"})
    assert await store.get(TABLE, {"id": "x"}) is None
    assert len(server.asked) == 6


async def test_a_call_that_was_never_sent_is_made_again(store: DynamoStore, server: Server) -> None:
    server.answers = iter([EndpointConnectionError(endpoint_url="x"), OK])
    await store.put(TABLE, {"id": "x"}, when=Absent())
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("AccessDeniedException", r"Write on reelwright.things: .* may not do this \(AccessDeniedException\): give"),
        ("ExpiredTokenException", "no AWS credentials that DynamoDB accepts"),
        ("UnrecognizedClientException", "no AWS credentials that DynamoDB accepts"),
        ("ResourceNotFoundException", "run `reelwright provision`"),
        ("SomethingNew", "SomethingNew"),
    ],
)
async def test_what_no_repetition_mends_is_said_at_once(
    store: DynamoStore, server: Server, code: str, told: str
) -> None:
    server.answers = iter([refusal(code)])
    with pytest.raises(Unavailable, match=told):
        await store.put(TABLE, {"id": "x"})
    assert len(server.asked) == 1


@pytest.mark.parametrize("answer", [refusal("ValidationException"), canceled("None", "ValidationError")])
async def test_what_dynamodb_refuses_is_the_callers_fault(store: DynamoStore, server: Server, answer: Answer) -> None:
    server.answers = iter([answer])
    with pytest.raises(InvalidItem, match=r"refuses Write on reelwright\.things"):
        await store.transact([Put(TABLE, {"id": "x"}), Put(TABLE, {"id": "y"})])


async def test_calls_wait_their_turn_and_hold_nobody_up(store: DynamoStore, server: Server) -> None:
    """Two connections: five calls are never more than two at once, and the loop turns meanwhile."""
    at_once, most = 0, 0
    lock, both, go_on = threading.Lock(), threading.Semaphore(0), threading.Event()

    def enter() -> None:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        both.release()
        assert go_on.wait(30)
        with lock:
            at_once -= 1

    server.before_answer = enter
    calls = [asyncio.ensure_future(store.get(TABLE, {"id": "x"})) for _ in range(5)]
    for _ in range(2):
        assert await asyncio.to_thread(both.acquire, timeout=30)
    assert not both.acquire(blocking=False)
    go_on.set()
    assert await asyncio.gather(*calls) == [None] * 5
    assert most == 2
