"""Tickets: what an EventSource shows instead of a token."""

from pathlib import Path

import pytest
from apihouse import SETTINGS, Issuer, house
from pydantic import SecretStr

from reelwright_chassis.testing import FakeClock
from reelwright_gateway.identity.caller import Caller
from reelwright_gateway.identity.tickets import Tickets
from reelwright_gateway.problems import Problem
from reelwright_gateway.settings import GatewaySettings

ISSUER = Issuer()


async def test_a_ticket_opens_one_stream_of_its_owner(tmp_path: Path) -> None:
    async with (
        house(tmp_path, identity="required", workers=False, read_jwks=ISSUER.read, **SETTINGS) as here,
        here.served() as client,
    ):
        headers = {"Authorization": f"Bearer {ISSUER.token()}"}
        made = (await client.post("/v1/projects", json={}, headers=headers)).json()
        ticket = (await client.post("/v1/stream-tickets", headers=headers)).json()["ticket"]
        path = f"/v1/projects/{made['id']}/events"
        async with client.stream("GET", path, params={"ticket": ticket}) as answer:
            assert answer.status_code == 200
        again = await client.get(path, params={"ticket": ticket})
        assert (again.status_code, again.json()["code"]) == (401, "not_authenticated")
        bobs = {"Authorization": f"Bearer {ISSUER.token(sub='bob')}"}
        other = (await client.post("/v1/stream-tickets", headers=bobs)).json()["ticket"]
        assert (await client.get(path, params={"ticket": other})).status_code == 404
        fresh = (await client.post("/v1/stream-tickets", headers=headers)).json()["ticket"]
        acting = await client.get(path, params={"ticket": fresh}, headers={"Reelwright-User": "ann"})
        assert (acting.status_code, acting.json()["code"]) == (422, "request_invalid")
        for nothing in ("", "abc", ISSUER.token()):
            assert (await client.get(path, params={"ticket": nothing})).status_code == 401
        assert (await client.get("/v1/projects", params={"ticket": other})).status_code == 401


async def test_a_ticket_is_good_for_a_minute() -> None:
    clock = FakeClock()
    tickets = Tickets(GatewaySettings(secret=SecretStr("s" * 32)), clock)
    caller = Caller("t", "u", frozenset({"projects:read"}), "key 1")
    ticket = tickets.make(caller)
    assert await tickets.take(ticket.text) == caller
    late = tickets.make(caller)
    await clock.advance(61)
    with pytest.raises(Problem) as refused:
        await tickets.take(late.text)
    assert refused.value.code == "not_authenticated"
