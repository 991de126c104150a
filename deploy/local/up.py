"""The whole system on this machine under one supervisor: `python -m deploy.local.up`."""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import sys
import time
from pathlib import Path
from typing import IO

from deploy.local import hosts, phone_words, supervisor
from deploy.local.kafka import KafkaDidNotStart
from deploy.local.paths import state_dir
from deploy.local.stack import Ports, Stack

BEGAN_S = time.monotonic()


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local.up", description=__doc__)
    parser.add_argument("--no-simulator", action="store_true", help="no simulated couriers")
    parser.add_argument("--free-ports", action="store_true", help="take any free ports")
    parser.add_argument("--data-dir", type=Path, help="data, logs and secrets here, not in the state folder")
    parser.add_argument("--host", default=hosts.told(), help="this machine's address that phones may reach")
    parser.add_argument("--json", action="store_true", help="one JSON line when ready, nothing else")
    return parser.parse_args(argv)


def claim(stack: Stack) -> IO[str] | None:
    """Take the folder's lock for the life of this process; None when another stack runs on it."""
    lock = (stack.folder / "run" / "up.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return None
    return lock


def describe(stack: Stack) -> dict[str, object]:
    """Return what others need to use the running stack; no secrets."""
    env = stack.environment()
    names = ("DROMOS_KAFKA_BOOTSTRAP", "DROMOS_REDIS_URL", "DROMOS_PUBLIC_URL")
    ingest = f"http://127.0.0.1:{stack.ports.ingest}"
    return {
        **{name: env[name] for name in names},
        "DROMOS_GATEWAY_URL": f"ws://127.0.0.1:{stack.ports.gateway}/",
        "ingest": ingest,
        "portal": stack.portal_url,
        "mailbox": stack.mailbox_url,
        "mail_in": f"smtp://127.0.0.1:{stack.ports.mail_in}",
        "folder": str(stack.folder),
        **({"door": door.url, "door_plain": door.plain_url} if (door := stack.door()) else {}),
        "pid": os.getpid(),
    }


def write_down(stack: Stack, file: Path) -> None:
    """Tell the `dromos` command of this user where everything is; the database's address has its password."""
    told = {**describe(stack), "DROMOS_POSTGRES_URL": stack.environment()["DROMOS_POSTGRES_URL"]}
    partial = file.with_suffix(".partial")
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        opened.write(json.dumps(told) + "\n")
    partial.replace(file)


def desk_words(stack: Stack, public: str) -> list[str]:
    """Return how to come to the office's desk: with one click on this machine, else by a password."""
    login = stack.desk_login()
    if login is None:
        return []
    page = "/demo/desk" if public == stack.portal_url else "/desk"
    return [
        f"The office's desk:             {public}{page}",
        f"  to log in there:             {login['email']}, {login['password']}",
    ]


def welcome(stack: Stack, *, simulator: bool) -> str:
    """Return what a person reads when all is up."""
    lines = ["", f"Dromos is up after {time.monotonic() - BEGAN_S:.1f} s."]
    if simulator:
        lines += [
            "",
            "Begin where a recipient begins, with the message: read it, follow its link, see it come,",
            "be told when it is late, and be asked how it was:",
            f"  {stack.mailbox_url}",
            "",
            "Or go straight to a page:",
        ]
        for link in stack.current_links():
            what = f"{link['kind']}, {link['stops_left']} stops before it, {link['shop']}"
            lines.append(f"  {what:<48} {link['url']}")
        public = stack.environment()["DROMOS_PUBLIC_URL"]
        lines += ["", f"These and the next ones:       {public}/demo"]
        lines += desk_words(stack, public)
    else:
        lines.append(f"Messages to recipients:        {stack.mailbox_url}")
    lines += [
        f"Phones post to:                {stack.environment()['DROMOS_INGEST_URL'].rstrip('/')}",
        f"Merchant's API:                {stack.portal_url}/docs",
        f"Logs:                          {stack.logs}",
    ]
    lines += phone_words.lines(stack)
    lines.append("Ctrl-C ends everything.")
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    """Run the stack until Ctrl-C or SIGTERM; 1 when it could not come up."""
    told = arguments(argv)
    try:
        chosen = Ports.free() if told.free_ports else Ports.from_environment(os.environ)
    except ValueError as error:
        print(f"dromos: the ports in the environment can't be: {error}", file=sys.stderr)
        return 1
    try:
        host = hosts.find(told.host) if told.host else None
    except hosts.NotHere as error:
        print(f"dromos: {error}", file=sys.stderr)
        return 1
    stack = Stack(chosen, (told.data_dir or state_dir()).absolute(), host)
    stack.lay_out()
    lock = claim(stack)
    description = stack.folder / "run" / "up.json"
    if lock is None:
        other = json.loads(description.read_text()) if description.is_file() else {}
        pid, where = other.get("pid", "unknown"), other.get("portal", "")
        print(f"dromos: already running here (pid {pid}): {where}/demo", file=sys.stderr)
        return 1
    if busy := chosen.busy(host):
        print("dromos: these ports are taken:\n  " + "\n  ".join(busy), file=sys.stderr)
        print("  or let all be chosen: make demo ARGS=--free-ports", file=sys.stderr)
        return 1
    simulator = not told.no_simulator

    def say(line: str) -> None:
        print(line, file=sys.stderr if told.json else sys.stdout, flush=True)

    def when_ready() -> None:
        write_down(stack, description)
        print(json.dumps(describe(stack)) if told.json else welcome(stack, simulator=simulator), flush=True)

    say("Dromos is starting")
    try:
        parts = stack.parts(simulator=simulator)
    except KafkaDidNotStart as error:
        print(f"dromos: {error}", file=sys.stderr)
        return 1
    watcher = supervisor.Supervisor(
        parts, logs=stack.logs, env=stack.environment(), say=say, status=stack.status
    )
    write_down(stack, description)
    try:
        return supervisor.run(watcher, when_ready)
    finally:
        description.unlink(missing_ok=True)
        say("nothing of it is left running")
        lock.close()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:  # before there was anything to end
        sys.exit(130)
