"""`python -m bench.bus --out FILE`: the worker shell beside a bare aiokafka loop that does the same, on a real broker.

Both take requests of a topic, answer each with a fact that the broker has acknowledged (acks=all), as many at once, and
commit what was answered, about once a second. They take turns in one process; leases are given at once. What counts is
the ratio. The shell is one worker all along, so that its memory can be seen to stay as it is.
"""

import argparse
import asyncio
import gc
import json
import logging
import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from kafka.support import create_topics, settings_of
from parts import kafka

from reelwright.events.v1.facts_pb2 import ScenesPlanned
from reelwright.events.v1.requests_pb2 import PlanRequested
from reelwright_chassis.bus.kafka import KafkaBus
from reelwright_chassis.bus.kafka_client import KafkaClients
from reelwright_chassis.bus.kafka_records import header_pairs, key_bytes, record_of
from reelwright_chassis.bus.kafka_settings import KafkaSettings
from reelwright_chassis.bus.port import Message, TopicPartition
from reelwright_chassis.envelope import decode, encode, trace_of
from reelwright_chassis.testing import embedded_parts, running
from reelwright_chassis.worker import Job, Worker
from reelwright_chassis.worker.lease import Go, Subject

GOAL = 0.6
FLAT = 0.05
"""Of a process's memory: what it may have grown by."""
TOPIC, FACTS = "plan.requests", "results"
COMMIT_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class Load:
    """`messages` of about a kilobyte a round, `concurrency` of them at once."""

    rounds: int
    messages: int
    concurrency: int

    def requests(self) -> list[Message]:
        kilobyte = PlanRequested(tenant_id="tenant", user_id="user", direction="x" * 800)
        return [encode(_with_ids(kilobyte, number), source="bench") for number in range(self.messages)]


def _with_ids(request: PlanRequested, number: int) -> PlanRequested:
    request.project_id, request.request_id = f"p{number}", f"r{number}"
    return request


def answer(request: PlanRequested) -> ScenesPlanned:
    return ScenesPlanned(project_id=request.project_id, request_id=request.request_id)


class Gate:
    """Implements `Leases`: go, once it is open. So a round begins when all is set."""

    def __init__(self) -> None:
        self.open = asyncio.Event()

    async def begin(self, subject: Subject) -> Go:
        if not self.open.is_set():
            await self.open.wait()
        return Go(1, 45.0, 900.0)

    async def beat(self, subject: Subject, attempt: int, *, paying: bool = False) -> str | None:
        return None


class CountingBus(KafkaBus):
    """Counts the facts that the broker has acknowledged."""

    def count(self, messages: int) -> "asyncio.Future[None]":
        """Resolved when so many more were."""
        self.left, self.done = messages, asyncio.get_running_loop().create_future()
        return self.done

    async def publish(self, messages: Any) -> None:
        await super().publish(messages)
        if messages[0].topic == FACTS:
            self.left -= len(messages)
            if self.left == 0:
                self.done.set_result(None)


class Shell:
    def __init__(self, bus: CountingBus, gate: Gate, load: Load) -> None:
        self._bus, self._gate, self._load = bus, gate, load

    async def round(self) -> float:
        """Messages a second."""
        self._gate.open.clear()
        counted = self._bus.count(self._load.messages)
        await self._bus.publish(self._load.requests())
        began_s = time.perf_counter()
        self._gate.open.set()
        await counted
        return self._load.messages / (time.perf_counter() - began_s)


class Bare:
    """What one would write by hand, in a page."""

    def __init__(self, settings: KafkaSettings, bus: KafkaBus, load: Load) -> None:
        self._settings = settings
        self._bus, self._load = bus, load
        self._clients = KafkaClients(settings)

    async def round(self) -> float:
        topic = self._settings.topic_prefix + TOPIC
        consumer = AIOKafkaConsumer(topic, **self._clients.member(), group_id=f"{self._settings.topic_prefix}bare")
        producer = AIOKafkaProducer(**self._clients.common(), acks="all", enable_idempotence=True)
        await self._bus.publish(self._load.requests())
        async with producer, consumer:
            began_s = time.perf_counter()
            await self._answer_all(consumer, producer)
            return self._load.messages / (time.perf_counter() - began_s)

    async def _answer_all(self, consumer: AIOKafkaConsumer, producer: AIOKafkaProducer) -> None:
        left, committed_s = self._load.messages, time.perf_counter()
        while left:
            batches = await consumer.getmany(timeout_ms=1000, max_records=self._load.concurrency)
            records = [(at, message) for at, messages in batches.items() for message in messages]
            await asyncio.gather(*(self._answer(producer, at, message) for at, message in records))
            left -= len(records)
            if time.perf_counter() - committed_s > COMMIT_EVERY_S or not left:
                await consumer.commit()  # all that was taken is answered
                committed_s = time.perf_counter()

    async def _answer(self, producer: AIOKafkaProducer, at: Any, message: Any) -> None:
        record = record_of(TopicPartition(TOPIC, at.partition), message)
        fact = encode(answer(decode(record, PlanRequested)), source="bench", trace=trace_of(record))
        topic = self._settings.topic_prefix + FACTS
        await producer.send_and_wait(topic, fact.value, key_bytes(fact.key), headers=header_pairs(fact.headers))


def memory_mb() -> float:
    """What this process holds, after what can go has gone."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


async def measure(settings: KafkaSettings, folder: Path, load: Load) -> dict[str, Any]:
    await create_topics(settings, [TOPIC, FACTS])
    elsewhere = settings.model_copy(update={"topic_prefix": settings.topic_prefix + "bare."})
    await create_topics(elsewhere, [TOPIC, FACTS])
    bus, bare_bus, gate = await CountingBus.open(settings), await KafkaBus.open(elsewhere), Gate()
    worker = Worker("planner", topic=TOPIC, request=PlanRequested, concurrency=load.concurrency)

    @worker.handles
    async def plan(request: PlanRequested, job: Job) -> ScenesPlanned:
        return answer(request)

    shell, bare = Shell(bus, gate, load), Bare(elsewhere, bare_bus, load)
    found: dict[str, list[float]] = {"shell_per_s": [], "bare_per_s": [], "memory_mb": []}
    async with embedded_parts(folder) as here:
        async with running(worker.bind(replace(here.parts, bus=bus), leases=gate)):
            await shell.round(), await bare.round()  # connections, caches: none of them is timed
            for _ in range(load.rounds):
                found["shell_per_s"].append(round(await shell.round()))
                found["bare_per_s"].append(round(await bare.round()))
                found["memory_mb"].append(memory_mb())
        await bus.close()
        await bare_bus.close()
    ratios = [ours / theirs for ours, theirs in zip(found["shell_per_s"], found["bare_per_s"], strict=True)]
    ratio = round(statistics.median(ratios), 3)
    return {
        "ratio": ratio,
        "goal": GOAL,
        "memory_growth": round(found["memory_mb"][-1] / found["memory_mb"][0] - 1, 3),
        "concurrency": load.concurrency,
        "messages": load.messages,
        **found,
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.bus")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--messages", type=int, default=4000)
    parser.add_argument("--concurrency", type=int, default=8, help="the planner's, unless told otherwise")
    given = parser.parse_args()
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        broker = kafka.start(Path(folder) / "kafka")
        try:
            load = Load(given.rounds, given.messages, given.concurrency)
            found = asyncio.run(measure(settings_of(broker.address), Path(folder), load))
        finally:
            broker.stop()
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(found, indent=2) + "\n")
    verdict = "reached" if found["ratio"] >= GOAL else "missed"
    growth, messages = found["memory_growth"], (load.rounds + 1) * load.messages
    flat = "flat" if growth <= FLAT else "not flat"
    sys.stdout.write(
        f"The shell does {found['ratio']:.2f} of a bare loop's messages; the goal of {GOAL} is {verdict}.\n"
        f"After {messages} messages a worker's memory is {flat} ({growth:+.1%}).\n"
    )


if __name__ == "__main__":
    main()
