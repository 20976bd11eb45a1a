"""What a render process and its parent say to each other: pickles with their length before them.

Only between a parent and the child that it started itself.
"""

import pickle
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

LENGTH = struct.Struct(">Q")


@dataclass(frozen=True, slots=True)
class Done:
    result: object


@dataclass(frozen=True, slots=True)
class Progress:
    frames: int


@dataclass(frozen=True, slots=True)
class Failed:
    """An exception in words: pickled ones lose their causes and what their constructors take."""

    kind: str
    message: str
    reason_code: str
    traceback: str


def packed(message: object) -> bytes:
    data = pickle.dumps(message)
    return LENGTH.pack(len(data)) + data


def unpacked(data: bytes) -> object:
    return pickle.loads(data)  # noqa: S301 - from our own parent or child


def read(stream: BinaryIO) -> Iterator[object]:
    """All messages until the other side closes."""
    while len(head := stream.read(LENGTH.size)) == LENGTH.size:
        yield unpacked(stream.read(LENGTH.unpack(head)[0]))
