"""Sends the callbacks that the ledger says are due: in order for one task, side by side for several."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict

import httpx

from reelwright_kling_sim.callbacks import Delivery, headers_of
from reelwright_kling_sim.clock import Clock
from reelwright_kling_sim.ledger import Ledger
from reelwright_kling_sim.settings import SimSettings
from reelwright_kling_sim.threads import LedgerThread

log = logging.getLogger(__name__)

AT_ONCE = 16


class CallbackSender:
    """POSTs each callback once: whether the vendor tries again is documented nowhere, so receivers must bear a loss."""

    def __init__(
        self, db: LedgerThread, clock: Clock, settings: SimSettings, transport: httpx.AsyncBaseTransport | None
    ) -> None:
        self._db = db
        self._clock = clock
        self._secrets = settings.webhook_secrets
        self._timeout_s = settings.callback_timeout_s
        self._transport = transport
        self._client: httpx.AsyncClient | None = None  # made when needed: it reads certificates, which takes a while
        self._busy = asyncio.Lock()

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()

    async def send_due(self) -> None:
        """Send what is due by the clock."""
        async with self._busy:
            by_task: dict[str, list[tuple[int, Delivery]]] = defaultdict(list)
            for callback_id, delivery in await self._db(Ledger.due_callbacks, round(self._clock.now_s() * 1000)):
                by_task[delivery.task_id].append((callback_id, delivery))
            room = asyncio.Semaphore(AT_ONCE)
            await asyncio.gather(*(self._send_in_order(deliveries, room) for deliveries in by_task.values()))

    async def _send_in_order(self, deliveries: list[tuple[int, Delivery]], room: asyncio.Semaphore) -> None:
        async with room:
            for callback_id, delivery in deliveries:
                outcome = await self._send(delivery)
                log.info("callback: %s", outcome, extra={"action": "callback_sent", "task_id": delivery.task_id})
                await self._db(Ledger.callback_sent, callback_id)

    async def _send(self, delivery: Delivery) -> str:
        """What came of it: the HTTP status, or the kind of failure."""
        headers = headers_of(delivery, self._secrets, self._clock.now_s())
        if self._client is None:
            self._client = httpx.AsyncClient(transport=self._transport, timeout=self._timeout_s, trust_env=False)
        try:
            response = await self._client.post(delivery.url, content=delivery.body.encode(), headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return type(error).__name__
        return str(response.status_code)
