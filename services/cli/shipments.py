"""`dromos shipment`: announce one, report on it, look at it, forget its recipient."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

import typer

from services.cli.config import CliSettings
from services.cli.core.bodies import Unclear, filled, money, place, window
from services.cli.files import body_from
from services.cli.http import Portal, report
from services.cli.output import Failure, Json, as_json, command, line, say, table

app = typer.Typer(help="Shipments: announced, reported on, looked at.", no_args_is_help=True)

WAIT_S = 2.0
ShipmentId = Annotated[str, typer.Argument(help="The shipment's id.")]
Merchant = Annotated[
    str | None, typer.Option("--merchant", help="For whom the administrator acts (with DROMOS_ADMIN_TOKEN).")
]


def outcome(answer: dict[str, Any], done: str) -> None:
    """Say what became of a command."""
    if answer.get("status") == "pending":
        say(f"Written down, not decided yet (command {answer['command']}): look again in a moment.")
    else:
        say(done)


@command(
    app,
    "create",
    example='dromos shipment create GR-10442 --name "Maria P." --line "Aleksanterinkatu 15" --city Helsinki'
    " --at 24.9441,60.1689 --cash 24.90EUR",
)
def create(
    order: Annotated[str | None, typer.Argument(help="The shop's order number.")] = None,
    name: Annotated[str | None, typer.Option(help="The recipient's name.")] = None,
    line_: Annotated[str | None, typer.Option("--line", help="Street and number.")] = None,
    city: Annotated[str | None, typer.Option(help="The city.")] = None,
    postcode: Annotated[str | None, typer.Option(help="The postcode.")] = None,
    at: Annotated[str | None, typer.Option(help="The door, LON,LAT in degrees.")] = None,
    phone: Annotated[str | None, typer.Option(help="The recipient's telephone, in E.164.")] = None,
    email: Annotated[str | None, typer.Option(help="The recipient's e-mail.")] = None,
    note: Annotated[str | None, typer.Option(help="A note for the courier.")] = None,
    parcels: Annotated[int | None, typer.Option(min=1, help="How many parcels; 1 unless told.")] = None,
    handover: Annotated[
        str | None, typer.Option(help="Where it is handed over: door, locker or counter; door unless told.")
    ] = None,
    cash: Annotated[str | None, typer.Option(help="What to pay, such as 24.90EUR.")] = None,
    wished: Annotated[
        str | None, typer.Option("--window", help="Wished window, FROM/TO in ISO 8601 with offset.")
    ] = None,
    level: Annotated[
        str | None, typer.Option(help="Service level; without --slot its first free slot is taken.")
    ] = None,
    slot: Annotated[
        str | None, typer.Option(help="A slot of `dromos merchant level slots`, FROM/TO as --window.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="el, ru or en.")] = None,
    zone: Annotated[str | None, typer.Option(help="IANA time zone of the delivery.")] = None,
    file: Annotated[str | None, typer.Option(help="The whole body as JSON; - reads standard input.")] = None,
    key: Annotated[
        str | None,
        typer.Option(
            help="Idempotency-Key: the same key is the same shipment. From the order number unless told."
        ),
    ] = None,
    merchant: Merchant = None,
    json: Json = False,
) -> None:
    """Announce a shipment and print its id.

    The same order number again is the same shipment; with other details it is refused."""
    try:
        body = body_from(file)
        given = {
            "order_number": order,
            "recipient": {
                **body.get("recipient", {}),
                **filled({"name": name, "phone": phone, "email": email, "note": note}),
            },
            "address": {
                **body.get("address", {}),
                **filled({"line": line_, "city": city, "postcode": postcode}),
                **(place(at) or {}),
            },
            "parcels": parcels,
            "handover": handover,
            "cash": money(cash),
            "window": window(wished),
            "service_level": level,
            "slot": window(slot),
            "language": language,
            "zone": zone,
        }
    except Unclear as error:
        raise Failure(str(error), "Mend the option and try again.") from error
    body |= filled(given)
    number = body.get("order_number")
    if not number:
        raise Failure("a shipment needs an order number", "Write it after `create`, or in --file.")
    idempotency_key = key or "order-" + "".join(c if "!" <= c <= "~" else "_" for c in str(number))
    with Portal(CliSettings(), "merchant", merchant) as portal:
        answer = portal.ask("POST", "/v1/shipments", body, wait_s=WAIT_S, idempotency_key=idempotency_key)
    if json:
        as_json(answer)
        return
    if chosen := answer.get("window"):
        say(f"It comes from {chosen['from']} to {chosen['to']}.")
    outcome(answer, f"Order {number} is announced. Its id, for reports, routes and links:")
    line(answer["shipment"])


@command(app, "event", example="dromos shipment event s-1 --type left_with_neighbour --taken-by 'N. Ioannou'")
def event(
    shipment: ShipmentId,
    type_: Annotated[str | None, typer.Option("--type", help="In words, such as delivered.")] = None,
    substatus: Annotated[str | None, typer.Option(help="Or as a code, such as AttemptFail_002.")] = None,
    at: Annotated[
        str | None, typer.Option(help="When it happened, ISO 8601 with offset; now unless told.")
    ] = None,
    attempt: Annotated[int | None, typer.Option(min=1, help="Which delivery attempt.")] = None,
    place_: Annotated[str | None, typer.Option("--place", help="A hub or a town; recipients see it.")] = None,
    note: Annotated[str | None, typer.Option(help="For people; kept with the personal data.")] = None,
    taken_by: Annotated[str | None, typer.Option(help="Who took the parcel.")] = None,
    event_id: Annotated[
        str | None, typer.Option(help="The event's id: a repeat changes nothing. Random unless told.")
    ] = None,
    json: Json = False,
) -> None:
    """Report what happened to a shipment, through ingest as phones and scanners do.

    Reports as the shop of DROMOS_MERCHANT_KEY, or with DROMOS_DEVICE_SECRET as that phone's courier. Late
    reports are placed by their own time."""
    settings = CliSettings()
    courier, shop = settings.device_secret.get_secret_value(), settings.merchant_key.get_secret_value()
    key, variable = (courier, "DROMOS_DEVICE_SECRET") if courier else (shop, "DROMOS_MERCHANT_KEY")
    if not key:
        raise Failure(
            "There is no key to show ingest.",
            "Set DROMOS_MERCHANT_KEY to report as the shop, or DROMOS_DEVICE_SECRET to report as a courier.",
        )
    named = event_id or f"cli-{secrets.token_hex(8)}"
    body = filled(
        {
            "event_id": named,
            "type": type_,
            "substatus": substatus,
            "at": at,
            "attempt": attempt,
            "place": place_,
            "note": note,
            "taken_by": taken_by,
        }
    )
    answer = report(settings, shipment, body, key, variable, WAIT_S)
    decided = answer.get("outcome")
    if decided and not decided["accepted"]:
        raise Failure(
            decided.get("explanation") or "the report was refused",
            f"See `dromos shipment show {shipment}`.",
            details={"reason": decided.get("reason")},
        )
    if json:
        as_json({"event_id": named, **answer})
    elif decided:
        say(f"Accepted as event {decided['seq']} of {shipment}.")
    else:
        say(f"Written down, not decided yet; with the same --event-id {named} it can be repeated safely.")


@command(app, "show", example="dromos shipment show s-1")
def show(shipment: ShipmentId, json: Json = False) -> None:
    """Show where a shipment stands: status, history, courier, links. No personal data."""
    with Portal(CliSettings(), "merchant") as portal:
        answer = portal.ask("GET", f"/v1/shipments/{shipment}")
    if json:
        as_json(answer)
        return
    line(f"{answer['shipment']}: order {answer['order_number']} of {answer['merchant']}")
    line(f"{answer['status']} ({answer['meaning']}) since {answer['status_at']}, event {answer['seq']}")
    if answer.get("handover", "door") != "door":
        line(f"handed over at a {answer['handover']}")
    if answer.get("courier"):
        out = ", out for delivery" if answer["out_for_delivery"] else ""
        attempt = f", attempt {answer['attempt']}" if answer["attempt"] else ""
        line(f"courier {answer['courier']}{out}{attempt}")
    table(
        ("at", "status", "meaning", "attempt", "place"),
        [(s["at"], s["status"], s["meaning"], s.get("attempt"), s.get("place")) for s in answer["history"]],
    )
    for link in answer["links"]:
        state = "revoked" if link["revoked"] else f"good until {link['expires_at']}"
        line(f"link {link['link_id']}: {state}")


@command(app, "forget", example="dromos shipment forget s-1")
def forget(shipment: ShipmentId, json: Json = False) -> None:
    """Delete the recipient's personal data for good: name, address, telephone, and remarks of reports.

    What happened to the shipment stays. Places on a planned route stay until the route is closed."""
    with Portal(CliSettings(), "merchant") as portal:
        answer = portal.ask("DELETE", f"/v1/shipments/{shipment}/recipient")
    if json:
        as_json(answer)
    else:
        say(f"{answer['deleted']} records of the recipient's are deleted; the log is rid of them in a day.")
        say(f"{answer['pictures']} pictures are deleted.")
