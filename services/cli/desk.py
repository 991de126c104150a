"""`dromos desk`: who works at the office's desk, for whom there is nobody yet who could invite."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from services.cli.config import CliSettings
from services.cli.core.bodies import filled
from services.cli.http import Portal
from services.cli.output import Json, as_json, command, line, say

app = typer.Typer(help="The office's desk: invitations to it.", no_args_is_help=True)


class Role(StrEnum):
    OWNER = "owner"
    STAFF = "staff"
    READER = "reader"


@command(app, "invite", example='dromos desk invite --tenant athens --name "Maria" --role owner')
def invite(
    tenant: Annotated[str, typer.Option(help="The carrier he works for.")],
    name: Annotated[str | None, typer.Option(help="Who is invited, for the list of invitations.")] = None,
    role: Annotated[
        Role, typer.Option(help="owner: everything, people too; staff: the day's work; reader: only looks.")
    ] = Role.OWNER,
    json: Json = False,
) -> None:
    """Invite somebody to the desk and print the link to send him.

    It is good once, for seven days, and shown this once. A carrier's first owner comes so; he invites the
    others at the desk. It is also the way back in for an office whose owners have all lost their
    passwords."""
    body = filled({"tenant": tenant, "name": name, "role": str(role)})
    with Portal(CliSettings(), "admin") as portal:
        answer = portal.ask("POST", "/v1/people/invitations", body)
    if json:
        as_json(answer)
        return
    say(f"For one {role} of {tenant}, once, until {answer['expires_at']}:")
    line(answer["url"])
