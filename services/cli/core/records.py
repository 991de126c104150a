"""Records, sizes and spans as people read them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from shared.ports.log import Record

HIDDEN = "(personal data)"


def clock(at_ms: int) -> str:
    """A time of day in UTC, with milliseconds; the date stands in the JSON."""
    return datetime.fromtimestamp(at_ms / 1000, tz=UTC).strftime("%H:%M:%S.%f")[:-3]


def iso(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, tz=UTC).isoformat(timespec="milliseconds")


def span(seconds: float | None) -> str:
    """A length of time in its largest sensible unit; nothing for None."""
    if seconds is None:
        return ""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 120:
        return f"{seconds:.1f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    if seconds < 172_800:
        return f"{seconds / 3600:.0f} h"
    return f"{seconds / 86_400:.0f} d"


def size(count: int) -> str:
    """Bytes with a decimal prefix."""
    amount = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def kept(cleanup: str, retention_ms: int | None) -> str:
    if "compact" in cleanup:
        return "newest of each key"
    if retention_ms is None or retention_ms < 0:
        return "for ever"
    return span(retention_ms / 1000)


def value_of(raw: bytes | None) -> Any:
    """The JSON value; None for a removal, text where it is no JSON."""
    if raw is None:
        return None
    try:
        return msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return raw.decode(errors="replace")


def shown(record: Record, *, hide: bool = False) -> dict[str, Any]:
    """A record for people and pipes."""
    return {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "at": iso(record.timestamp_ms),
        "key": record.key,
        "type": record.headers.get("ce_type"),
        "headers": dict(record.headers),
        "removed": record.value is None,
        "value": HIDDEN if hide and record.value is not None else value_of(record.value),
    }


def one_line(record: dict[str, Any]) -> str:
    value = record["value"]
    text = (
        "removed"
        if record["removed"]
        else value
        if isinstance(value, str)
        else msgspec.json.encode(value).decode()
    )
    at = record["at"][11:23]
    return f"{at} {record['partition']}:{record['offset']} {record['key'] or '-'} {text}"
