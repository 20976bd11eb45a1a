"""Starting aiokafka's clients so that whoever is cancelled meanwhile leaves no connection behind."""

import asyncio

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.client import AIOKafkaClient

_LET_BOOTSTRAP_S = 2.0


async def start_client(client: AIOKafkaConsumer | AIOKafkaProducer | AIOKafkaAdminClient) -> None:
    """Raises what `start()` raises. Who is cancelled, or out of time, still has to end the client."""
    inner: AIOKafkaClient = client.client if isinstance(client, AIOKafkaProducer) else client._client
    bootstrap = inner.bootstrap

    async def whole() -> None:
        """aiokafka forgets the connection that it asks a bootstrap server by when it is cancelled before the answer."""
        asking = asyncio.ensure_future(bootstrap())
        try:
            await asyncio.shield(asking)
        except asyncio.CancelledError:
            try:
                await asyncio.wait({asking}, timeout=_LET_BOOTSTRAP_S)
            finally:
                asking.cancel()
                await asyncio.gather(asking, return_exceptions=True)
            raise

    inner.bootstrap = whole
    await client.start()
