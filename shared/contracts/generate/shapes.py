"""What the ready JSON bytes (`msgspec.Raw`) in views and frames hold: GeoJSON Features, typed for readers.

Services forward those bytes unread, so their structs only say `Raw`; who reads them needs the shape."""

from __future__ import annotations

import operator
import types
from functools import cache, reduce
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

from shared.contracts import frames
from shared.contracts.common import NO_JSON, Lat, Lon, Ms
from shared.contracts.courier_positions import FixProperties
from shared.contracts.topic import Body
from shared.contracts.views import live

Place = tuple[Lon, Lat]
Ring = Annotated[list[Place], msgspec.Meta(min_length=4)]


class PointGeometry(Body, frozen=True, tag_field="type", tag="Point"):
    """A GeoJSON Point (RFC 7946 §3.1.2): [lon, lat] in degrees."""

    coordinates: Place


class LineString(Body, frozen=True, tag_field="type", tag="LineString"):
    """A GeoJSON LineString (RFC 7946 §3.1.4)."""

    coordinates: Annotated[list[Place], msgspec.Meta(min_length=2)]


class Polygon(Body, frozen=True, tag_field="type", tag="Polygon"):
    """A GeoJSON Polygon (RFC 7946 §3.1.6): one closed outer ring."""

    coordinates: Annotated[list[Ring], msgspec.Meta(min_length=1)]


class AreaProperties(Body, frozen=True):
    """The time of the fix that lies in the area."""

    at_ms: Ms


class PointFeature(Body, frozen=True):
    """A fix: a GeoJSON Feature with a Point."""

    type: Literal["Feature"]
    geometry: PointGeometry
    properties: FixProperties


class AreaFeature(Body, frozen=True):
    """An area: a GeoJSON Feature with a Polygon."""

    type: Literal["Feature"]
    geometry: Polygon
    properties: AreaProperties


class LegFeature(Body, frozen=True):
    """The rest of the way: a GeoJSON Feature with a LineString."""

    type: Literal["Feature"]
    geometry: LineString
    properties: dict[str, Any]


class ShownFeature(Body, frozen=True):
    """A fix (Point) or an area (Polygon) as a GeoJSON Feature."""

    type: Literal["Feature"]
    geometry: PointGeometry | Polygon
    properties: FixProperties


FEATURES = (PointFeature, AreaFeature, LegFeature, ShownFeature)

RAW_FIELDS: dict[tuple[type[msgspec.Struct], str], type[msgspec.Struct]] = {
    (live.Line, "feature"): ShownFeature,
    (live.Line, "leg"): LegFeature,
    (frames.DriverState, "feature"): ShownFeature,
    (frames.DriverState, "leg"): LegFeature,
    (frames.PositionDelta, "feature"): PointFeature,
    (frames.AreaDelta, "feature"): AreaFeature,
}
"""What each field of ready JSON holds. A `Raw` field that is not listed here is an error."""


@cache
def described(kind: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """`kind` as readers see it: every field of ready JSON replaced by its Feature; itself if it has none.

    Raises:
        KeyError: a `Raw` field is missing in `RAW_FIELDS`.
    """
    fields: list[tuple[str, Any, Any]] = []
    changed = False
    for each in msgspec.structs.fields(kind):
        default = (
            msgspec.field(default=each.default)
            if each.default is not msgspec.NODEFAULT
            else msgspec.field(default_factory=each.default_factory)
            if each.default_factory is not msgspec.NODEFAULT
            else msgspec.field()
        )
        seen = each.type
        if seen is msgspec.Raw:
            seen = RAW_FIELDS[kind, each.name]
            if each.default == NO_JSON:
                seen, default = seen | None, msgspec.field(default=None)
        else:
            seen = _described_type(seen)
        changed = changed or seen is not each.type
        fields.append((each.name, seen, default))
    if not changed:
        return kind
    config = kind.__struct_config__
    return msgspec.defstruct(
        kind.__name__,
        fields,
        module=kind.__module__,
        namespace={"__doc__": kind.__doc__},
        tag_field=config.tag_field,
        tag=config.tag,
        array_like=config.array_like,
        omit_defaults=True,
        frozen=True,
        kw_only=True,
    )


def _described_type(seen: Any) -> Any:
    """The same for a type that may hold structs; the very same object if nothing changes."""
    if isinstance(seen, type) and issubclass(seen, msgspec.Struct):
        return described(seen)
    origin, args = get_origin(seen), get_args(seen)
    if origin is None or origin is Literal:
        return seen
    if origin is Annotated:
        inner = _described_type(args[0])
        return seen if inner is args[0] else Annotated[inner, *args[1:]]
    new = tuple(_described_type(arg) for arg in args)
    if all(a is b for a, b in zip(args, new, strict=True)):
        return seen
    if origin in (Union, types.UnionType):
        return reduce(operator.or_, new)
    return origin[new]
