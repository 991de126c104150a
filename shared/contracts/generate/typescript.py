"""TypeScript types of the recipient's socket, as strict as the wire: same names as in `frames`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, get_args

import msgspec
from msgspec import inspect

from shared.contracts import common, frames
from shared.contracts.courier_positions import FixProperties
from shared.contracts.generate.shapes import FEATURES, AreaProperties, described
from shared.contracts.generate.text import filled, paragraphs
from shared.contracts.status import SUBSTATUSES, Tag

WIDTH = 110
INDENT = "  "
"""The front end's formatter breaks lines at this width and indents so: what is made here it leaves alone."""

ALIASES: dict[str, tuple[Any, str]] = {
    "Language": (common.Language, "Languages of everything a person reads."),
    "Show": (frames.Show, "How much of the driver is shown."),
    "Why": (
        frames.Why,
        "Why nothing, or nothing fresher, is shown: he has not set out; this shipment's delivery is over; he"
        " stands at another's stop; no fix yet; he is near another's door; no news from his phone; the system"
        " is behind.",
    ),
    "ByeReason": (
        frames.ByeReason,
        "`gone`: unknown, expired or revoked, never told apart. `restarting`: come back after `retry_ms`.",
    ),
}
"""Literals that have a name of their own."""

FEATURE_TYPES = {
    "PointFeature": "Feature<Point, FixProperties>",
    "AreaFeature": "Feature<Polygon, AreaProperties>",
    "LegFeature": "Feature<LineString>",
    "ShownFeature": "Feature<Point | Polygon, FixProperties>",
}
"""GeoJSON has the `geojson` types that the map's library uses."""

_LITERALS = {frozenset(get_args(literal)): name for name, (literal, _) in ALIASES.items()}
_SUBSTATUS_PATTERN = get_args(common.Substatus)[1].pattern
_SERVER_FRAMES: tuple[type[msgspec.Struct], ...] = get_args(frames.ServerFrame)


def typescript() -> str:
    """The whole module `contracts.ts`."""
    structs = _structs([FixProperties, AreaProperties, frames.ClientFrame, *_SERVER_FRAMES])
    parts = [
        "// Made from shared/contracts by `python -m shared.contracts.generate`: do not edit.\n"
        'import type { Feature, LineString, Point, Polygon } from "geojson";',
        *(
            _comment(meaning) + _union(name, [json.dumps(v) for v in get_args(literal)])
            for name, (literal, meaning) in ALIASES.items()
        ),
        _comment("A shipment's stage.") + _union("Tag", [json.dumps(tag.value) for tag in Tag]),
        _comment("A status code such as `Delivered_001`: its tag and a number. Codes may be added.")
        + "export type Substatus = `${Tag}_${string}`;",
        _comment("The status codes of this version.")
        + "export const SUBSTATUSES = [\n"
        + "".join(f"{INDENT}{json.dumps(code)},\n" for code in SUBSTATUSES)
        + "] as const satisfies readonly Substatus[];",
        *(
            _comment(each.__doc__) + f"export type {each.__name__} = {FEATURE_TYPES[each.__name__]};"
            for each in FEATURES
        ),
        *(_interface(each) for each in structs),
        _comment("What the page sends.") + f"export type ClientFrame = {frames.ClientFrame.__name__};",
        _comment("What the gateway sends, told apart by `type`.")
        + _union("ServerFrame", [frame.__name__ for frame in _SERVER_FRAMES]),
        _defaults(structs),
    ]
    return "\n\n".join(parts) + "\n"


def _structs(roots: Sequence[type[msgspec.Struct]]) -> list[inspect.StructType]:
    """Every struct that the roots lead to, what is used before what uses it; Features apart."""
    found: dict[str, inspect.StructType] = {}

    def visit(info: inspect.Type) -> None:
        match info:
            case inspect.Metadata(type=inner):
                visit(inner)
            case inspect.StructType() if info.cls.__name__ not in found and info.cls not in FEATURES:
                for member in info.fields:
                    visit(member.type)
                found[info.cls.__name__] = info
            case inspect.UnionType(types=types):
                for each in types:
                    visit(each)
            case inspect.VarTupleType(item_type=item):
                visit(item)
            case _:
                pass

    for root in roots:
        visit(inspect.type_info(described(root)))
    return list(found.values())


def _interface(info: inspect.StructType) -> str:
    lines = [f"export interface {info.cls.__name__} {{"]
    if info.tag is not None:
        lines.append(f"{INDENT}{info.tag_field}: {json.dumps(info.tag)};")
    for each in info.fields:
        if not each.required and _written(each) is not None:
            lines.append(f"{INDENT}/** Absent: `{_written(each)}`. */")
        nullable = each.required and isinstance(each.type, inspect.UnionType) and each.type.includes_none
        shown = _type(each.type) + (" | null" if nullable else "")
        lines.append(f"{INDENT}{each.encode_name}{'' if each.required else '?'}: {shown};")
    return _comment(info.cls.__doc__) + "\n".join([*lines, "}"])


def _type(info: inspect.Type) -> str:
    """The TypeScript type of a value on the wire; absent instead of null, since defaults are left out.
    A required field that may be null says so itself."""
    match info:
        case inspect.Metadata(type=inner):
            return _type(inner)
        case inspect.StructType(cls=cls):
            return cls.__name__
        case inspect.LiteralType(values=values):
            return _LITERALS.get(frozenset(values)) or " | ".join(json.dumps(v) for v in values)
        case inspect.StrType(pattern=pattern):
            return "Substatus" if pattern == _SUBSTATUS_PATTERN else "string"
        case inspect.IntType() | inspect.FloatType():
            return "number"
        case inspect.BoolType():
            return "boolean"
        case inspect.TupleType(item_types=items):
            return f"readonly [{', '.join(map(_type, items))}]"
        case inspect.VarTupleType(item_type=item):
            return f"readonly {_type(item)}[]"
        case inspect.UnionType(types=types):
            return " | ".join(_type(each) for each in types if not isinstance(each, inspect.NoneType))
        case _:
            raise TypeError(f"a frame holds {info!r}, for which there is no TypeScript type yet")


def _written(each: inspect.Field) -> str | None:
    """The default as a TypeScript literal; None where absence says it."""
    if each.default in (msgspec.NODEFAULT, None):
        return None
    value = msgspec.to_builtins(each.default)
    return "{}" if isinstance(each.default, msgspec.Struct) else json.dumps(value)


def _defaults(structs: Sequence[inspect.StructType]) -> str:
    """What an absent field means, for code that reads frames."""
    lines = []
    for info in structs:
        pairs = [(f.encode_name, written) for f in info.fields if (written := _written(f)) is not None]
        if not pairs:
            continue
        line = f"{INDENT}{info.cls.__name__}: {{ {', '.join(f'{n}: {v}' for n, v in pairs)} }},"
        if len(line) > WIDTH:
            line = (
                f"{INDENT}{info.cls.__name__}: {{\n"
                + "".join(f"{INDENT * 2}{n}: {v},\n" for n, v in pairs)
                + f"{INDENT}}},"
            )
        lines.append(line)
    body = "\n".join(lines)
    return _comment("What absent fields mean.") + f"export const DEFAULTS = {{\n{body}\n}} as const;"


def _union(name: str, members: Sequence[str]) -> str:
    line = f"export type {name} = {' | '.join(members)};"
    if len(line) <= WIDTH:
        return line
    return f"export type {name} =\n" + "\n".join(f"{INDENT}| {member}" for member in members) + ";"


def _comment(docstring: str | None) -> str:
    lines = [line for part in paragraphs(docstring) for line in ["", *filled(part, WIDTH - 3)]][1:]
    if len(lines) == 1 and len(lines[0]) + 7 <= WIDTH:
        return f"/** {lines[0]} */\n"
    return "/**\n" + "".join(f" * {line}".rstrip() + "\n" for line in lines) + " */\n"
