"""Reads the declaration of the topics (`reelwright/topics.yaml`)."""

from functools import cache
from importlib.resources import files
from typing import Annotated, Self

import yaml
from google.protobuf.message import Message as Proto
from pydantic import BaseModel, ConfigDict, Field, model_validator

from reelwright.events.v1 import facts_pb2, requests_pb2

Count = Annotated[int, Field(gt=0)]
Hours = Annotated[float, Field(gt=0)]

_MESSAGES = {**facts_pb2.DESCRIPTOR.message_types_by_name, **requests_pb2.DESCRIPTOR.message_types_by_name}


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Topic(_Strict):
    """One topic. `carries` are names of messages of `reelwright.events.v1`."""

    name: str
    carries: tuple[str, ...] = ()
    key: str
    producers: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    followers: tuple[str, ...] = ()
    partitions: Count
    retention_h: Hours

    @property
    def retention_s(self) -> float:
        return self.retention_h * 3600

    @model_validator(mode="after")
    def _check_messages(self) -> Self:
        for name in self.carries:
            if name not in _MESSAGES:
                raise ValueError(f"{self.name} carries {name}, which is no message of reelwright.events.v1")
            if self.key not in _MESSAGES[name].fields_by_name:
                raise ValueError(f"{self.name} is keyed by {self.key}, which {name} does not have")
        return self


class DeadLetters(_Strict):
    suffix: str
    partitions: Count
    retention_h: Hours

    def of(self, topic: Topic) -> Topic:
        """The topic of `topic`'s dead letters."""
        return Topic(
            name=topic.name + self.suffix,
            key=topic.key,
            producers=topic.groups,
            partitions=self.partitions,
            retention_h=self.retention_h,
        )


class Topics(_Strict):
    """The whole declaration."""

    prefix: str
    embedded_partitions: Count
    topics: dict[str, Topic]
    dead_letters: DeadLetters

    def all(self) -> list[Topic]:
        """Every topic that a broker must have, with the dead letters of those that a group consumes."""
        declared = list(self.topics.values())
        return declared + [self.dead_letters.of(topic) for topic in declared if topic.groups]

    def carrying(self, message: type[Proto]) -> Topic:
        """The topic that a message is published to when its producer names none. Raises KeyError."""
        name = message.DESCRIPTOR.name
        for topic in self.topics.values():
            if name in topic.carries:
                return topic
        raise KeyError(f"no topic carries {message.DESCRIPTOR.full_name}")

    def retention_s(self, name: str) -> float:
        """How long the topic's records are kept; a week for one that is not declared."""
        kept = {topic.name: topic.retention_s for topic in self.all()}
        return kept.get(name, 7 * 24 * 3600.0)


def parse_topics(text: str) -> Topics:
    """Raises ValueError for a declaration that does not hold together."""
    raw = yaml.safe_load(text)
    raw["topics"] = {name: {"name": name, **fields} for name, fields in raw["topics"].items()}
    return Topics.model_validate(raw)


@cache
def topics() -> Topics:
    """The project's own declaration."""
    return parse_topics(files("reelwright").joinpath("topics.yaml").read_text(encoding="utf-8"))


def dead_letters_of(topic: str) -> str:
    """The name of the topic for `topic`'s dead letters."""
    return topic + topics().dead_letters.suffix
