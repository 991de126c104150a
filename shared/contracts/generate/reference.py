"""The reference page: topics, views and frames for people."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, get_args

import msgspec
from msgspec import inspect

from shared.contracts import common, frames
from shared.contracts import topic as topics
from shared.contracts.generate.asyncapi import HEADER_MEANINGS, entries_of
from shared.contracts.generate.catalogue import DEAD_LETTER, FRAMES, VIEW_ENTRIES, Entry
from shared.contracts.generate.text import paragraphs, pretty
from shared.contracts.registry import LIVE_TOPICS
from shared.contracts.status import FINAL, SUBSTATUSES
from shared.contracts.topic import Topic
from shared.contracts.views.catalogue import VIEWS

UNITS = {
    "_ms": "ms since 1970 UTC",
    "_s": "s",
    "_m": "m",
    "_mps": "m/s",
    "_deg": "degrees",
    "lon": "degrees, WGS 84",
    "lat": "degrees, WGS 84",
}
"""The unit that a field's name says; checked longest first."""

_PATTERNS = {
    get_args(common.Id)[1].pattern: "identifier",
    get_args(common.Substatus)[1].pattern: "[status code](#status-codes)",
}


def reference() -> str:
    """The page, as Markdown."""
    shared: dict[str, inspect.StructType] = {}
    body = [
        "# Contracts",
        "Made from `shared/contracts` by `python -m shared.contracts.generate`; the same definitions give"
        " [asyncapi.json](asyncapi.json), the [JSON Schemas](schemas) and the page's TypeScript types.",
        *paragraphs(_conventions()),
        "## Topics",
        _topic_table(LIVE_TOPICS),
        *_topics(shared),
        "## Dead letters",
        *_dead_letters(shared),
        "## Views",
        *_views(shared),
        "## Frames of the recipient's websocket",
        *paragraphs(frames.__doc__),
        *(part for entry in FRAMES for part in _entry(entry, shared, "###")),
        "## Types used above",
        *_shared_types(shared),
        "## Status codes",
        _table(
            ("code", "meaning", "final"),
            ((f"`{code}`", meaning, "yes" if code in FINAL else "") for code, meaning in SUBSTATUSES.items()),
        ),
    ]
    return "\n\n".join(body) + "\n"


def _conventions() -> str:
    return """Times are integers, milliseconds since 1970-01-01T00:00:00Z, in fields named `_ms`; other units
stand in the name too (`_s`, `_m`, `_mps`, `_deg`). Coordinates are [lon, lat] in WGS 84 degrees. Money is a
decimal string with its ISO 4217 currency. A field at its default is left out; whoever reads ignores fields it
does not know.

Records are CloudEvents in binary mode: the headers `ce_id`, `ce_source`, `ce_specversion`, `ce_type` and
`content-type`, besides `traceparent`. A record without a value removes what its key names. The partition is
murmur2 of the key, as Kafka's Java client computes it."""


def _topic_table(which: Iterable[Topic]) -> str:
    return _table(
        ("topic", "key", "kept", "written by", "read by"),
        (
            (
                f"[{t.name}](#{t.name.replace('.', '')})",
                t.key,
                _kept(t),
                ", ".join(t.producers),
                ", ".join(t.consumers) or "nobody",
            )
            for t in which
        ),
    )


def _topics(shared: dict[str, inspect.StructType]) -> Iterable[str]:
    for topic in LIVE_TOPICS:
        yield f"### {topic.name}"
        yield f"{topic.title}." + (" **Personal data.**" if topic.personal else "")
        partitions = (
            "one partition" if topic.group == "small" else f"partitions as every {topic.group}.* topic"
        )
        by = f", partitioned by {topic.partitioned_by}" if topic.partitioned_by else ""
        yield (
            f"Key: {topic.key}{by}; {partitions}. Kept: {_kept(topic)}. Written by"
            f" {', '.join(topic.producers)}; read by {', '.join(topic.consumers) or 'nobody'}."
        )
        yield "Settings: " + ", ".join(f"`{k}={v}`" for k, v in topic.config().items()) + "."
        if topic.headers:
            yield "Further headers: " + " ".join(f"`{h}`: {HEADER_MEANINGS[h]}" for h in topic.headers)
        for entry in entries_of(topic):
            yield from _entry(entry, shared, "" if entry.name == topic.name else "####")


def _kept(topic: Topic) -> str:
    if topic.cleanup == "compact":
        return "newest of each key"
    if topic.retention_ms is None:
        return "as the broker says"
    hours = topic.retention_ms // topics.HOUR_MS
    if hours <= 48:
        return f"{hours} h"
    return f"{hours // 24} days"


def _dead_letters(shared: dict[str, inspect.StructType]) -> Iterable[str]:
    yield (
        "Beside every topic X lies X.dlq, one partition, kept 7 days: what could not be read or"
        " handled, and in `courier.positions.dlq` what ingest parked of known devices."
    )
    yield from _entry(DEAD_LETTER, shared, "")


def _views(shared: dict[str, inspect.StructType]) -> Iterable[str]:
    yield (
        "JSON values in Redis. `<generation>` changes when a rebuild switches; the braces keep a partition's"
        " keys together in a cluster. A stage view is stored after its sequence and a space. Two more keys"
        " hold bare integers: `...:{<partition>}:fence`, the epoch of the partition's owner, and"
        " `...:{<partition>}:worked_off:<role>`, when (ms) that role had last worked off the partition's log."
    )
    for view, entry in zip(VIEWS, VIEW_ENTRIES, strict=True):
        yield from _entry(
            entry,
            shared,
            "###",
            f"{view.title}. {'Channel' if view.channel else 'Key'}: `{view.key}`. Written by"
            f" {', '.join(view.writers)}; read by {', '.join(view.readers)}. Kept {view.kept}.",
        )


def _entry(
    entry: Entry, shared: dict[str, inspect.StructType], heading: str, first: str | None = None
) -> Iterable[str]:
    info = inspect.type_info(entry.shape)
    assert isinstance(info, inspect.StructType)
    if heading:
        yield f"{heading} {entry.name}"
    if first:
        yield first
    yield from paragraphs(entry.body.__doc__)
    yield _fields(info, shared)
    for example in entry.examples:
        yield f"<details><summary>Example</summary>\n\n```json\n{pretty(example)}\n```\n\n</details>"
    yield f"[JSON Schema](schemas/{entry.name}.json)"


def _fields(info: inspect.StructType, shared: dict[str, inspect.StructType]) -> str:
    rows = []
    if info.tag is not None and info.tag_field is not None:
        rows.append((f"`{info.tag_field}`", f'`"{info.tag}"`', "", "required"))
    for each in info.fields:
        name = each.encode_name
        rows.append((f"`{name}`", _type(each.type, shared), _unit(name), _default(each)))
    return _table(("field", "type", "unit", "default"), rows)


def _shared_types(shared: dict[str, inspect.StructType]) -> Iterable[str]:
    done: set[str] = set()
    while todo := sorted(set(shared) - done):  # describing one may bring in others
        for name in todo:
            done.add(name)
            _fields(shared[name], shared)
    for name in sorted(shared):
        info = shared[name]
        yield f"### {name}"
        yield from paragraphs(info.cls.__doc__)
        if info.array_like:
            yield "Written as a JSON array of its fields in this order."
        yield _fields(info, shared)


def _unit(name: str) -> str:
    for suffix in sorted(UNITS, key=len, reverse=True):
        if name == suffix or (suffix.startswith("_") and name.endswith(suffix)):
            return UNITS[suffix]
    return ""


def _default(each: inspect.Field) -> str:
    if each.required:
        return "required"
    if each.default is msgspec.NODEFAULT:
        return "empty"
    if each.default is None:
        return "absent"
    return f"`{json.dumps(msgspec.to_builtins(each.default))}`"


def _type(info: inspect.Type, shared: dict[str, inspect.StructType]) -> str:
    match info:
        case inspect.Metadata(type=inner):
            return _type(inner, shared)
        case inspect.StructType():
            name = info.cls.__name__
            shared[name] = info
            return f"[{name}](#{name.lower()})"
        case inspect.LiteralType(values=values):
            return " \\| ".join(f'`"{value}"`' for value in values)
        case inspect.StrType():
            return _PATTERNS.get(info.pattern) or "string" + _bounds(
                info.min_length, info.max_length, " characters"
            )
        case inspect.IntType():
            return "integer" + _bounds(info.ge, info.le)
        case inspect.FloatType(lt=None):
            return "number" + _bounds(info.ge, info.le)
        case inspect.FloatType():
            return f"number, {info.ge} ≤ it < {info.lt}"
        case inspect.BoolType():
            return "boolean"
        case inspect.AnyType():
            return "any"
        case inspect.DictType(key_type=key, value_type=value):
            return f"object of {_type(key, shared)}: {_type(value, shared)}"
        case inspect.TupleType(item_types=items):
            return f"[{', '.join(_type(item, shared) for item in items)}]"
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
            return f"list of {_type(item, shared)}"
        case inspect.UnionType(types=types):
            nullable = any(isinstance(each, inspect.NoneType) for each in types)
            text = " or ".join(_type(t, shared) for t in types if not isinstance(t, inspect.NoneType))
            return text + (" or null" if nullable else "")
        case _:
            raise TypeError(f"the reference has no words for {info!r} yet")


def _bounds(low: Any, high: Any, what: str = "") -> str:
    match low, high:
        case None, None:
            return ""
        case low, None:
            return "" if low == 0 else f" ≥ {low}{what}"
        case None, high:
            return f" ≤ {high}{what}"
        case _:
            return f" {low} to {high}{what}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in lines)
