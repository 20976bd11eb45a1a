"""Words that are found nowhere else, and where they must not be read: logs, metrics, spans, headers, errors."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import httpx
from aiokafka import AIOKafkaConsumer
from parts.collector import Collector
from town.town import Town

_READ_MS = 2_000

WORDS = {
    "title": "Zibbernook",
    "script": "quavermint",
    "transcript": "ostelbrine",
    "prompt": "vexalloom",
    "file": "murkfennel",
    "link": "drossyvane",
    "token": "pellucrag",
}
"""What a person tells in confidence, each once."""

KEYS = {
    name: f"{name.lower().replace('_', '-')}-quillfrond"
    for name in ("KLING_ACCESS_KEY", "KLING_SECRET_KEY", "OPENAI_API_KEY", "ANTHROPIC_API_KEY")
}
"""Vendors' keys in the environment of every process."""

SHAPES = {
    "an API key": re.compile(r"rw_[0-9a-z]{26}_[0-9a-f]{16}"),
    "a JWT": re.compile(r"eyJ[\w-]{8,}\.[\w-]{8,}"),
    "a webhook's secret": re.compile(r"whsec_[\w+/-]{8,}"),
    "a presigned signature": re.compile(r"X-Amz-Signature=[0-9a-f]{16}"),
}
"""What opens something, by its looks: also where it is made by a service, such as the token that Kling is shown."""


@dataclass
class Planted:
    """What a run was told in confidence, and what the API answered beside the bodies of what went well."""

    words: dict[str, str]
    """What each is -> the word. Secrets that are handed out on the way are added by `hand`."""
    collector: Collector
    answered: list[tuple[str, str]] = field(default_factory=list)
    """Which call -> its answer's headers, and the body of an error."""

    def hand(self, kind: str, secret: str) -> str:
        """Remembers one of the kinds in `SHAPES`; returns it."""
        assert SHAPES[kind].search(secret), f"{kind} looks otherwise by now"
        self.words[f"{kind}, {len(self.words)}"] = secret
        return secret

    async def hear(self, answer: httpx.Response) -> None:
        """For `event_hooks`."""
        call = f"{answer.request.method} {answer.status_code}"
        self.answered.append((f"the headers of {call}", str(answer.headers.multi_items())))
        if answer.is_error:
            await answer.aread()
            self.answered.append((f"the error of {call}", answer.text))

    async def seen(self, here: Town) -> list[str]:
        """Each place where one of them is read, but the answers to those who sent them."""
        places = [*self.answered, *_logs(here), *await _metrics(here), *await _kafka_headers(here), *self._spans()]
        return self.found_in(places) + [
            f"{kind} in {place}" for place, text in places for kind, shape in SHAPES.items() if shape.search(text)
        ]

    def _spans(self) -> list[tuple[str, str]]:
        """All that is in each: name, attributes, events, status, links, and what its process says of itself."""
        assert any(each.service == "kling-gateway" for each in self.collector.spans), "they are sent"
        return [(f"the span {each.name} of {each.service}", each.text) for each in self.collector.spans]

    def found_in(self, places: Iterable[tuple[str, str]]) -> list[str]:
        return [f"{what} in {place}" for place, text in places for what, word in self.words.items() if word in text]


def _logs(here: Town) -> list[tuple[str, str]]:
    return [(f"the log of {name}", member.log.read_text("utf-8")) for name, member in here.fleet.members.items()]


async def _metrics(here: Town) -> list[tuple[str, str]]:
    """Of all processes but the simulator, which has none."""
    names = [name for name in here.fleet.names() if not name.startswith("kling-sim")]
    return [(f"the metrics of {name}", (await here.fleet.probe(name, "/metrics"))[1]) for name in names]


async def _kafka_headers(here: Town) -> list[tuple[str, str]]:
    """Of every record on every topic, with the record's key."""
    return [
        (f"the headers of a record of {topic}", f"{key!r} {dict(headers)}")
        for topic, key, headers in await records(here.backing.env)
    ]


async def records(env: Mapping[str, str]) -> list[tuple[str, bytes | None, tuple[tuple[str, bytes], ...]]]:
    """Topic, key and headers of all that was ever published. Read past the ports: they show no keys of other groups."""
    servers, prefix = env["REELWRIGHT_KAFKA_BOOTSTRAP_SERVERS"], env["REELWRIGHT_KAFKA_TOPIC_PREFIX"]
    async with AIOKafkaConsumer(bootstrap_servers=servers) as consumer:
        names = [name for name in await consumer.topics() if name.startswith(prefix)]
    async with AIOKafkaConsumer(*names, bootstrap_servers=servers, auto_offset_reset="earliest") as consumer:
        parts = consumer.assignment()
        ends = await consumer.end_offsets(parts)
        found = []
        while any([await consumer.position(part) < ends[part] for part in parts]):
            batches = await consumer.getmany(timeout_ms=_READ_MS)
            found += [(each.topic, each.key, each.headers) for batch in batches.values() for each in batch]
    assert found
    return found
