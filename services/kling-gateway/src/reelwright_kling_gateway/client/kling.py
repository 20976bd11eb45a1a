"""Kling as this service uses it: order, find again, read. Each order is spoken of in its own dialect."""

from collections.abc import Sequence
from typing import Protocol

import httpx

from reelwright_kling_gateway.client import legacy, new
from reelwright_kling_gateway.client.auth import Credential
from reelwright_kling_gateway.client.errors import KlingError, Reaction
from reelwright_kling_gateway.client.http import KlingHttp
from reelwright_kling_gateway.client.order import Order, Product
from reelwright_kling_gateway.client.task import Task


class Provider(Protocol):
    """Whoever makes clips and pictures for money. Every method raises `KlingError`."""

    async def create(self, order: Order) -> Task:
        """The paid call: sent once, never repeated in here."""

    async def find(self, product: Product, external_task_id: str) -> Task | None:
        """The task that was ordered under our own id; None when this look-up sees none."""

    async def read(self, product: Product, task_ids: Sequence[str]) -> list[Task]:
        """The tasks' states, in any order; unknown ids are missing. At most `batch_limit` ids."""

    def batch_limit(self, product: Product) -> int: ...


class Kling:
    """The real API (or its simulator) behind `Provider`: clips in the new dialect, pictures in the legacy one."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        base_url: str,
        *,
        new_credential: Credential,
        legacy_credential: Credential,
        name: str = "kling",
    ) -> None:
        self._new = KlingHttp(client, base_url, new_credential, name)
        self._legacy = KlingHttp(client, base_url, legacy_credential, name)

    async def create(self, order: Order) -> Task:
        if order.product is Product.CLIP:
            path, body = new.create_request(order)
            return new.parse_task(await self._new.call("POST", path, body=body))
        path, body = legacy.create_request(order)
        return legacy.parse_task(await self._legacy.call("POST", path, body=body))

    async def find(self, product: Product, external_task_id: str) -> Task | None:
        if product is Product.CLIP:
            data = await self._new.call("GET", "/tasks", params={"external_task_ids": external_task_id})
            return next((task for task in new.parse_tasks(data) if task.external_id in ("", external_task_id)), None)
        return await self._read_picture(external_task_id)

    async def read(self, product: Product, task_ids: Sequence[str]) -> list[Task]:
        if product is Product.CLIP:
            data = await self._new.call("GET", "/tasks", params={"task_ids": ",".join(task_ids)})
            return new.parse_tasks(data)
        tasks = [await self._read_picture(task_id) for task_id in task_ids]
        return [task for task in tasks if task is not None]

    def batch_limit(self, product: Product) -> int:
        return new.BATCH_LIMIT if product is Product.CLIP else 1

    async def check_credentials(self) -> None:
        """A read that costs nothing and that a refused key does not pass. Raises `KlingError`."""
        await self._new.call("GET", "/tasks", params={"task_ids": "0"})
        await self._read_picture("0")

    async def _read_picture(self, task_or_external_id: str) -> Task | None:
        try:
            return legacy.parse_task(await self._legacy.call("GET", legacy.task_path(task_or_external_id)))
        except KlingError as error:
            if error.reaction is not Reaction.NOT_FOUND:
                raise
            return None
