"""`dromos demo`: your own phone as a courier of the demonstration, wherever in the world you stand."""

from __future__ import annotations

import asyncio
import contextlib
import json as jsonlib
import secrets
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import typer

from services.cli.config import CliSettings
from services.cli.core import nearby
from services.cli.core.nearby import Doorstep, Fix
from services.cli.http import Portal
from services.cli.output import Failure, Json, as_json, command, json_line, line, say
from services.cli.shipments import WAIT_S
from shared.geo import Coord, distance_m
from shared.qr import Code, pictures

app = typer.Typer(help="The demonstration with your own phone.", no_args_is_help=True)

COURIER, ROUTE, SHOP = "demo-you", "walk", "demo-round-the-corner"
LOOK_EVERY_S = 2.0
REMIND_EVERY_S = 30.0
KNOWN_TRIES = 20
LANGUAGES = ("el", "ru", "en")

Tenant = Annotated[str, typer.Option(help="The carrier.")]


@command(app, "invite", example="dromos demo invite")
def invite(tenant: Tenant = "demo", json: Json = False) -> None:
    """Print an address (and its QR code) that makes a phone the spare courier's, good once for an hour."""
    with Portal(CliSettings(), "admin") as portal:
        invitation = _invite(portal, tenant)
    if json:
        as_json(invitation)
        return
    _show("be the courier", invitation["url"])


@command(app, "phone", example="dromos demo phone")
def phone(
    tenant: Tenant = "demo",
    language: Annotated[str, typer.Option(help="The shop's language: el, ru or en.")] = "en",
    wait: Annotated[float, typer.Option(min=1, help="Give up after so many seconds.")] = 900.0,
    json: Json = False,
) -> None:
    """Send a parcel to a door some 300 m from where your phone stands, and watch yourself bring it.

    Scan the code, press what the page asks for, and wait for the first position; then walk. Any place in the
    world will do: where there is no map the page shows the door, you and the distance. With --json each step
    is one line."""
    if language not in LANGUAGES:
        raise Failure(f"{language!r} is no language of the pages", "Say --language el, ru or en.")
    settings = CliSettings()
    with Portal(settings, "admin") as portal:
        began_s = time.monotonic()
        invitation = _invite(portal, tenant)
        portal.ask("POST", f"/v1/couriers/{COURIER}/duty", {"on": True}, wait_s=WAIT_S)
        _tell_invitation(invitation, json)
        fix = _first_fix(portal, invitation, lambda: time.monotonic() - began_s > wait, json)
        door = asyncio.run(_door(settings.state_dir / "map", fix.at))
        made = _send_parcel(settings, tenant, language, fix, door)
    away = round(distance_m(*fix.at, *door.at))
    if json:
        json_line({"step": "ready", **made, "lon": door.at[0], "lat": door.at[1], "distance_m": away})
        return
    say(f"\nA parcel for {door.line} is {away} m from you, on your route, and you have set out.")
    _show("the recipient's page", made["url"])
    say("Open it on another screen, and walk: the marker is you. Hand it over on the courier's page.")


def _invite(portal: Portal, tenant: str) -> dict[str, Any]:
    """A new code for the spare courier's phone; he is made the first time."""
    body = {"tenant": tenant, "name": "You", "vehicle": "on foot"}
    portal.ask("PUT", f"/v1/couriers/{COURIER}", body)
    known = portal.ask("GET", "/v1/devices", params={"courier": COURIER})["devices"]
    good = [device["device_id"] for device in known if not device["revoked"]]
    path = f"/v1/devices/{good[-1]}/code" if good else f"/v1/couriers/{COURIER}/phones"
    return portal.ask("POST", path)


def _tell_invitation(invitation: dict[str, Any], json: bool) -> None:
    if json:
        json_line({"step": "invited", **invitation})
        return
    host = urlsplit(invitation["url"]).hostname or ""
    if host in ("127.0.0.1", "localhost", "::1"):
        say(
            f"This system listens on {host}, which no phone reaches; a browser here can be the phone.\n"
            "For a real one end it and start it with this machine's address: make demo HOST=<address>\n"
        )
    _show("be the courier", invitation["url"])


def _show(title: str, url: str) -> None:
    """An address as a result, and as a picture for who looks on."""
    if sys.stderr.isatty():
        say("\n".join(pictures([Code(title, url)], shutil.get_terminal_size().columns)))
    line(url)


def _first_fix(portal: Portal, invitation: dict[str, Any], late: Callable[[], bool], json: bool) -> Fix:
    """Wait until the phone, or one enrolled before, says where it is.

    Raises:
        Failure: it did not, in time.
    """
    device, told, reminded_s = invitation["device_id"], "", time.monotonic()
    while True:
        fix = _newest(portal)
        if fix is not None and nearby.is_usable(fix, time.time_ns() // 1_000_000):
            if json:
                json_line({"step": "fix", "lon": fix.at[0], "lat": fix.at[1], "accuracy_m": fix.accuracy_m})
            return fix
        waiting = _what_for(portal, device, fix)
        if late():
            raise Failure(f"gave up {waiting}", "Run it again: a phone that is enrolled stays so.")
        if waiting != told or time.monotonic() - reminded_s > REMIND_EVERY_S:
            told, reminded_s = waiting, time.monotonic()
            if not json:
                say(f"{time.strftime('%H:%M:%S')}  {waiting}  (Ctrl-C ends)")
        time.sleep(LOOK_EVERY_S)


def _newest(portal: Portal) -> Fix | None:
    try:
        return nearby.newest_fix(portal.ask("GET", f"/v1/couriers/{COURIER}/track"))
    except Failure as failure:
        if failure.details.get("status") == 503:  # Kafka was slow; the next look will do
            return None
        raise


def _what_for(portal: Portal, device: str, fix: Fix | None) -> str:
    known = portal.ask("GET", "/v1/devices", params={"courier": COURIER})["devices"]
    mine: dict[str, Any] = next((each for each in known if each["device_id"] == device), {})
    if not mine.get("enrolled"):
        return "waiting for the phone to open the address and enrol"
    if fix is None:
        return "enrolled; waiting for its first position: allow it on the page, and go on duty"
    if fix.accuracy_m is not None and fix.accuracy_m > nearby.GOOD_M:
        return f"it knows its place to {fix.accuracy_m:.0f} m only: go outdoors, or near a window"
    return "waiting for a fresh position: its last is some minutes old"


async def _door(folder: Path, here: Coord) -> Doorstep:
    """A door of the map if it has one near here, else a street's kerb, else a place to the north-east."""
    with contextlib.suppress(OSError, ValueError, KeyError):
        rows = jsonlib.loads((folder / "addresses.json").read_text(encoding="utf-8"))["rows"]
        if (door := nearby.known_door(here, rows)) is not None:
            return door
    at = await _kerb(folder / "valhalla", here) or nearby.ring(here)[0]
    return Doorstep(at, "The door round the corner")


async def _kerb(tiles: Path, here: Coord) -> Coord | None:
    try:
        from shared.adapters.router.inprocess import ValhallaRouter
        from shared.ports.router import RouterError
    except ImportError:
        return None
    try:
        router = ValhallaRouter(tiles)
    except RouterError:
        return None
    try:
        for there in nearby.ring(here):
            with contextlib.suppress(RouterError):
                [leg] = await router.route([here, there])
                if (kerb := nearby.at_the_kerb(here, leg.coords, leg.distance_m)) is not None:
                    return kerb
    finally:
        await router.close()
    return None


def _zone(here: Coord) -> str:
    """The time zone of a place; UTC where none is known."""
    with contextlib.suppress(ImportError, KeyError, ValueError, OSError):
        from tzfpy import get_tz

        return str(ZoneInfo(get_tz(*here)))
    return "UTC"


def _send_parcel(
    settings: CliSettings, tenant: str, language: str, fix: Fix, door: Doorstep
) -> dict[str, Any]:
    """Announce a parcel, put it alone on the courier's route, set out, and make the recipient's link."""
    zone, tag = _zone(door.at), secrets.token_hex(4)
    lon, lat = door.at
    parcel = {
        "order_number": f"YOU-{tag}",
        "recipient": {"name": "Alex Ioannou"},
        "address": {"line": door.line, "city": _city(zone), "lon": lon, "lat": lat},
        "zone": zone,
    }
    with Portal(settings, "admin") as portal, Portal(settings, "merchant", SHOP) as shop:
        portal.ask("PUT", f"/v1/merchants/{SHOP}", _shop(tenant, zone, language))
        shipment = shop.ask("POST", "/v1/shipments", parcel, wait_s=WAIT_S, idempotency_key=tag)["shipment"]
        route = f"/v1/routes/{COURIER}/{ROUTE}"
        with _unless(404):  # what an earlier walk left on it
            portal.ask("POST", f"{route}/close", wait_s=WAIT_S)
        plan = {
            "stops": [{"stop": f"door-{tag}", "lon": lon, "lat": lat, "shipments": [shipment]}],
            "depot": {"lon": fix.at[0], "lat": fix.at[1]},
            "driver": {"first_name": "You", "vehicle": "on foot"},
        }
        _once_known(lambda: portal.ask("PUT", route, plan, wait_s=WAIT_S))
        portal.ask("POST", f"{route}/set-out", wait_s=WAIT_S)
        link = shop.ask("POST", f"/v1/shipments/{shipment}/links", {})
    return {"shipment": shipment, "courier": COURIER, "route": ROUTE, "zone": zone, "url": link["url"]}


def _shop(tenant: str, zone: str, language: str) -> dict[str, Any]:
    contact = {"phone": "+442079460090", "email": "hello@roundthecorner.example", "hours": "Mon-Sat 9-18"}
    return {
        "tenant": tenant,
        "name": "Round the Corner",
        "contact": contact,
        "zone": zone,
        "language": language,
        "policy": {"mode": "live", "show_driver": True},
        "colour": "#0f6b5c",
    }


def _city(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")


@contextlib.contextmanager
def _unless(status: int) -> Iterator[None]:
    """Pass over a refusal with this status."""
    try:
        yield
    except Failure as failure:
        if failure.details.get("status") != status:
            raise


def _once_known(ask: Callable[[], object]) -> None:
    """Ask again for some seconds while the new shipment is not read up yet (422)."""
    for _ in range(KNOWN_TRIES):
        with _unless(422):
            ask()
            return
        time.sleep(0.5)
    ask()
