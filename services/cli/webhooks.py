"""`dromos merchant webhook`: addresses of a shop's that are told what happens to its shipments."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from services.cli.config import CliSettings
from services.cli.core.bodies import filled
from services.cli.http import Portal
from services.cli.output import Json, as_json, command, done, say, secret, table

app = typer.Typer(help="Webhooks: addresses of a shop's that are told what happens.", no_args_is_help=True)

MerchantId = Annotated[str, typer.Argument(help="The merchant's id.")]
WebhookId = Annotated[str, typer.Argument(help="The webhook's id.")]


def _ask(method: str, merchant: str, path: str = "", body: dict[str, Any] | None = None) -> dict[str, Any]:
    with Portal(CliSettings(), "merchant") as portal:
        return portal.ask(method, f"/v1/merchants/{merchant}/webhooks{path}", body)


def _secret(answer: dict[str, Any], text: str, json_wanted: bool) -> None:
    where = "put it in place where the address is answered"
    secret(answer, text, where, "Until {until} messages are signed with the one before too.", json_wanted)


@command(app, "add", example="dromos merchant webhook add bookshop https://shop.example.org/webhooks")
def add(
    merchant: MerchantId,
    url: Annotated[str, typer.Argument(help="Where it is told: https, in the open Internet.")],
    event: Annotated[
        list[str] | None, typer.Option(help="Only this type, such as shipment.delivered; again for more.")
    ] = None,
    json: Json = False,
) -> None:
    """Add an address that is told, and print its secret.

    As the shop of DROMOS_MERCHANT_KEY, or as the administrator; so all of these."""
    answer = _ask("POST", merchant, body=filled({"url": url, "events": event}))
    _secret(answer, f"Added {answer['webhook_id']} to {merchant}.", json)


@command(app, "list", example="dromos merchant webhook list bookshop")
def list_(merchant: MerchantId, json: Json = False) -> None:
    """List a shop's webhooks."""
    found = _ask("GET", merchant)["webhooks"]
    if json:
        as_json(found)
    elif not found:
        say(f"{merchant} has no webhooks: `dromos merchant webhook add` adds one.")
    else:
        table(
            ("webhook", "url", "events", "state"),
            [
                (
                    each["webhook_id"],
                    each["url"],
                    ", ".join(each["events"]) or "all",
                    "off" if each["disabled"] else "on",
                )
                for each in found
            ],
        )


@command(app, "rotate", example="dromos merchant webhook rotate bookshop wh-5f3a9c01d2")
def rotate(
    merchant: MerchantId,
    webhook: WebhookId,
    overlap: Annotated[
        int | None,
        typer.Option(
            min=0, help="Seconds that the old secret signs too; a day unless told. 0: it has leaked."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Give a webhook a new secret; for a while messages are signed with the old one too."""
    answer = _ask("POST", merchant, f"/{webhook}/rotate", filled({"overlap_s": overlap}))
    _secret(answer, f"Rotated the secret of {webhook}.", json)


@command(app, "enable", example="dromos merchant webhook enable bookshop wh-5f3a9c01d2")
def enable(merchant: MerchantId, webhook: WebhookId, json: Json = False) -> None:
    """Turn a webhook on again that was turned off, or that answered 410."""
    answer = _ask("POST", merchant, f"/{webhook}/enable")
    done(answer, f"Turned {webhook} on: it is told what happens from now on.", json)


@command(app, "disable", example="dromos merchant webhook disable bookshop wh-5f3a9c01d2")
def disable(merchant: MerchantId, webhook: WebhookId, json: Json = False) -> None:
    """Turn a webhook off. What happens meanwhile is not sent later."""
    answer = _ask("POST", merchant, f"/{webhook}/disable")
    done(answer, f"Turned {webhook} off: `dromos merchant webhook enable` turns it on again.", json)


@command(app, "remove", example="dromos merchant webhook remove bookshop wh-5f3a9c01d2")
def remove(merchant: MerchantId, webhook: WebhookId, json: Json = False) -> None:
    """Remove a webhook: it is called no more."""
    _ask("DELETE", merchant, f"/{webhook}")
    done(
        {"webhook_id": webhook, "removed": True},
        f"Removed {webhook} from {merchant}: it is called no more.",
        json,
    )
