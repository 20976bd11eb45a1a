"""Which partition a key goes to: Kafka's default partitioner, so that every backend and client agrees."""

from functools import lru_cache

_REMEMBERED = 4_096
"""Keys: much is said of a project in a row."""
_MASK = 0xFFFFFFFF
_M = 0x5BD1E995


@lru_cache(maxsize=_REMEMBERED)
def partition_of(key: str, partitions: int) -> int:
    """0 .. partitions - 1; the same key always goes to the same one."""
    return (murmur2(key.encode()) & 0x7FFFFFFF) % partitions


def murmur2(data: bytes) -> int:
    """Austin Appleby's MurmurHash2 with Kafka's seed, as an unsigned 32-bit number."""
    value = 0x9747B28C ^ len(data)
    whole = len(data) & ~3
    for start in range(0, whole, 4):
        k = int.from_bytes(data[start : start + 4], "little") * _M & _MASK
        value = (value * _M & _MASK) ^ ((k ^ k >> 24) * _M & _MASK)
    if rest := data[whole:]:
        value = (value ^ int.from_bytes(rest, "little")) * _M & _MASK
    value = (value ^ value >> 13) * _M & _MASK
    return value ^ value >> 15
