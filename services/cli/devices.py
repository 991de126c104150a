"""`dromos device`: couriers' phones, their secrets, and what arrives from one."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from services.cli import kafka
from services.cli.config import CliSettings
from services.cli.core.watching import as_line, seen
from services.cli.http import Portal
from services.cli.output import Failure, Json, as_json, command, done, json_line, line, say, secret, table
from shared.contracts import courier_positions
from shared.contracts.dead_letters import SUFFIX
from shared.contracts.registry import TOPICS

app = typer.Typer(help="Couriers' phones: who may post, and what arrives.", no_args_is_help=True)

DeviceId = Annotated[str, typer.Argument(help="The device's id.")]


def _secret(answer: dict[str, Any], text: str, json_wanted: bool) -> None:
    where = "set it in the phone's app"
    secret(answer, text, where, "The secret before it stays good until {until}.", json_wanted)


@command(app, "enrol", example="dromos device enrol van-12 eleni --tenant athens-couriers")
def enrol(
    device: DeviceId,
    courier: Annotated[str, typer.Argument(help="The courier it speaks for; hub:NAME for a hub's scanner.")],
    tenant: Annotated[str, typer.Option(help="The carrier.")],
    json: Json = False,
) -> None:
    """Enrol a phone for a courier and print its secret."""
    with Portal(CliSettings(), "admin") as portal:
        answer = portal.ask(
            "POST", "/v1/devices", {"device_id": device, "courier_id": courier, "tenant": tenant}
        )
    _secret(answer, f"Enrolled {device} for {courier}.", json)


@command(app, "rotate", example="dromos device rotate van-12")
def rotate(device: DeviceId, json: Json = False) -> None:
    """Give a phone a new secret; the old one stays good for a while, so that nothing is lost meanwhile."""
    with Portal(CliSettings(), "admin") as portal:
        answer = portal.ask("POST", f"/v1/devices/{device}/rotate")
    _secret(answer, f"Rotated the secret of {device}.", json)


@command(app, "revoke", example="dromos device revoke van-12")
def revoke(device: DeviceId, json: Json = False) -> None:
    """Refuse a phone's secrets from now on."""
    with Portal(CliSettings(), "admin") as portal:
        portal.ask("DELETE", f"/v1/devices/{device}")
    done(
        {"device_id": device, "revoked": True},
        f"Revoked {device}: its secrets are refused from now on.",
        json,
    )


@command(app, "list", example="dromos device list --courier eleni")
def list_(
    courier: Annotated[str | None, typer.Option(help="Only this courier's.")] = None, json: Json = False
) -> None:
    """List the enrolled phones."""
    found: list[dict[str, Any]] = []
    params = {"courier": courier} if courier else {}
    with Portal(CliSettings(), "admin") as portal:
        while True:
            answer = portal.ask("GET", "/v1/devices", params=params)
            found += answer["devices"]
            if not answer.get("next"):
                break
            params["after"] = answer["next"]
    if json:
        as_json(found)
    elif not found:
        say("No phones are enrolled: `dromos device enrol` enrols one.")
    else:
        table(
            ("device", "courier", "tenant", "state", "changed"),
            [
                (
                    each["device_id"],
                    each["courier_id"],
                    each["tenant"],
                    "revoked" if each["revoked"] else "good",
                    each["updated_at"],
                )
                for each in found
            ],
        )


@command(app, "watch", example="dromos device watch van-12 --last 20")
def watch(
    device: DeviceId,
    last: Annotated[
        int, typer.Option(min=0, help="Begin with what is among the last N of each partition.")
    ] = 0,
    seconds: Annotated[float | None, typer.Option("--for", min=0, help="Stop after so many seconds.")] = None,
    json: Json = False,
) -> None:
    """Show what arrives from this phone now, and what was parked and why, until Ctrl-C.

    Nothing at all arriving means that the phone does not post, posts elsewhere, or posts with a wrong secret:
    ingest's log and its refused count tell. Times are UTC. With --json each is one line."""
    if last == 0 and not json:
        say(f"Waiting for {device}; Ctrl-C ends.")
    topics = [courier_positions.TOPIC, TOPICS[courier_positions.TOPIC.name + SUFFIX]]
    count = 0
    with kafka.tail(CliSettings()) as tail:
        for record in tail.read(topics, last=last, follow=True, stop_after_s=seconds):
            said = seen(record, device)
            if said is None:
                continue
            count += 1
            if json:
                json_line(said)
            else:
                line(as_line(said))
    if count == 0:
        raise Failure(
            f"nothing arrived from {device} within {seconds:g} s",
            "Look at the address and the secret in the phone's app; `dromos device list` shows the enrolled.",
        )
