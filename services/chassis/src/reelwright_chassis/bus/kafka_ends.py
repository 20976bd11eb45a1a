"""Ending aiokafka's clients within a time: their own `stop()` may wait for a lost broker for ever (#1101)."""

import asyncio
from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError, ProducerClosed

from reelwright_chassis.logs import get_logger

log = get_logger(__name__)

STOP_S = 10.0


async def end_consumer(consumer: AIOKafkaConsumer) -> None:
    """Leaves the group. When the broker does not answer, without telling it: it will notice."""
    try:
        async with asyncio.timeout(STOP_S):
            await consumer.stop()
    except (TimeoutError, KafkaError) as error:
        # A coordination task that has failed raises its error again here; nothing after it was ended then.
        log.warning("consumer_ended_without_leaving", error=type(error).__name__)
        await _tear_down(consumer)
    except asyncio.CancelledError:
        await _tear_down(consumer)
        raise


async def _tear_down(consumer: AIOKafkaConsumer) -> None:
    coordinator, fetcher = consumer._coordinator, consumer._fetcher
    if coordinator is not None:
        names = ("_coordination_task", "_heartbeat_task", "_commit_refresh_task")
        await _cancel(getattr(coordinator, name, None) for name in names)
    async with asyncio.timeout(STOP_S):
        if fetcher is not None:
            await fetcher.close()
        await consumer._client.close()


async def end_producer(producer: AIOKafkaProducer) -> None:
    """Without a flush: whoever published has its acknowledgement, or has given up.

    A second `stop()` does nothing, so the first must not be cut short: it finds its sender gone.
    """
    sender = producer._sender.sender_task
    await _cancel([sender])
    if sender is not None:
        _abandon(producer)
    async with asyncio.timeout(STOP_S):
        await producer.stop()
    await _cancel([sender])  # it may have waited for answers; by now nothing is connected


async def _cancel(tasks: "Iterable[asyncio.Task[None] | None]") -> None:
    left = {task for task in tasks if task is not None and not task.done()}
    for task in left:
        task.cancel()
    if left:
        await asyncio.wait(left, timeout=STOP_S / 2)


def _abandon(producer: AIOKafkaProducer) -> None:
    """Fail what was not sent; each failure is looked at, or asyncio would report it."""
    accumulator = producer._message_accumulator
    accumulator.fail_all(ProducerClosed())
    for batches in accumulator._batches.values():
        for batch in batches:
            batch._drain_waiter.exception()
