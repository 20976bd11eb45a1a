"""What opens something, used as it is meant: keys, tokens of an issuer, tickets, signed links, secrets of webhooks."""

import time
from functools import partial
from typing import Any

import httpx
from openapi.issuing import ServedIssuer
from processes.front_end import FrontEnd
from processes.planted import WORDS, Planted
from town.town import Town
from town.waiting import until

PATIENCE_S = 60.0


async def be_trusted(here: Town, front_end: FrontEnd, issuer: ServedIssuer, planted: Planted) -> None:
    """One of each kind goes the way that such things go, and its like is refused."""
    await _by_tokens(front_end, issuer, planted)
    await _by_a_key(front_end, issuer, planted)
    await _by_a_ticket(front_end, planted)
    await _by_links(front_end, planted)
    await _a_webhook(here, front_end, planted)


async def _by_tokens(front_end: FrontEnd, issuer: ServedIssuer, planted: Planted) -> None:
    now = int(time.time())
    for end, status in ((now + 600, 200), (now - 600, 401)):
        token = planted.hand("a JWT", issuer.issuer.token(sub="u", exp=end))
        answer = await front_end.http.get(front_end.path, headers=_bearing(token))
        assert answer.status_code == status, answer.text


async def _by_a_key(front_end: FrontEnd, issuer: ServedIssuer, planted: Planted) -> None:
    """It is made by an administrator, used, and revoked."""
    admin = _bearing(planted.hand("a JWT", issuer.token()))
    made = await front_end.ask("POST", "/v1/api-keys", json={"user_id": "u"}, headers=admin)
    key = _bearing(planted.hand("an API key", made["key"]))
    await front_end.ask("GET", front_end.path, headers=key)
    await front_end.ask("DELETE", f"/v1/api-keys/{made['id']}", headers=admin)
    assert (await front_end.http.get(front_end.path, headers=key)).status_code == 401


async def _by_a_ticket(front_end: FrontEnd, planted: Planted) -> None:
    """A stream has it in its address."""
    ticket = (await front_end.ask("POST", "/v1/stream-tickets"))["ticket"]
    address = front_end.http.base_url.join(f"{front_end.path}/events").copy_with(params={"ticket": ticket})
    planted.words["the ticket"] = ticket
    for status in (200, 401):
        async with httpx.AsyncClient() as anybody, anybody.stream("GET", address) as answer:
            assert answer.status_code == status, "it opens one stream"


async def _by_links(front_end: FrontEnd, planted: Planted) -> None:
    """Of the video, and of a part of a recording that is sent straight to the bucket."""
    video = (await front_end.take("GET"))["video"]["video"]["url"]
    other = await front_end.ask("POST", "/v1/projects", json={"autostart": False})
    path = f"/v1/projects/{other['id']}"
    upload = await front_end.ask("POST", f"{path}/uploads", json={"size_bytes": 4})
    (part,) = upload["parts"]
    for link in (video, part["url"]):
        planted.words[f"the signature of a link, {len(planted.words)}"] = _signature(planted, link)
    async with httpx.AsyncClient() as anybody:
        assert (await anybody.put(part["url"], content=b"ID3\x04")).status_code == 200
    await front_end.ask("POST", f"{path}/uploads/{upload['id']}/complete", json={})
    await front_end.ask("DELETE", path)


def _signature(planted: Planted, link: str) -> str:
    planted.hand("a presigned signature", link)
    return httpx.URL(link).params["X-Amz-Signature"]


async def _a_webhook(here: Town, front_end: FrontEnd, planted: Planted) -> None:
    """At an address with a token in it, where nobody is: each attempt to tell it fails. Its secret is rotated."""
    address = f"https://nobody.invalid/{WORDS['file']}?token={WORDS['link']}"
    made: dict[str, Any] = await front_end.ask("POST", "/v1/webhooks", json={"url": address})
    planted.hand("a webhook's secret", made["secret"])
    path = f"/v1/webhooks/{made['id']}"
    planted.hand("a webhook's secret", (await front_end.ask("POST", f"{path}/secret"))["secret"])
    await front_end.ask("POST", f"{path}/test")
    tried = partial(here.fleet.metric, "director-1", "reelwright_webhook_attempts_total")
    await until(tried, PATIENCE_S, "the webhook was tried")
    await front_end.ask("DELETE", path)


def _bearing(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
