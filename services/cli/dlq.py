"""`dromos dlq`: what was put aside, why, and sending it again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from services.cli import kafka
from services.cli.config import CliSettings
from services.cli.core.letters import Wanted, counts
from services.cli.core.records import iso, span
from services.cli.output import Failure, Json, as_json, command, line, say, table
from shared.contracts.dead_letters import SUFFIX, DeadLetter
from shared.contracts.registry import DEAD_LETTER_TOPICS, TOPICS
from shared.contracts.topic import Topic

if TYPE_CHECKING:
    from shared.adapters.kafka.tail import Tail

app = typer.Typer(help="Dead letters: messages that could not be read or handled.", no_args_is_help=True)

TopicOption = Annotated[str | None, typer.Option("--topic", help="Only of this topic.")]
ReasonOption = Annotated[
    str | None, typer.Option("--reason", help="Only with this reason, e.g. clock_ahead.")
]
DeviceOption = Annotated[str | None, typer.Option("--device", help="Only of this device.")]


def _topics(name: str | None) -> list[Topic]:
    if name is None:
        return list(DEAD_LETTER_TOPICS)
    return [TOPICS[kafka.topic_named(name.removesuffix(SUFFIX)).name + SUFFIX]]


def _found(tail: Tail, wanted: Wanted) -> list[DeadLetter]:
    from shared.adapters.kafka.redrive import letters

    return [letter for letter in letters(tail, _topics(wanted.topic)) if wanted.takes(letter)]


def _plain(name: str | None) -> str | None:
    return None if name is None else name.removesuffix(SUFFIX)


@command(app, "list", example="dromos dlq list --reason clock_ahead")
def list_(
    topic: TopicOption = None,
    reason: ReasonOption = None,
    device: DeviceOption = None,
    limit: Annotated[int, typer.Option(min=1, help="The newest N.")] = 50,
    json: Json = False,
) -> None:
    """List dead letters, the newest last, and count them by topic and reason."""
    with kafka.tail(CliSettings()) as tail:
        found = _found(tail, Wanted(_plain(topic), reason, device))
    if json:
        as_json(msgspec.to_builtins(found[-limit:]))
        return
    if not found:
        say("No dead letters.")
        return
    now_ms = time.time_ns() // 1_000_000
    table(
        ("topic", "id", "reason", "detail", "device or key", "put aside by", "ago", "redriven"),
        [
            (
                each.topic,
                each.id,
                each.reason,
                each.detail,
                each.device or each.key,
                each.where,
                span((now_ms - each.last_seen_ms) / 1000),
                each.redriven,
            )
            for each in found[-limit:]
        ],
    )
    for of, why, count in counts(found):
        say(f"{count} of {of}: {why}")


@command(app, "show", example="dromos dlq show shipment.commands:3:4711")
def show(
    id: Annotated[str, typer.Argument(help="The letter's id, as `dlq list` shows it.")],
    topic: TopicOption = None,
    json: Json = False,
) -> None:
    """Show one dead letter with the message itself, secrets stripped."""
    with kafka.tail(CliSettings()) as tail:
        letter = _one(_found(tail, Wanted(_plain(topic))), id)
    if json:
        as_json(msgspec.to_builtins(letter))
        return
    for name, value in msgspec.to_builtins(letter).items():
        shown = iso(value) if name.endswith("_ms") else value
        if name not in ("value", "headers") and shown is not None:
            line(f"{name}: {shown}")
    for name, value in letter.headers.items():
        line(f"header {name}: {value}")
    line(f"value: {letter.value or '(not kept: personal data)'}")


def _one(found: list[DeadLetter], id: str) -> DeadLetter:
    matching = [letter for letter in found if letter.id == id]
    if not matching:
        raise Failure(f"there is no dead letter {id}", "See `dromos dlq list`; letters are kept 7 days.")
    return matching[-1]


@command(app, "redrive", example="dromos dlq redrive --topic shipment.commands --reason unreadable --all")
def redrive(
    ids: Annotated[list[str] | None, typer.Argument(help="Letters to send again.")] = None,
    topic: TopicOption = None,
    reason: ReasonOption = None,
    device: DeviceOption = None,
    all_: Annotated[bool, typer.Option("--all", help="Every letter that the options choose.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Also those that were redriven before.")] = False,
    json: Json = False,
) -> None:
    """Send dead letters again to the topic and partition they came from, once their cause is mended.

    A redriven message keeps its event id, so what was done is not done twice. What ingest parked never was in
    a topic and can't be redriven."""
    if bool(ids) == all_:
        raise Failure("say which", "Name the letters' ids, or choose with --topic, --reason and --all.")
    settings = CliSettings()
    with kafka.tail(settings) as tail:
        wanted = Wanted(_plain(topic), reason, device, redriven=again or bool(ids))
        found = _found(tail, wanted)
        chosen = [_one(found, id) for id in ids] if ids else found
        done, refused = _redrive(settings, tail, chosen)
    if json:
        as_json({"redriven": done, "refused": refused})
    else:
        for each in done:
            line(f"redriven {each['id']} to {each['topic']} {each['partition']}:{each['offset']}")
        for each in refused:
            say(f"not redriven {each['id']}: {each['reason']}")
        say(f"{len(done)} redriven, {len(refused)} not.")
    if refused:
        raise Failure(f"{len(refused)} letters can't be redriven", "Their reasons are above.")


def _redrive(
    settings: CliSettings, tail: Tail, chosen: list[DeadLetter]
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    from shared.adapters.kafka.redrive import CannotRedrive, Redriver

    done: list[dict[str, object]] = []
    refused: list[dict[str, object]] = []
    if not chosen:
        return done, refused
    redriver = Redriver(settings, tail, settings.timeout_s)
    try:
        for letter in chosen:
            try:
                partition, offset = redriver.redrive(letter)
            except CannotRedrive as error:
                refused.append({"id": letter.id, "topic": letter.topic, "reason": str(error)})
            else:
                at = {"partition": partition, "offset": offset}
                done.append({"id": letter.id, "topic": letter.topic, **at})
    finally:
        redriver.close()
    return done, refused
