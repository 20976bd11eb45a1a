"""What a Service is to those outside: a port on loopback whose connections go to the ready pods in turn."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from itertools import count

_BLOCK_BYTES = 1 << 16


class Balancer:
    """`port` serves port `target` of the pods whose addresses `ready` tells, one connection after another in turn."""

    def __init__(self, ready: Callable[[], list[str]], target: int) -> None:
        self._ready = ready
        self._target = target
        self._turn = count()
        self._connections: set[asyncio.Task[None]] = set()
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Balancer"]:
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in self._connections:
                task.cancel()
            await asyncio.gather(*self._connections, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            if ready := self._ready():
                await self._joined(reader, writer, ready[next(self._turn) % len(ready)])
        finally:
            self._connections.discard(task)
            writer.close()

    async def _joined(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, address: str) -> None:
        with suppress(OSError):
            there_reader, there_writer = await asyncio.open_connection(address, self._target)
            try:
                ways = [
                    asyncio.create_task(_carried(reader, there_writer)),
                    asyncio.create_task(_carried(there_reader, writer)),
                ]
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
            finally:
                there_writer.close()


async def _carried(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while block := await source.read(_BLOCK_BYTES):
        target.write(block)
        await target.drain()
