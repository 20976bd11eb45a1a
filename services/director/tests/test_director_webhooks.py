"""Webhooks: made, told, told again until they listen, replayed, and each attempt made by one replica alone."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from reelwright.events.v1.facts_pb2 import ProjectEvent
from reelwright.rpc.v1 import project_pb2
from reelwright.rpc.v1 import webhooks_pb2 as rpc
from reelwright_chassis.errors import Reject
from reelwright_chassis.ids import new_id
from reelwright_chassis.outbound import Allowed, guarded_client
from reelwright_chassis.store.sqlite import SqliteStore
from reelwright_chassis.testing import FakeClock
from reelwright_director import tables
from reelwright_director.audit import latest
from reelwright_director.testing.receiver import Receiver, receiver
from reelwright_director.webhooks.book import MOST_HOOKS, HookBook
from reelwright_director.webhooks.fanout import FanOut
from reelwright_director.webhooks.mailbox import CLAIM_S, Mailbox
from reelwright_director.webhooks.postman import Postman
from reelwright_director.webhooks.schedule import DELAYS_S, next_delay_s, retry_after_s
from reelwright_director.webhooks.sender import Sender
from reelwright_director.webhooks.servicer import WebhookServicer

CALLER = project_pb2.Caller(tenant_id="t", user_id="u")
ADMIN = project_pb2.Caller(tenant_id="t", user_id="boss", whole_tenant=True)
EVERY_S = 1.0


@dataclass
class Office:
    """The parts of webhooks on a real store, with a clock that stands still until a test turns it."""

    store: SqliteStore
    clock: FakeClock
    client: httpx.AsyncClient
    allowed: Allowed
    postmen: list[Postman] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.book, self.mailbox = HookBook(self.store, self.clock), Mailbox(self.store)
        self.servicer = WebhookServicer(self.book, self.mailbox, self.postman(), self.clock, self.allowed)
        self.fan_out = FanOut(self.book, self.mailbox, self.postmen[0], self.clock)

    def postman(self) -> Postman:
        sender = Sender(self.client, self.clock)
        self.postmen.append(Postman(self.book, self.mailbox, sender, self.clock, EVERY_S))
        return self.postmen[-1]

    async def make(self, url: str, caller: project_pb2.Caller = CALLER, **fields: Any) -> rpc.CreateWebhookResponse:
        return await self.servicer.CreateWebhook(rpc.CreateWebhookRequest(caller=caller, url=url, **fields), None)

    async def tell(self, kind: str = "project.completed", user_id: str = "u", tenant_id: str = "t") -> str:
        event = ProjectEvent(
            tenant_id=tenant_id, user_id=user_id, project_id="p1", event_id=new_id(), type=kind, body='{"type":"é"}'
        )
        await self.fan_out(event, None)  # type: ignore[arg-type] # the record is not looked at
        return event.event_id

    async def deliveries(self, webhook_id: str, caller: project_pb2.Caller = CALLER) -> list[rpc.Delivery]:
        request = rpc.ListDeliveriesRequest(caller=caller, webhook_id=webhook_id)
        return list((await self.servicer.ListDeliveries(request, None)).deliveries)

    async def turn(self, seconds: float) -> None:
        """The clock, unless attempts are being made: these take real time, of another thread."""
        if not any(postman.busy for postman in self.postmen):
            await self.clock.advance(seconds)
        await asyncio.sleep(0.005)

    async def until(self, webhook_id: str, *, attempts: int, advance_s: float = 0.0) -> rpc.Delivery:
        """The newest delivery, once so many attempts were made and written down; the clock is turned meanwhile."""
        async with asyncio.timeout(30):
            while True:
                (newest, *_) = await self.deliveries(webhook_id)
                if len(newest.attempts) >= attempts:
                    return newest
                await self.turn(advance_s or EVERY_S)


@asynccontextmanager
async def office(folder: Path, *, loopback: bool = True) -> AsyncIterator[Office]:
    clock, allowed = FakeClock(), Allowed(loopback=loopback)
    async with AsyncExitStack() as stack:
        store = await SqliteStore.open(folder / "store.sqlite", clock=clock)
        stack.push_async_callback(store.close)
        await store.ensure(tables.ALL)
        client = await stack.enter_async_context(guarded_client(allowed, timeout_s=5.0))
        yield Office(store, clock, client, allowed)


@asynccontextmanager
async def at_work(here: Office) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        for postman in here.postmen:
            tasks.create_task(postman.run())
        try:
            yield
        finally:
            for postman in here.postmen:
                postman.stop()


@pytest.fixture
def there() -> Any:
    with receiver() as opened:
        yield opened


async def test_an_event_is_told_once_and_signed(tmp_path: Path, there: Receiver) -> None:
    async with office(tmp_path) as here, at_work(here):
        made = await here.make(there.url)
        event_id = await here.tell()
        told = await here.until(made.webhook.webhook_id, attempts=1)
        (post,) = there.posts
        assert (told.status, told.attempts[0].status) == (rpc.DELIVERY_STATUS_DELIVERED, 204)
        assert post.headers["webhook-id"] == told.delivery_id == event_id
        assert post.headers["content-type"] == "application/json"
        assert post.json == {"type": "é"}
        assert post.signed_by(made.secret)
        assert not post.signed_by("whsec_" + "A" * 40)


async def test_who_hears_of_what(tmp_path: Path, there: Receiver) -> None:
    async with office(tmp_path) as here:
        own = await here.make(there.url)
        choosy = await here.make(there.url, types=["project.failed"])
        boss = await here.make(there.url, ADMIN, all_users=True)
        other = await here.make(there.url, project_pb2.Caller(tenant_id="t", user_id="v"))
        off = await here.make(there.url)
        hooks = [made.webhook.webhook_id for made in (own, choosy, boss, other, off)]
        await here.servicer.UpdateWebhook(
            rpc.UpdateWebhookRequest(caller=CALLER, webhook_id=hooks[4], enabled=False), None
        )
        await here.tell("project.completed")
        await here.tell("project.completed", tenant_id="another")
        assert [len(await here.deliveries(hook, ADMIN)) for hook in hooks] == [1, 0, 1, 0, 0]
        await here.tell("project.failed")
        assert [len(await here.deliveries(hook, ADMIN)) for hook in hooks] == [2, 1, 2, 0, 0]


async def test_a_double_is_told_once(tmp_path: Path, there: Receiver) -> None:
    async with office(tmp_path) as here, at_work(here):
        made = await here.make(there.url)
        event = ProjectEvent(tenant_id="t", user_id="u", project_id="p", event_id=new_id(), type="x", body="{}")
        for _ in range(3):
            await here.fan_out(event, None)  # type: ignore[arg-type]
            await here.until(made.webhook.webhook_id, attempts=1)
        assert len(there.posts) == 1


async def test_whoever_does_not_take_it_is_told_again_under_the_same_id(tmp_path: Path, there: Receiver) -> None:
    there.answers.extend([(500, {}), (302, {"location": there.url}), (204, {})])
    async with office(tmp_path) as here, at_work(here):
        made = await here.make(there.url)
        await here.tell()
        told = await here.until(made.webhook.webhook_id, attempts=3, advance_s=100)
        assert [(each.status, each.error) for each in told.attempts] == [(500, "refused"), (302, "redirect"), (204, "")]
        assert len({post.headers["webhook-id"] for post in there.posts}) == 1
        assert len({post.headers["webhook-timestamp"] for post in there.posts}) == 3
        waits = [later.at.seconds - sooner.at.seconds for sooner, later in pairwise(told.attempts)]
        assert waits[0] >= DELAYS_S[0]
        assert waits[1] >= DELAYS_S[1]


async def test_after_a_day_it_is_given_up_and_can_be_replayed(tmp_path: Path, there: Receiver) -> None:
    tries = len(DELAYS_S) + 1
    there.answers.extend([(503, {"retry-after": "nonsense"})] * tries)
    async with office(tmp_path) as here, at_work(here):
        made = await here.make(there.url)
        await here.tell()
        told = await here.until(made.webhook.webhook_id, attempts=tries, advance_s=600)
        assert told.status == rpc.DELIVERY_STATUS_FAILED
        assert not told.HasField("next_attempt_at")
        assert 86_400 < told.attempts[-1].at.seconds - told.attempts[0].at.seconds < 2 * 86_400
        await here.servicer.ReplayDelivery(
            rpc.ReplayDeliveryRequest(caller=CALLER, webhook_id=made.webhook.webhook_id, delivery_id=told.delivery_id),
            None,
        )
        again = await here.until(made.webhook.webhook_id, attempts=tries + 1)
        assert again.status == rpc.DELIVERY_STATUS_DELIVERED
        assert there.posts[-1].headers["webhook-id"] == told.delivery_id


async def test_an_address_that_is_gone_is_left_alone(tmp_path: Path, there: Receiver) -> None:
    there.answers.append((410, {}))
    async with office(tmp_path) as here, at_work(here):
        made = await here.make(there.url)
        await here.tell()
        told = await here.until(made.webhook.webhook_id, attempts=1)
        assert told.status == rpc.DELIVERY_STATUS_FAILED
        request = rpc.WebhookRequest(caller=CALLER, webhook_id=made.webhook.webhook_id)
        hook = await here.servicer.GetWebhook(request, None)
        assert (hook.enabled, hook.disabled_reason) == (False, "gone")
        await here.tell()
        assert len(await here.deliveries(made.webhook.webhook_id)) == 1
        change = rpc.UpdateWebhookRequest(caller=CALLER, webhook_id=made.webhook.webhook_id, enabled=True)
        hook = await here.servicer.UpdateWebhook(change, None)
        assert (hook.enabled, hook.disabled_reason) == (True, "")


async def test_a_rotated_secret_signs_beside_the_one_before_for_a_day(tmp_path: Path, there: Receiver) -> None:
    async with office(tmp_path) as here, at_work(here):
        made = await here.make(there.url)
        hook_id = made.webhook.webhook_id
        rotate = rpc.RotateSecretRequest(caller=CALLER, webhook_id=hook_id, idempotency_key="k")
        rotated = await here.servicer.RotateSecret(rotate, None)
        assert rotated.secret not in ("", made.secret)
        assert not (await here.servicer.RotateSecret(rotate, None)).secret, "shown once"
        await here.tell()
        await here.until(hook_id, attempts=1)
        assert [there.posts[-1].signed_by(secret) for secret in (made.secret, rotated.secret)] == [True, True]
        await here.clock.advance(86_401)
        await here.tell()
        await here.until(hook_id, attempts=1)
        assert [there.posts[-1].signed_by(secret) for secret in (made.secret, rotated.secret)] == [False, True]


async def test_each_attempt_is_made_by_one_replica(tmp_path: Path, there: Receiver) -> None:
    async with office(tmp_path) as here:
        here.postman()
        made = await here.make(there.url)
        for _ in range(30):
            await here.tell()
        async with at_work(here):
            async with asyncio.timeout(30):
                while any(
                    each.status != rpc.DELIVERY_STATUS_DELIVERED
                    for each in await here.deliveries(made.webhook.webhook_id)
                ):
                    await here.turn(EVERY_S)
        ids = [post.headers["webhook-id"] for post in there.posts]
        assert len(ids) == len(set(ids)) == 30


async def test_whoever_is_killed_before_it_is_written_down_leaves_it_to_another(
    tmp_path: Path, there: Receiver
) -> None:
    async with office(tmp_path) as here:
        made = await here.make(there.url)
        await here.tell()
        (due,) = [delivery async for delivery in here.mailbox.due(here.clock.now_s())]
        assert await here.mailbox.claim(due, here.clock.now_s()), "and its claimant is never heard of again"
        assert await here.mailbox.claim(due, here.clock.now_s()) is None
        async with at_work(here):
            await here.clock.advance(CLAIM_S / 2)
            assert not there.posts
            told = await here.until(made.webhook.webhook_id, attempts=1, advance_s=10)
            assert told.status == rpc.DELIVERY_STATUS_DELIVERED


async def test_a_silent_address_does_not_keep_others_from_theirs(tmp_path: Path, there: Receiver) -> None:
    async with office(tmp_path) as here:
        with socket.create_server(("127.0.0.1", 0)) as silent:  # it takes connections, and says nothing
            await here.make(f"http://127.0.0.1:{silent.getsockname()[1]}/")
            for _ in range(150):
                await here.tell()
            made = await here.make(there.url)
            await here.tell()
            async with at_work(here):
                async with asyncio.timeout(30):
                    while not there.posts:
                        await here.clock.advance(EVERY_S)
                        await asyncio.sleep(0.005)  # the receiver is another thread
                silent.close()
        told = await here.until(made.webhook.webhook_id, attempts=1)
        assert told.status == rpc.DELIVERY_STATUS_DELIVERED


async def test_a_test_is_sent_once_for_each_key(tmp_path: Path, there: Receiver) -> None:
    async with office(tmp_path) as here, at_work(here):
        made = await here.make(there.url)
        request = rpc.TestWebhookRequest(caller=CALLER, webhook_id=made.webhook.webhook_id, idempotency_key="k")
        first, again = [await here.servicer.TestWebhook(request, None) for _ in range(2)]
        assert first.delivery_id == again.delivery_id
        await here.until(made.webhook.webhook_id, attempts=1)
        (post,) = there.posts
        assert post.json["type"] == "webhook.test"
        assert post.signed_by(made.secret)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://example.com/", "Only https"),
        ("https://10.0.0.1/", "not on the public internet"),
        ("https://[::1]/", "not on the public internet"),
        ("https://user:word@example.com/", "no password"),
        ("nonsense", "This is no URL"),
    ],
)
async def test_addresses_that_are_not_called_are_refused(tmp_path: Path, url: str, says: str) -> None:
    async with office(tmp_path, loopback=False) as here:
        with pytest.raises(Reject, match=says) as refused:
            await here.make(url)
        assert refused.value.reason_code == "webhook_invalid"


async def test_a_name_that_leads_to_a_private_address_is_not_called(tmp_path: Path, there: Receiver) -> None:
    """It could not be told by its letters when the webhook was made."""
    async with office(tmp_path, loopback=False) as here, at_work(here):
        made = await here.make("https://localhost/hook")
        await here.tell()
        told = await here.until(made.webhook.webhook_id, attempts=1)
        assert [(each.status, each.error) for each in told.attempts] == [(0, "address_not_public")]
        assert not there.posts


async def test_what_cannot_be_is_refused_in_a_sentence(tmp_path: Path, there: Receiver) -> None:
    async with office(tmp_path) as here:
        for fields, says in (
            ({"types": ["project.done"]}, "'project.done' is no type of event"),
            ({"description": "x" * 201}, "at most 200"),
            ({"all_users": True}, "Only administrators"),
        ):
            with pytest.raises(Reject, match=says):
                await here.make(there.url, **fields)
        for _ in range(MOST_HOOKS):
            await here.make(there.url)
        with pytest.raises(Reject, match="at most 20 webhooks") as refused:
            await here.make(there.url)
        assert refused.value.reason_code == "webhook_limit"


async def test_a_webhook_is_its_owners(tmp_path: Path, there: Receiver) -> None:
    stranger = project_pb2.Caller(tenant_id="t", user_id="v")
    async with office(tmp_path) as here:
        made = await here.make(there.url, idempotency_key="k")
        again = await here.make(there.url, idempotency_key="k")
        assert (again.webhook.webhook_id, again.secret) == (made.webhook.webhook_id, "")
        with pytest.raises(Reject) as refused:
            await here.make(there.url + "/other", idempotency_key="k")
        assert refused.value.reason_code == "idempotency_key_reused"
        for caller, found in ((CALLER, 1), (ADMIN, 1), (stranger, 0)):
            listed = await here.servicer.ListWebhooks(rpc.ListWebhooksRequest(caller=caller), None)
            assert len(listed.webhooks) == found
        with pytest.raises(Reject) as refused:
            await here.deliveries(made.webhook.webhook_id, stranger)
        assert refused.value.reason_code == "webhook_not_found"
        await here.tell()
        await here.servicer.DeleteWebhook(rpc.WebhookRequest(caller=ADMIN, webhook_id=made.webhook.webhook_id), None)
        assert not [each async for each in here.mailbox.due(here.clock.now_s())]
        lines = await latest(here.store, "webhooks#t")
        assert [(line.by, line.what.split()[0]) for line in lines] == [("boss", "delete"), ("u", "create")]


@pytest.mark.parametrize("failures", range(1, len(DELAYS_S) + 1))
def test_waits_grow_and_are_spread(failures: int) -> None:
    soonest, latest_ = (next_delay_s(failures, chance=chance) for chance in (0.0, 0.999))
    assert soonest is not None
    assert latest_ is not None
    assert soonest < latest_ < 1.1 * soonest
    assert next_delay_s(failures, chance=0.0, retry_after_s=900.0) == max(soonest, 900.0)
    assert next_delay_s(len(DELAYS_S) + 1, chance=0.0) is None


def test_retry_after_is_read_in_both_spellings() -> None:
    assert retry_after_s("120", 0.0) == 120.0
    assert retry_after_s("Thu, 01 Jan 1970 00:02:00 GMT", 60.0) == 60.0
    assert [retry_after_s(text, 0.0) for text in (None, "soon", "-5", "²")] == [0.0] * 4
