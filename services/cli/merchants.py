"""`dromos merchant`: shops, their policy, service levels, keys and webhooks."""

from __future__ import annotations

from typing import Annotated

import typer

from services.cli import levels, webhooks
from services.cli.config import CliSettings
from services.cli.core.bodies import filled
from services.cli.files import body_from
from services.cli.http import Portal
from services.cli.output import Json, as_json, command, line, say

app = typer.Typer(help="Merchants: who ships, and what their recipients see.", no_args_is_help=True)
app.add_typer(levels.app, name="level")
app.add_typer(webhooks.app, name="webhook")

MerchantId = Annotated[str, typer.Argument(help="The merchant's id.")]


@command(app, "put", example='dromos merchant put bookshop --tenant athens --name "Πλειάδες" --language el')
def put(
    merchant: MerchantId,
    tenant: Annotated[str | None, typer.Option(help="The carrier the shop ships with.")] = None,
    name: Annotated[str | None, typer.Option(help="The shop's name, as recipients know it.")] = None,
    phone: Annotated[str | None, typer.Option(help="Whom recipients call, in E.164.")] = None,
    email: Annotated[str | None, typer.Option(help="Where recipients write.")] = None,
    hours: Annotated[str | None, typer.Option(help="Opening hours, as the shop writes them.")] = None,
    zone: Annotated[str | None, typer.Option(help="IANA time zone.")] = None,
    language: Annotated[str | None, typer.Option(help="el, ru or en.")] = None,
    colour: Annotated[str | None, typer.Option(help="Accent colour, #rrggbb.")] = None,
    logo_url: Annotated[str | None, typer.Option(help="A logo for its e-mails, https.")] = None,
    policy: Annotated[str | None, typer.Option(help="Who sees the driver: live, strict or open.")] = None,
    exact_from: Annotated[
        int | None, typer.Option("--exact-from", help="Exact from so many stops away.")
    ] = None,
    show_driver: Annotated[
        bool | None, typer.Option(help="Tell recipients the driver's first name and vehicle.")
    ] = None,
    file: Annotated[str | None, typer.Option(help="The whole body as JSON; - reads standard input.")] = None,
    json: Json = False,
) -> None:
    """Make a merchant, or replace everything of it but its service levels, keys and webhooks.

    A new merchant's API key is printed once and never again."""
    body = body_from(file) | filled(
        {
            "tenant": tenant,
            "name": name,
            "contact": filled({"phone": phone, "email": email, "hours": hours}),
            "zone": zone,
            "language": language,
            "colour": colour,
            "logo_url": logo_url,
            "policy": filled({"mode": policy, "exact_from_stops": exact_from, "show_driver": show_driver}),
        }
    )
    with Portal(CliSettings(), "admin") as portal:
        answer = portal.ask("PUT", f"/v1/merchants/{merchant}", body)
    if json:
        as_json(answer)
        return
    if key := answer.get("key"):
        say(f"Made {merchant}. Its API key is shown this once (DROMOS_MERCHANT_KEY):")
        line(key)
    else:
        say(f"Changed {merchant}. A change of policy holds within two seconds.")


@command(app, "show", example="dromos merchant show bookshop")
def show(merchant: MerchantId, json: Json = False) -> None:
    """Show a merchant, its keys by their ids only."""
    with Portal(CliSettings(), "admin") as portal:
        answer = portal.ask("GET", f"/v1/merchants/{merchant}")
    if json:
        as_json(answer)
        return
    contact, policy = answer["contact"], answer["policy"]
    line(f"{answer['merchant']}: {answer['name']}, ships with {answer['tenant']}")
    line(f"contact: {', '.join(str(v) for v in contact.values()) or 'none'}")
    line(f"language {answer['language']}, zone {answer['zone']}")
    line("policy: " + ", ".join(f"{name} {value}" for name, value in policy.items()))
    for key in answer["keys"]:
        line(f"key {key['key_id']}{' (revoked)' if key['revoked'] else ''}")


@command(app, "key", example="dromos merchant key bookshop")
def key(
    merchant: MerchantId,
    revoke: Annotated[str | None, typer.Option(help="Revoke the key with this id instead.")] = None,
    json: Json = False,
) -> None:
    """Make a further API key, printed once; or revoke one.

    To rotate: make one, put it in place, revoke the old one."""
    with Portal(CliSettings(), "admin") as portal:
        if revoke is not None:
            portal.ask("DELETE", f"/v1/merchants/{merchant}/keys/{revoke}")
            answer = {"key_id": revoke, "revoked": True}
        else:
            answer = portal.ask("POST", f"/v1/merchants/{merchant}/keys")
    if json:
        as_json(answer)
    elif revoke is not None:
        say(f"Revoked key {revoke} of {merchant}: it is refused from now on.")
    else:
        say(f"Key {answer['key_id']} of {merchant}, shown this once:")
        line(str(answer["key"]))
