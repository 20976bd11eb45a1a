"""What every backend counts of what it has published."""

from collections.abc import Sequence
from functools import cache

from prometheus_client import Counter

from reelwright_chassis import metrics
from reelwright_chassis.bus.port import Message
from reelwright_chassis.timing import observe


def count_published(messages: Sequence[Message], seconds: float) -> None:
    """They were acknowledged after so many seconds."""
    observe(metrics.PUBLISH_SECONDS, seconds)
    for message in messages:
        _published(message.topic).inc()


@cache
def _published(topic: str) -> Counter:
    return metrics.PUBLISHED.labels(topic=topic)
