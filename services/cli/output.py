"""What a command says: results to standard output, messages and failures to standard error."""

from __future__ import annotations

import functools
import inspect
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]

WIDE = 200
"""Columns of a table that nobody watches: a pipe gets whole values."""


class Failure(Exception):
    """Ends the command with exit code 1: what went wrong, and what to do next."""

    def __init__(self, reason: str, then: str = "", *, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(reason)
        self.reason, self.then, self.details = reason, then, dict(details or {})


def say(message: str) -> None:
    """A message for people, on standard error."""
    print(message, file=sys.stderr, flush=True)


def as_json(value: Any) -> None:
    """The result of a command with --json."""
    print(json.dumps(value, ensure_ascii=False, indent=2), flush=True)


def done(answer: Any, text: str, json_wanted: bool) -> None:
    """The result of a command that did something: as JSON, or a word for people."""
    if json_wanted:
        as_json(answer)
    else:
        say(text)


def secret(answer: Mapping[str, Any], text: str, where: str, before: str, json_wanted: bool) -> None:
    """The result of a command that made a secret, which is its only line: `where` it is to be put, and of one
    that is good for a while longer `before`, with `{until}`."""
    if json_wanted:
        as_json(answer)
        return
    say(f"{text} Its secret is shown this once; {where}:")
    line(str(answer["secret"]))
    if until := answer.get("old_secret_until"):
        say(before.format(until=until))


def json_line(value: Any) -> None:
    """One of many results that come one after another."""
    print(json.dumps(value, ensure_ascii=False), flush=True)


def line(text: str) -> None:
    """One line of a result."""
    print(text, flush=True)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Rows under headings; numbers to the right."""
    filled = [["" if cell is None else cell for cell in row] for row in rows]
    console = Console(file=sys.stdout, highlight=False, soft_wrap=False)
    if not console.is_terminal:
        console.width = WIDE
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for index, name in enumerate(columns):
        numbers = bool(filled) and all(isinstance(row[index], int | float) for row in filled)
        shown.add_column(name, justify="right" if numbers else "left", overflow="fold")
    for row in filled:
        shown.add_row(*(Text(f"{cell:,}" if isinstance(cell, int) else str(cell)) for cell in row))
    console.print(shown)


def command(app: typer.Typer, name: str, *, example: str, **options: Any) -> Callable[..., Any]:
    """Register a command: its help ends with the example, its failures are told as people need them."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def run(*args: Any, **kwargs: Any) -> None:
            try:
                function(*args, **kwargs)
            except Failure as failure:
                tell(failure, bool(kwargs.get("json")))
                raise typer.Exit(1) from failure
            except KeyboardInterrupt:
                raise typer.Exit(130) from None

        told = "\n\n".join(
            " ".join(part.split()) for part in inspect.cleandoc(run.__doc__ or "").split("\n\n")
        )
        app.command(name, help=told, epilog=f"Example: {example}", **options)(run)
        return function

    return register


def tell(failure: Failure, json_wanted: bool) -> None:
    """Why the command failed and what to do next, on standard error."""
    if json_wanted:
        told = {"error": failure.reason, "next": failure.then or None, **failure.details}
        print(json.dumps(told, ensure_ascii=False), file=sys.stderr, flush=True)
        return
    say(f"dromos: {failure.reason}")
    for name, value in failure.details.items():
        say(f"  {name}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}")
    if failure.then:
        say(f"Next: {failure.then}")
