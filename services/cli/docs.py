"""Writes docs/cli.md from the commands' own help: `python -m services.cli.docs [--check]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from services.cli.main import app

PAGE = Path(__file__).resolve().parents[2] / "docs" / "cli.md"

HEAD = """# The `dromos` command

Made from the commands' own help by `python -m services.cli.docs`.

Results go to standard output, messages to standard error; `--json` makes results JSON, and tells a failure as
one JSON line on standard error. Exit codes: 0 done, 1 failed (the reason and what to do next are told), 2 the
command line makes no sense, 130 ended by Ctrl-C.

Settings are variables. On the machine where `make demo` or `dromos up` runs, addresses and the
administrator's token are found without setting any.

| variable | what | unless set |
| --- | --- | --- |
| `DROMOS_PORTAL` | the portal's address | the running stack's, else `http://127.0.0.1:8080` |
| `DROMOS_INGEST` | ingest's address | the running stack's, else `http://127.0.0.1:8081` |
| `DROMOS_ADMIN_TOKEN` | the administrator's token | the running stack's |
| `DROMOS_MERCHANT_KEY` | a shop's API key, for shipments, routes and links | the administrator acts |
| `DROMOS_DEVICE_SECRET` | a phone's secret, to report as its courier | |
| `DROMOS_KAFKA_BOOTSTRAP` | Kafka, for topics and dead letters | the running stack's, else `127.0.0.1:9092` |
| `DROMOS_TOPIC_PREFIX` | what the topics' names begin with | nothing |
| `DROMOS_PARTITIONS`, `DROMOS_REPLICATION_FACTOR` | how topics are made | 6, 1 |
| `DROMOS_TIMEOUT_S` | the longest that a server is waited for | 10 |
"""


def page() -> str:
    """The whole page."""
    root = typer.main.get_command(app)
    assert isinstance(root, TyperGroup)
    return HEAD + "".join(f"\n{part}" for part in _described(root, "dromos"))


def _described(found: TyperGroup | TyperCommand, name: str) -> Iterator[str]:
    if isinstance(found, TyperGroup):
        if name != "dromos":
            yield f"## {name}\n\n{found.help}\n"
        for child, sub in sorted(found.commands.items(), key=lambda each: isinstance(each[1], TyperGroup)):
            assert isinstance(sub, TyperGroup | TyperCommand)
            yield from _described(sub, f"{name} {child}")
        return
    example = (found.epilog or "").removeprefix("Example: ")
    level = "##" if name.count(" ") == 1 else "###"
    yield f"{level} {name}\n\n{found.help}\n\n```sh\n{example}\n```\n"
    rows = [_row(each) for each in found.params if isinstance(each, TyperArgument | TyperOption)]
    yield "| option | what |\n| --- | --- |\n" + "".join(f"| {o} | {w} |\n" for o, w in rows)


def _row(each: TyperArgument | TyperOption) -> tuple[str, str]:
    told = (each.help or "").replace("|", "\\|")
    if isinstance(each, TyperArgument):
        name = (each.metavar or each.name or "").upper().replace("|", "\\|")
        return f"`{name}`" + (" ..." if each.nargs == -1 else ""), told
    flags = ", ".join(f"`{flag}`" for flag in [*each.opts, *each.secondary_opts])
    if isinstance(each.default, int | float | str) and not isinstance(each.default, bool):
        told += f" Default: {each.default}."
    return flags, told


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m services.cli.docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the page is stale")
    options = parser.parse_args()
    text = page()
    current = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text
    if options.check:
        if not current:
            print("stale docs/cli.md: run `python -m services.cli.docs`", file=sys.stderr)
        return 0 if current else 1
    if not current:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(text, encoding="utf-8")
        print("wrote docs/cli.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
