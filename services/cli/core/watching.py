"""What one phone sends, line by line: its fixes, its signs of life, and what was parked of it."""

from __future__ import annotations

from typing import Any

import msgspec

from services.cli.core.records import clock, iso, span
from shared.contracts.courier_positions import TOPIC, Position
from shared.contracts.dead_letters import SUFFIX, DeadLetter
from shared.ports.log import Record

_POSITION = msgspec.json.Decoder(Position)
_LETTER = msgspec.json.Decoder(DeadLetter)


def seen(record: Record, device: str) -> dict[str, Any] | None:
    """What the record says of this device; None if it is another's. `late_s`: from the fix to its receipt."""
    if record.value is None:
        return None
    if record.topic == TOPIC.name + SUFFIX:
        letter = _LETTER.decode(record.value)
        if letter.device != device:
            return None
        return {
            "at": iso(letter.last_seen_ms),
            "kind": "parked",
            "protocol": letter.headers.get("protocol"),
            "reason": letter.reason,
            "detail": letter.detail,
            "sent": letter.value,
        }
    if record.headers.get("device") != device:
        return None
    position = _POSITION.decode(record.value)
    received_ms = int(record.headers.get("received_ms", record.timestamp_ms))
    said: dict[str, Any] = {
        "at": iso(received_ms),
        "kind": "alive" if position.geometry is None else "fix",
        "protocol": record.headers.get("protocol"),
        "late_s": (received_ms - position.properties.at_ms) / 1000,
        "battery_pct": record.headers.get("battery_pct"),
        "event": record.headers.get("event"),
    }
    if position.geometry is not None:
        said["lon"], said["lat"] = position.geometry.coordinates
    said |= msgspec.to_builtins(position.properties)
    return {name: value for name, value in said.items() if value is not None}


def as_line(said: dict[str, Any]) -> str:
    """One line for people, times in UTC."""
    head = f"{said['at'][11:23]}  {said.get('protocol') or '-':<10}"
    if said["kind"] == "parked":
        return f"{head} PARKED   {said['detail']}  ({said['reason']})  {said['sent'][:120]}"
    late = f"{span(said['late_s'])} before" if said["late_s"] >= 0 else f"{span(-said['late_s'])} ahead"
    parts = [f"made {clock(said['at_ms'])} ({late})" if said["late_s"] >= 5 or said["late_s"] < 0 else ""]
    if said["kind"] == "fix":
        parts.insert(0, f"{said['lon']:.6f},{said['lat']:.6f}")
        parts += [
            f"{said[name]:g} {unit}"
            for name, unit in (("speed_mps", "m/s"), ("bearing_deg", "°"), ("accuracy_m", "m"))
            if name in said
        ]
    if "battery_pct" in said:
        parts.append(f"battery {said['battery_pct']} %")
    if "event" in said:
        parts.append(str(said["event"]))
    return f"{head} {said['kind']:<8} " + "  ".join(part for part in parts if part)
