"""The API server as an administrator's program speaks to it."""

import base64
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

Object = dict[str, Any]
_MERGE = "application/strategic-merge-patch+json"


class Api:
    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    @classmethod
    @asynccontextmanager
    async def open(cls, address: str, authority: Path, certificate: Path, key: Path) -> AsyncIterator["Api"]:
        context = ssl.create_default_context(cafile=str(authority))
        context.load_cert_chain(certificate, key)
        async with httpx.AsyncClient(base_url=address, verify=context, timeout=30, trust_env=False) as http:
            yield cls(http)

    async def get(self, path: str) -> Object:
        return dict((await self._http.get(path)).raise_for_status().json())

    async def list(self, path: str) -> list[Object]:
        return list((await self.get(path))["items"] or ())

    async def create(self, path: str, body: Object) -> None:
        (await self._http.post(path, json=body)).raise_for_status()

    async def put(self, path: str, body: Object) -> None:
        """Into the collection at `path`, whether it is there or not."""
        answer = await self._http.post(path, json=body)
        if answer.status_code == httpx.codes.CONFLICT:
            await self.patch(f"{path}/{body['metadata']['name']}", body)
        else:
            answer.raise_for_status()

    async def patch(self, path: str, body: Object) -> None:
        """What is no longer there needs no patch."""
        answer = await self._http.patch(path, json=body, headers={"Content-Type": _MERGE})
        if answer.status_code not in (httpx.codes.NOT_FOUND, httpx.codes.CONFLICT):
            answer.raise_for_status()

    async def delete(self, path: str, *, uid: str) -> None:
        """At once, if it is still the same one."""
        body = {"gracePeriodSeconds": 0, "preconditions": {"uid": uid}}
        answer = await self._http.request("DELETE", path, json=body)
        if answer.status_code not in (httpx.codes.NOT_FOUND, httpx.codes.CONFLICT):
            answer.raise_for_status()

    @staticmethod
    def secret(found: Object, key: str) -> str:
        return base64.b64decode(found["data"][key]).decode("utf-8")
