"""Publishing to Kafka: idempotent, acknowledged by all replicas in sync, and never for longer than it may take."""

import asyncio
from collections.abc import Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError, KafkaError, UnknownTopicOrPartitionError

from reelwright_chassis.bus.kafka_client import KafkaClients, bus_error, no_such_topic, reaching
from reelwright_chassis.bus.kafka_ends import end_producer
from reelwright_chassis.bus.kafka_records import Names, header_pairs, key_bytes
from reelwright_chassis.bus.kafka_starts import start_client
from reelwright_chassis.bus.kafka_watch import Watch
from reelwright_chassis.bus.port import Message
from reelwright_chassis.errors import SettingsError, Unavailable

_UNKNOWN_TOPIC_S = 3.0
_LOOK_S = 5.0
# Above what limits.py lets pass, so that the refusal of a message has one place.
_REQUEST_BYTES = 1_048_576


class KafkaProducer:
    """One aiokafka producer at a time. One that failed is not used again: the next publish makes a new one.

    aiokafka's own would wait for a lost broker without a limit, repeat for ever what was given up here, know no address
    but those it last heard of, and stay broken after some errors. A new one asks the bootstrap servers again.
    """

    def __init__(self, clients: KafkaClients, names: Names) -> None:
        self._clients = clients
        self._names = names
        self._found: set[str] = set()
        self._watch = Watch(clients.settings.publish_timeout_s)
        self._producer: AIOKafkaProducer | None = None
        self._opening = asyncio.Lock()
        self._retiring: set[asyncio.Task[None]] = set()
        self._closed = False

    async def open(self) -> None:
        """Raises `SettingsError` when the broker refuses us, `Unavailable` when it cannot be reached."""
        await self._get()

    async def publish(self, messages: Sequence[Message]) -> None:
        """Raises `Unavailable`."""
        producer = self._producer or await self._get_or_wait()
        try:
            await self._send(producer, messages)
        except (KafkaError, OSError) as error:
            self._retire(producer)
            raise bus_error("publishing", error) from error

    async def check_topic(self, topic: str) -> None:
        """Raises `Unavailable`, in words, when the broker does not have it."""
        await self._find(await self._get_or_wait(), self._names.outside(topic))

    async def close(self) -> None:
        self._closed = True
        if self._producer is not None:
            self._retire(self._producer)
        if self._retiring:
            await asyncio.wait(self._retiring)

    async def _send(self, producer: AIOKafkaProducer, messages: Sequence[Message]) -> None:
        """All are handed over before the first acknowledgement is awaited, in order, so they travel together."""
        acknowledgements: list[tuple[asyncio.Future[object], set[asyncio.Future[object]]]] = []
        try:
            for message in messages:
                acknowledgement = await self._hand_over(producer, message)
                acknowledgements.append((acknowledgement, self._watch.over(acknowledgement)))
            for acknowledgement, _ in acknowledgements:
                await acknowledgement
        finally:
            for acknowledgement, watched in acknowledgements:
                watched.discard(acknowledgement)
                acknowledgement.cancel()  # nothing happens to what is done

    async def _hand_over(self, producer: AIOKafkaProducer, message: Message) -> "asyncio.Future[object]":
        topic = self._names.outside(message.topic)
        if topic not in self._found:
            await self._find(producer, topic)
        acknowledgement: asyncio.Future[object] = await producer.send(
            topic, message.value, key_bytes(message.key), headers=header_pairs(message.headers)
        )
        return acknowledgement

    async def _find(self, producer: AIOKafkaProducer, topic: str) -> None:
        """aiokafka would ask for a topic that does not exist for as long as a request may take, and name no remedy."""
        try:
            async with asyncio.timeout(_UNKNOWN_TOPIC_S):
                with reaching(f"looking for the topic {topic}"):
                    await producer.partitions_for(topic)
        except TimeoutError:
            pass
        except Unavailable as error:
            if not isinstance(error.__cause__, TimeoutError | UnknownTopicOrPartitionError):
                raise
        else:
            self._found.add(topic)
            return
        if await _reachable(producer):
            raise no_such_topic(topic)
        self._retire(producer)
        raise Unavailable("the broker does not answer")

    async def _get_or_wait(self) -> AIOKafkaProducer:
        """Once the bus was open, a refusal is an outage too: a password is being changed, say."""
        try:
            return await self._get()
        except SettingsError as error:
            raise Unavailable(str(error)) from error

    async def _get(self) -> AIOKafkaProducer:
        async with self._opening:
            if self._closed:
                raise Unavailable("the bus was closed")
            if self._producer is None:
                self._producer = await self._start()
            return self._producer

    async def _start(self) -> AIOKafkaProducer:
        settings = self._clients.settings
        producer = AIOKafkaProducer(
            **self._clients.common(),
            acks="all",
            enable_idempotence=True,
            linger_ms=round(settings.linger_s * 1000),
            max_request_size=_REQUEST_BYTES,
        )
        try:
            # start() asks for a producer id without a limit, until it gets one.
            async with asyncio.timeout(settings.request_timeout_s):
                await start_client(producer)
        except BaseException as error:  # of who is cancelled, too
            await end_producer(producer)
            if isinstance(error, KafkaConnectionError):
                raise await self._clients.why_unreachable() from error
            with reaching("starting to publish"):
                raise
        return producer

    def _retire(self, producer: AIOKafkaProducer) -> None:
        if self._producer is producer:
            self._producer = None
            self._found.clear()
        task = asyncio.ensure_future(end_producer(producer))
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)


async def _reachable(producer: AIOKafkaProducer) -> bool:
    try:
        async with asyncio.timeout(_LOOK_S):
            return bool(await producer.client.force_metadata_update())
    except TimeoutError:
        return False
