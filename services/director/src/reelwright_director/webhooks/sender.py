"""One attempt: a signed POST to an address that a user named."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
from standardwebhooks import Webhook

from reelwright_chassis.clock import Clock
from reelwright_chassis.outbound import AddressRefused
from reelwright_director.webhooks.delivery import Attempt
from reelwright_director.webhooks.schedule import retry_after_s

TIMEOUT_S = 20.0
"""For the whole attempt; Standard Webhooks proposes 15 to 30 s."""
_GONE = 410
_USER_AGENT = "Reelwright-Webhooks/1"


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of it. `gone`: the address wants no more. `retry_after_s`: for how long it wants to be left alone."""

    attempt: Attempt
    taken: bool
    gone: bool = False
    retry_after_s: float = 0.0


class Sender:
    def __init__(self, client: httpx.AsyncClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    async def send(self, url: str, message_id: str, body: str, secrets: Sequence[str]) -> Sent:
        """Raises nothing that the receiver causes. Its answer's body is not read."""
        now_s, began_s = self._clock.now_s(), self._clock.monotonic_s()
        status, error, wait_s = 0, "", 0.0
        try:
            async with asyncio.timeout(TIMEOUT_S):
                headers = signed(message_id, now_s, body, secrets)
                async with self._client.stream("POST", url, content=body.encode(), headers=headers) as answer:
                    status, wait_s = answer.status_code, retry_after_s(answer.headers.get("retry-after"), now_s)
                    error = "" if answer.is_success else "redirect" if answer.is_redirect else "refused"
        except (TimeoutError, httpx.TimeoutException):
            error = "timeout"
        except AddressRefused:
            error = "address_not_public"
        except httpx.ConnectError:
            error = "unreachable"
        except httpx.HTTPError:
            error = "broken_off"
        took_s = self._clock.monotonic_s() - began_s
        attempt = Attempt(now_s, status, error, round(took_s, 3))
        return Sent(attempt, not error, status == _GONE, wait_s)


def signed(message_id: str, now_s: float, body: str, secrets: Sequence[str]) -> dict[str, str]:
    """The headers of Standard Webhooks 1.0.0, with a signature by each secret."""
    at = datetime.fromtimestamp(int(now_s), UTC)
    return {
        "content-type": "application/json",
        "user-agent": _USER_AGENT,
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now_s)),
        "webhook-signature": " ".join(Webhook(secret).sign(message_id, at, body) for secret in secrets),
    }
