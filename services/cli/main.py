"""`dromos`: the whole command line, put together."""

from __future__ import annotations

import typer
from pydantic import ValidationError

from services.cli import (
    answers,
    contacts,
    demo,
    desk,
    devices,
    dlq,
    follow,
    imports,
    links,
    merchants,
    notices,
    promises,
    routes,
    shipments,
    stack,
    status,
    topics,
)
from services.cli.output import Failure, tell

app = typer.Typer(
    name="dromos",
    help="Last-mile tracking: topics, phones, shipments, routes, links, and the system itself.",
    epilog="Settings come from variables such as DROMOS_PORTAL, DROMOS_ADMIN_TOKEN, DROMOS_MERCHANT_KEY and"
    " DROMOS_KAFKA_BOOTSTRAP. Every command has --help with an example, and takes --json.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
stack.register(app)
status.register(app)
imports.register(app)
follow.register(app)
for name, group in (
    ("topics", topics.app),
    ("dlq", dlq.app),
    ("merchant", merchants.app),
    ("device", devices.app),
    ("shipment", shipments.app),
    ("route", routes.app),
    ("link", links.app),
    ("notice", notices.app),
    ("answers", answers.app),
    ("contacts", contacts.app),
    ("promises", promises.app),
    ("desk", desk.app),
    ("demo", demo.app),
):
    app.add_typer(group, name=name)


def main() -> None:
    """The console script."""
    try:
        app()
    except ValidationError as error:
        names = ", ".join(f"DROMOS_{str(e['loc'][0]).upper()} ({e['msg']})" for e in error.errors())
        tell(Failure(f"a setting can't be used: {names}", "Mend the variable and try again."), False)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
