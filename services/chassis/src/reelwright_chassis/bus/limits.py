"""What a message may be, for every backend, so that a laptop finds what a broker would refuse."""

from reelwright_chassis.bus.port import Message

# Kafka's default `message.max.bytes` is 1,048,588; what is left serves the headers and the broker's framing, also when
# the same bytes go to the dead letters with more headers.
MAX_BODY_BYTES = 1_000_000
MAX_HEADERS_BYTES = 16_000


def check_message(message: Message) -> None:
    """Raises ValueError for a message that a broker would refuse."""
    check_size(message.topic, len(message.key.encode("utf-8", "surrogateescape")) + len(message.value))
    headers = sum(map(len, message.headers)) + sum(map(len, message.headers.values()))  # their names are ASCII
    if headers > MAX_HEADERS_BYTES:
        raise ValueError(f"a message to {message.topic} has {headers} bytes of headers, more than {MAX_HEADERS_BYTES}")


def check_size(topic: str, body_bytes: int) -> None:
    """Raises ValueError for a key and value that are larger together than a broker takes."""
    if body_bytes > MAX_BODY_BYTES:
        raise ValueError(f"a message to {topic} is {body_bytes} bytes, more than {MAX_BODY_BYTES}")
