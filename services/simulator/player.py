"""Plays a recorded trace as one courier's round with one stop, where the trace ends."""

from __future__ import annotations

import gzip
import random
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.simulator.core.faults import Network, in_order_of_sending
from services.simulator.core.replay import ReplayError, Track, read, set_to
from services.simulator.core.texts import SHOPS
from services.simulator.core.world import Courier
from services.simulator.director import Director
from services.simulator.phone import Clock, Phone
from shared.geo import Coord


def load(file: Path, wanted: str | None, anchor: Coord | None) -> Track:
    """The wanted track of a file, else its longest; of a .zip the wanted member, else the first.

    Raises ReplayError; OSError when the file can't be read.
    """
    tracks: list[Track] = []
    for name, text in _texts(file, wanted):
        tracks += read(name, text, anchor)
    named = [track for track in tracks if track.name == wanted or wanted is None]
    if not named:
        # In a .zip the wanted name was the member's.
        named = tracks if file.suffix == ".zip" else []
    if not named:
        known = ", ".join(track.name for track in tracks[:20])
        raise ReplayError(f"{file.name} has no track {wanted!r}; it has {known}")
    return max(named, key=lambda track: track.duration_s)


def _texts(file: Path, wanted: str | None) -> list[tuple[str, str]]:
    if file.suffix == ".zip":
        with zipfile.ZipFile(file) as archive:
            names = sorted(n for n in archive.namelist() if n.lower().endswith((".csv", ".gpx", ".json")))
            chosen = [n for n in names if wanted in (None, n, Path(n).name, Path(n).stem)][:1]
            return [(Path(n).name, archive.read(n).decode()) for n in chosen]
    data = file.read_bytes()
    if file.suffix == ".gz":
        return [(file.name.removesuffix(".gz"), gzip.decompress(data).decode())]
    return [(file.name, data.decode())]


@dataclass(slots=True)
class Player:
    """Plays tracks through the same doors as the simulated couriers."""

    director: Director
    troupe: str
    source: str

    async def play(self, track: Track, protocol: str, speed: float) -> None:
        """Register one shipment to the track's end, set out, post every reading, deliver. Raises ApiError."""
        director, rounds = self.director, self.director.rounds
        courier = Courier(
            f"{self.troupe}-replay", f"{self.troupe}-phone-replay", "Replay", "recorded trace", protocol
        )
        await director.set_up([courier])
        shop = SHOPS[2]
        key = director.secrets.keys[shop.id]
        name = f"{courier.id}-{rounds.run}"
        lon, lat = track.end
        body: dict[str, Any] = {
            "order_number": f"{shop.prefix}-{rounds.run}",
            "recipient": {"name": "Ida Ferris"},
            "address": {
                "line": f"End of {track.name}"[:120],
                "city": self.source[:64],
                "lon": lon,
                "lat": lat,
            },
            "language": shop.language,
            "zone": rounds.zone,
        }
        shipment = await rounds.client.create_shipment(key, name, body)
        start = next(fix for fix in track.fixes if fix.lon is not None)
        stop = {"lon": lon, "lat": lat, "shipments": [shipment]}
        depot = {"lon": start.lon, "lat": start.lat}
        await rounds.client.plan_route(courier.id, name, {"depot": depot, "stops": [stop]})
        director.secrets.routes[courier.id] = name
        director.secrets.save()
        link = await rounds.client.new_link(key, shipment)
        await rounds.client.set_out(courier.id, name)
        said = {"track": track.name, "fixes": len(track.fixes), "seconds": round(track.duration_s / speed)}
        director.say("replay", {**said, "made_times": track.made_times, "url": link})

        secret = director.secrets.phones[courier.device]
        phone = Phone(courier.device, secret, protocol, rounds.client)
        rng = random.Random(f"{director.seed}/{track.name}")
        deliveries = in_order_of_sending(Network(rounds.faults, rng), set_to(track, 0.0))
        await phone.play(deliveries, Clock(time.time(), speed))
        answers = {str(status): count for status, count in sorted(phone.answers.items())}
        event = {"event_id": f"{name}-end", "substatus": "Delivered_001", "attempt": 1}
        delivered = await rounds.client.report(secret, shipment, event)
        director.say("replay_over", {**said, "answers": answers, "delivered": delivered})
        await rounds.client.off_duty(courier.id)
        await rounds.client.close_route(courier.id, name)
