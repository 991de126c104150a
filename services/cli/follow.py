"""`dromos follow`: one parcel's path through topics and views, with the time of each hop."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from services.cli import kafka
from services.cli.config import CliSettings
from services.cli.core import following
from services.cli.core.following import Hop
from services.cli.core.records import span
from services.cli.output import Failure, Json, as_json, command, json_line, line, say, table
from shared.adapters.redis.views import RedisViews
from shared.contracts import (
    courier_positions,
    courier_stops,
    shipment_commands,
    shipment_events,
    shipment_milestones,
    shipment_parties,
)
from shared.contracts.shipment_events import AnyEvent
from shared.contracts.views.live import LiveView
from shared.contracts.views.stage import StageView
from shared.ports.log import Record
from shared.ports.views import ViewsUnavailable

TOPICS = (
    shipment_parties.TOPIC,
    shipment_commands.TOPIC,
    shipment_events.TOPIC,
    shipment_milestones.TOPIC,
)
FIXES = 3
SHOWN_WITHIN_S = 3.0
DAY_S = 86_400

_HEADINGS = ("at (UTC)", "where", "what", "after", "trace")


def _views_now(settings: CliSettings, shipment: str) -> tuple[StageView | None, LiveView | None]:
    """Raises Failure: Redis does not answer."""

    async def ask() -> tuple[StageView | None, LiveView | None]:
        views = RedisViews(settings)
        try:
            stage = await views.stage(shipment)
            live = await views.live(stage.courier) if stage is not None and stage.courier else None
            return stage, live
        finally:
            await views.close()

    try:
        return asyncio.run(ask())
    except ViewsUnavailable as error:
        raise Failure(f"the views can't be read: {error}", "See `dromos status`.") from error


def _newest(records: list[Record]) -> int:
    events: list[AnyEvent] = [
        shipment_events.DECODER.decode(r.value)
        for r in records
        if r.topic == shipment_events.TOPIC.name and r.value is not None
    ]
    return max((event.seq for event in events), default=0)


def _shown_at(settings: CliSettings, courier: str, offset: int) -> int | None:
    """When (epoch ms) the courier's live view had this offset; None: not in time, or there is no view."""

    async def ask() -> int | None:
        views = RedisViews(settings)
        try:
            end_s = time.monotonic() + SHOWN_WITHIN_S
            while time.monotonic() < end_s:
                live = await views.live(courier)
                if live is not None and live.version[1] >= offset:
                    return time.time_ns() // 1_000_000
                await asyncio.sleep(0.003)
            return None
        finally:
            await views.close()

    with contextlib.suppress(ViewsUnavailable):
        return asyncio.run(ask())
    return None


def _arriving(settings: CliSettings, shipment: str, courier: str | None) -> Iterator[list[Hop]]:
    """What comes from now on: the shipment's own records, and each fix of its courier's until the view has
    it. A fix that was in the log before it was looked for shows an `after` that is too long, never too
    short."""
    with kafka.tail(settings) as tail:
        topics = [*TOPICS, courier_positions.TOPIC, courier_stops.TOPIC]
        keys = {shipment, *([courier] if courier else [])}
        seen: list[Record] = []
        for record in tail.read(topics, last=0, follow=True, keys=keys):
            if record.topic == courier_positions.TOPIC.name:
                shown_ms = _shown_at(settings, record.key or "", record.offset)
                yield following.position_hops(record, shown_ms=shown_ms)
            elif following.of_shipment(record, shipment):
                seen.append(record)
                yield following.path(seen)[-1:]


def register(app: typer.Typer) -> None:
    """Add the command to the command line itself."""

    @command(app, "follow", example="dromos follow s-1 --watch")
    def follow(
        shipment: Annotated[str, typer.Argument(help="The shipment's id.")],
        days: Annotated[float, typer.Option(min=0.01, help="So far back.")] = 7,
        watch: Annotated[
            bool, typer.Option("--watch", help="Go on with what arrives, until Ctrl-C.")
        ] = False,
        json: Json = False,
    ) -> None:
        """Show one parcel's path through topics and views, with the time that each hop took.

        For each command: how long after it happened it was written down, how long its decision took, what
        was made of it (stops, milestones); then its courier's last fixes from phone to log, and what the
        views say now. With --watch also when the view had each fix. `trace` is the beginning of the id under
        which all logs speak of it. No personal data. With --json a list, or with --watch a line each."""
        settings = CliSettings()
        since_ms = int((time.time() - days * DAY_S) * 1000)
        with kafka.tail(settings) as tail:
            records = list(tail.read(TOPICS, since_ms=since_ms, keys={shipment}))
            couriers = following.couriers_of(records)
            for courier in couriers:
                stops = tail.read([courier_stops.TOPIC], since_ms=since_ms, keys={courier})
                records += [r for r in stops if following.of_shipment(r, shipment)]
            fixes: list[Record] = []
            if couriers:
                recent_ms = int((time.time() - 600) * 1000)
                at = list(tail.read([courier_positions.TOPIC], since_ms=recent_ms, keys={couriers[-1]}))
                fixes = at[-FIXES:]
        stage, live = _views_now(settings, shipment)
        if not records and stage is None:
            raise Failure(
                f"nothing is known of {shipment} in the last {span(days * DAY_S)}",
                "Look at the id with `dromos shipment show`, or further back with --days.",
            )
        hops = [*following.path(records), *(hop for r in fixes for hop in following.position_hops(r))]
        now = following.standing(shipment, stage, live, _newest(records))
        _show(hops, now, json=json, watch=watch)
        if watch:
            _watch(settings, shipment, stage.courier if stage is not None else None, json=json)


def _show(hops: list[Hop], now: list[str], *, json: bool, watch: bool) -> None:
    if json and not watch:
        as_json({"hops": [following.told(hop) for hop in hops], "now": now})
    elif json:
        for hop in hops:
            json_line(following.told(hop))
    else:
        table(_HEADINGS, following.rows(hops))
        line("")
        for text in now:
            line(text)


def _watch(settings: CliSettings, shipment: str, courier: str | None, *, json: bool) -> None:
    if not json:
        say("Waiting for what arrives; Ctrl-C ends.")
    for hops in _arriving(settings, shipment, courier):
        for hop in hops:
            said: Any = following.told(hop)
            if json:
                json_line(said)
            else:
                at, where, what, after, mark = following.rows([hop])[0]
                line(f"{at}  {where:<20} {what:<40} {after:>8}  {mark}")
