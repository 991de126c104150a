"""One parcel's path: which record led to which, and how long each hop took. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from services.cli.core.records import clock, iso, span
from shared import trace
from shared.contracts import (
    courier_positions,
    courier_stops,
    shipment_commands,
    shipment_events,
    shipment_milestones,
    shipment_parties,
)
from shared.contracts.courier_positions import Position
from shared.contracts.shipment_events import AnyEvent, Assigned, Observed, Refused, Reported
from shared.contracts.views.live import LiveView
from shared.contracts.views.stage import StageView
from shared.ports.log import Record

_POSITION = msgspec.json.Decoder(Position)


class Hop(msgspec.Struct, frozen=True):
    """One record or view on the way. `took_ms` is the time since the hop before it on the same way (for a
    command: since what it reports happened); None: nothing was before. `trace` is shared by all that one
    request led to."""

    at_ms: int
    where: str
    what: str
    took_ms: int | None = None
    id: str = ""
    trace: str = ""


def path(records: Iterable[Record]) -> list[Hop]:
    """The hops of a shipment's records, by the time at which each was written."""
    ordered = sorted(records, key=lambda r: (r.timestamp_ms, _RANK.get(r.topic, 9), r.offset))
    written: dict[str, int] = {}
    """When what something follows was written, by its id (of a command, of an event by its number)."""
    hops: list[Hop] = []
    for record in ordered:
        try:
            hop = _hop(record, written)
        except msgspec.MsgspecError:
            hop = Hop(record.timestamp_ms, record.topic, "can't be read", id=f"offset {record.offset}")
        if hop is not None:
            hops.append(hop)
    return hops


_RANK = {
    shipment_parties.TOPIC.name: 0,
    shipment_commands.TOPIC.name: 1,
    shipment_events.TOPIC.name: 2,
    courier_stops.TOPIC.name: 3,
    shipment_milestones.TOPIC.name: 4,
}


def _hop(record: Record, written: dict[str, int]) -> Hop | None:
    at_ms, where = record.timestamp_ms, record.topic
    if where == shipment_parties.TOPIC.name:
        what = "personal data removed" if record.value is None else "personal data written"
        return Hop(at_ms, where, what, id=record.headers.get("ce_id", ""), trace=_trace(record))
    if record.value is None:
        return None
    if where == shipment_commands.TOPIC.name:
        command = shipment_commands.DECODER.decode(record.value)
        written.setdefault(command.id, at_ms)
        kind = str(type(command).__struct_config__.tag)
        said = command.substatus if isinstance(command, shipment_commands.Report) else ""
        what = f"{kind} {said}".strip() + f" by {command.actor.kind} {command.actor.id}"
        return Hop(at_ms, where, what, at_ms - command.at_ms, command.id, _trace(record))
    if where == shipment_events.TOPIC.name:
        event = shipment_events.DECODER.decode(record.value)
        written.setdefault(f"event {event.seq}", at_ms)
        what = f"event {event.seq}: {_said(event)}"
        return Hop(at_ms, where, what, _since(written, event.command, at_ms), event.id, _trace(record))
    if where == shipment_milestones.TOPIC.name:
        milestone = shipment_milestones.DECODER.decode(record.value)
        took = _since(written, f"event {milestone.revision}", at_ms)
        return Hop(at_ms, where, f"worth telling: {milestone.kind}", took, milestone.id, _trace(record))
    if where == courier_stops.TOPIC.name:
        stop = courier_stops.DECODER.decode(record.value)
        what = f"stop of {stop.courier}: {'open' if stop.open else 'done'} ({stop.substatus})"
        return Hop(at_ms, where, what, _since(written, f"event {stop.seq}", at_ms), trace=_trace(record))
    return None


def _since(written: dict[str, int], id: str, at_ms: int) -> int | None:
    return at_ms - written[id] if id in written else None


def _said(event: AnyEvent) -> str:
    match event:
        case Refused():
            return f"refused, {event.reason}"
        case Reported():
            return event.substatus + ("" if event.current else ", late: history only")
        case Assigned():
            return f"with {event.courier}, route {event.route}, plan {event.joined}"
        case Observed():
            return f"{event.what}, {event.stops_left} stops left"
    return str(type(event).__struct_config__.tag)


def _trace(record: Record) -> str:
    found = record.headers.get(trace.HEADER, "")
    return found.split("-")[1] if found.count("-") == 3 else ""


def couriers_of(records: Iterable[Record]) -> list[str]:
    """Who carries or carried it, the newest last."""
    found: dict[str, None] = {}
    for record in records:
        if record.topic == shipment_events.TOPIC.name and record.value is not None:
            event = shipment_events.DECODER.decode(record.value)
            if isinstance(event, Assigned):
                found.pop(event.courier, None)
                found[event.courier] = None
    return list(found)


def of_shipment(record: Record, shipment: str) -> bool:
    """Whether a courier's stop is of this shipment (others' stops are in the same partition)."""
    if record.topic != courier_stops.TOPIC.name or record.value is None:
        return True
    return courier_stops.DECODER.decode(record.value).shipment == shipment


def position_hops(record: Record, *, shown_ms: int | None = None, sent_ms: int | None = None) -> list[Hop]:
    """A fix from the phone's clock to the log, and further as far as was seen: `shown_ms` when its courier's
    view had it, `sent_ms` when the recipient's socket had something at least as new."""
    if record.value is None:
        return []
    position = _POSITION.decode(record.value)
    made_ms = position.properties.at_ms
    received_ms = int(record.headers.get("received_ms", record.timestamp_ms))
    kind = "fix" if position.geometry is not None else "sign of life"
    mark = _trace(record)
    hops = [
        Hop(made_ms, "phone", f"{kind} of {record.key} made"),
        Hop(received_ms, "ingest", "received", received_ms - made_ms, trace=mark),
        Hop(
            record.timestamp_ms,
            courier_positions.TOPIC.name,
            f"in the log, offset {record.offset}",
            record.timestamp_ms - received_ms,
            trace=mark,
        ),
    ]
    if shown_ms is not None:
        hops.append(Hop(shown_ms, "live view", "has it", shown_ms - record.timestamp_ms, trace=mark))
    if sent_ms is not None:
        before_ms = shown_ms if shown_ms is not None else record.timestamp_ms
        hops.append(Hop(sent_ms, "socket", "has it", sent_ms - before_ms, trace=mark))
    return hops


def standing(shipment: str, stage: StageView | None, live: LiveView | None, newest_seq: int) -> list[str]:
    """What the views say now, in words."""
    if stage is None:
        return ["stage view: none. It was never registered, or its views are being rebuilt."]
    behind = newest_seq - stage.seq
    late = f", {behind} events behind" if behind > 0 else ", up to date"
    said = [f"stage view: event {stage.seq}{late}; {stage.substatus}, courier {stage.courier or 'none'}"]
    if stage.courier is None:
        return said
    if live is None:
        return [*said, "live view: none. The courier is off duty, or has not set out."]
    for line in live.lines:
        for watcher in line.audience:
            if (watcher.shipment, watcher.joined) == (shipment, stage.joined):
                why = f", {line.why}" if line.why else ""
                at = f" of {clock(line.at_ms)}" if line.at_ms else ""
                shown = f"{line.show}{why}{at}, {watcher.stops_left} stops left"
                return [*said, f"live view: {shown}; version {live.version[0]}, {live.version[1]}"]
    return [*said, "live view: this shipment is in nobody's audience (not started, or joined anew)."]


def rows(hops: Sequence[Hop]) -> list[tuple[str, str, str, str, str]]:
    """For a table: times in UTC."""
    return [
        (
            clock(hop.at_ms),
            hop.where,
            hop.what,
            "" if hop.took_ms is None else span(hop.took_ms / 1000),
            hop.trace[:8],
        )
        for hop in hops
    ]


def told(hop: Hop) -> dict[str, Any]:
    """As JSON."""
    found = msgspec.to_builtins(hop)
    return {"at": iso(found.pop("at_ms")), **found}
