"""`dromos topics`: made, compared, listed, how far behind, what arrives."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from services.cli import kafka
from services.cli.config import CliSettings
from services.cli.core import records
from services.cli.output import Failure, Json, as_json, command, json_line, line, say, table
from shared.contracts.registry import TOPICS

if TYPE_CHECKING:
    from shared.adapters.kafka.admin import Drift

app = typer.Typer(help="Kafka's topics, as the contracts want them.", no_args_is_help=True)


def _drift_rows(drifts: list[Drift]) -> list[tuple[str, str, str, str]]:
    return [(d.topic, d.setting or d.what, d.wanted, d.found) for d in drifts]


def _advise(left: list[Drift]) -> str:
    """What to do about what `ensure` does not mend, or did not."""
    advice = []
    if any(d.what == "missing" for d in left):
        advice.append("`dromos topics ensure` creates what is missing.")
    if any(d.what == "config" for d in left):
        advice.append("`dromos topics ensure --repair` sets the settings.")
    if any(d.what == "partitions" for d in left):
        advice.append(
            "Partitions are not changed in place: keys would move. Set DROMOS_PARTITIONS to what is there, or"
            " make new topics under another DROMOS_TOPIC_PREFIX and replay."
        )
    if any(d.what == "replication" for d in left):
        advice.append("Replicas are moved with Kafka's own kafka-reassign-partitions.")
    return " ".join(advice)


@command(app, "ensure", example="dromos topics ensure --repair")
def ensure(
    repair: Annotated[
        bool, typer.Option("--repair", help="Also set settings that differ from the contract.")
    ] = False,
    json: Json = False,
) -> None:
    """Create the topics that are missing; with --repair mend settings that differ.

    Partition counts and replicas are never changed: what differs there is reported, with exit code 1."""
    settings = CliSettings()
    with kafka.admin(settings) as admin:
        done = admin.ensure(repair=repair)
    left = [d for d in done.left if d.what != "unknown"]
    if json:
        as_json(msgspec.to_builtins(done))
    else:
        for name in done.created:
            line(f"created {name}")
        for drift in done.mended:
            line(f"set {drift.topic} {drift.setting} to {drift.wanted} (was {drift.found})")
        kept = len(TOPICS) - len(done.created)
        say(f"{len(done.created)} created, {len(done.mended)} settings mended, {kept} were there.")
        if left:
            table(("topic", "what", "contract", "broker"), _drift_rows(left))
    if left:
        raise Failure(f"{len(left)} differences are left", _advise(left))


@command(app, "diff", example="dromos topics diff --json")
def diff(json: Json = False) -> None:
    """Compare the broker's topics with the contracts; exit code 1 when they differ."""
    with kafka.admin(CliSettings()) as admin:
        drifts = admin.diff()
    if json:
        as_json(msgspec.to_builtins(drifts))
    elif drifts:
        table(("topic", "what", "contract", "broker"), _drift_rows(drifts))
    if drifts:
        raise Failure(f"{len(drifts)} differences", _advise(drifts))
    say(f"{len(TOPICS)} topics are as the contracts want them.")


@command(app, "list", example="dromos topics list")
def list_(json: Json = False) -> None:
    """List the topics with their partitions, records, sizes and the groups that read them.

    Records are counted by offsets: of a compacted topic some may be gone."""
    with kafka.admin(CliSettings()) as admin:
        facts = admin.facts()
    if json:
        as_json(msgspec.to_builtins(facts))
        return
    if not facts:
        say("There are no topics yet: `dromos topics ensure` creates them.")
        return
    table(
        ("topic", "partitions", "records", "size", "kept", "groups"),
        [
            (
                f.topic,
                f.partitions,
                f.records,
                records.size(f.size_bytes),
                records.kept(f.cleanup, f.retention_ms),
                ", ".join(f.groups),
            )
            for f in facts
        ],
    )


@command(app, "lag", example="dromos topics lag --partitions")
def lag(
    partitions: Annotated[bool, typer.Option("--partitions", help="Show each partition.")] = False,
    json: Json = False,
) -> None:
    """Show how far each consumer group is behind, in records and in seconds.

    Seconds are the age of the oldest record not yet read. A group with lag and without members has nobody
    working: its process is down or restarting."""
    from shared.adapters.kafka.lag import lags

    settings = CliSettings()
    with kafka.admin(settings) as admin, kafka.tail(settings) as tail:
        found = lags(admin, tail, time.time_ns() // 1_000_000)
    if json:
        as_json(msgspec.to_builtins(found))
    elif not found:
        say("No group has read any of the topics yet.")
    elif partitions:
        table(
            ("group", "topic", "partition", "read up to", "end", "lag", "behind"),
            [
                (g.group, p.topic, p.partition, p.committed, p.end, p.lag, records.span(p.behind_s))
                for g in found
                for p in g.partitions
            ],
        )
    else:
        table(
            ("group", "state", "members", "lag", "behind"),
            [(g.group, g.state, g.members, g.lag, records.span(g.behind_s)) for g in found],
        )


@command(app, "tail", example="dromos topics tail shipment.events --last 20 --key s-1")
def tail(
    topic: Annotated[str, typer.Argument(help="The topic, such as shipment.events.")],
    last: Annotated[int, typer.Option(min=0, help="Begin with the last N of each partition.")] = 10,
    key: Annotated[str | None, typer.Option(help="Only records with this key.")] = None,
    follow: Annotated[bool, typer.Option(help="Go on with what arrives, until Ctrl-C.")] = True,
    personal: Annotated[
        bool, typer.Option("--personal", help="Show the values of topics with personal data.")
    ] = False,
    json: Json = False,
) -> None:
    """Show the records of a topic: the last ones, then what arrives.

    Names, addresses and home coordinates stay hidden unless asked for with --personal. With --json each
    record is one line."""
    chosen = kafka.topic_named(topic)
    with kafka.tail(CliSettings()) as opened:
        for record in opened.read([chosen], last=last, follow=follow):
            if key is not None and record.key != key:
                continue
            shown = records.shown(record, hide=chosen.personal and not personal)
            if json:
                json_line(shown)
            else:
                line(records.one_line(shown))
