"""Which partition a key has: murmur2 as Kafka's own clients compute it (Apache Kafka, `Utils.murmur2`).

Every producer of ours chooses this way, whatever client it uses; a contract test compares them."""

from __future__ import annotations

from functools import lru_cache

_M = 0x5BD1E995
_MASK = 0xFFFFFFFF
_SEED = 0x9747B28C


def murmur2(data: bytes) -> int:
    """The 32-bit murmur2 hash of `data` with Kafka's seed, unsigned."""
    length = len(data)
    h = (_SEED ^ length) & _MASK
    whole = length & ~3
    for i in range(0, whole, 4):
        k = int.from_bytes(data[i : i + 4], "little")
        k = (k * _M) & _MASK
        k ^= k >> 24
        k = (k * _M) & _MASK
        h = (h * _M) & _MASK
        h ^= k
    rest = length - whole
    if rest >= 3:
        h ^= data[whole + 2] << 16
    if rest >= 2:
        h ^= data[whole + 1] << 8
    if rest >= 1:
        h ^= data[whole]
        h = (h * _M) & _MASK
    h ^= h >> 13
    h = (h * _M) & _MASK
    return h ^ (h >> 15)


@lru_cache(maxsize=200_000)
def partition_of(key: str, partitions: int) -> int:
    """The partition of `key` among `partitions`, as Kafka's default partitioner gives it."""
    return (murmur2(key.encode()) & 0x7FFFFFFF) % partitions
