"""Embedded parts in a folder of the test's own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from google.protobuf.message import Message as Proto

from reelwright.events.v1 import facts_pb2
from reelwright_chassis import rpc
from reelwright_chassis.bus.port import Record
from reelwright_chassis.envelope import decode, encode
from reelwright_chassis.home import open_home
from reelwright_chassis.parts import Parts, Service
from reelwright_chassis.testing.director import FakeDirector
from reelwright_chassis.topics import topics


@dataclass(frozen=True, slots=True)
class EmbeddedParts:
    """The parts, and the director that their channel leads to."""

    parts: Parts
    director: FakeDirector


@asynccontextmanager
async def embedded_parts(folder: Path, *, instance: str = "test-worker") -> AsyncIterator[EmbeddedParts]:
    """Real embedded backends under `folder`, and a `FakeDirector` behind a real gRPC channel."""
    director = FakeDirector()
    async with open_home(folder) as home:
        server = await rpc.serve([director.mounted], rpc.local_address(folder, "director"))
        channel = rpc.connect(server.address)
        parts = Parts(home.bus, home.store, home.blobs, channel, home.scratch, instance)
        try:
            yield EmbeddedParts(parts, director)
        finally:
            await channel.close()
            await server.stop(0)


@asynccontextmanager
async def running(*services: Service) -> AsyncIterator[None]:
    """The services run while the body does, and have stopped after it. A service's own fault ends the body."""
    async with asyncio.TaskGroup() as tasks:
        for service in services:
            tasks.create_task(service.run())
        try:
            yield
        finally:
            for service in services:
                service.stop()


async def ask(service: Service, parts: Parts, request: Proto, *, timeout_s: float = 60.0) -> Proto:
    """The fact with which the running worker `service` answers the request. Raises TimeoutError."""
    facts = parts.bus.follow("results")
    async with running(service), asyncio.timeout(timeout_s):
        await parts.bus.publish([encode(request, source="test")])
        async for record in facts:
            fact = read_fact(record)
            if getattr(fact, "request_id", None) == getattr(request, "request_id", None):
                return fact
    raise TimeoutError("the bus was closed")


def read_fact(record: Record) -> Proto:
    """The fact in a record of `results`."""
    types: list[type[Proto]] = [getattr(facts_pb2, name) for name in topics().topics["results"].carries]
    return decode(record, *types)
