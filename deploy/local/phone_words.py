"""What the welcome says to somebody who has a phone in his hand, QR codes included."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

from deploy.local import hosts
from deploy.local.stack import PYTHON, Stack
from shared.qr import Code, pictures

ASK_S = 30.0


def lines(stack: Stack) -> list[str]:
    """Return the welcome's lines about phones."""
    door = stack.door()
    if door is None:
        known = hosts.addresses()
        return [f"With a real phone:             make demo HOST={known[0] if known else '<address>'}"]
    codes = [Code("1. trust the certificate", door.plain_url)]
    if courier := courier_url(stack):
        codes.append(Code("2. be the courier", courier))
    recipient = next((str(link["url"]) for link in stack.current_links()), None)
    if recipient is not None:
        codes.append(Code("3. be a recipient", recipient))
    codes.append(Code("the desk", f"{door.url}/desk"))
    return [
        "",
        f"Phones in this network:        {door.url}",
        *(f"  {code.title:<28} {code.url}" for code in codes),
        *(pictures(codes, shutil.get_terminal_size().columns) if sys.stdout.isatty() else []),
        "",
        "Browsers give a page the phone's position over https only. Without the certificate of 1. they",
        "warn: Chrome goes on behind its warning, but not without a network; an iPhone may not go on.",
        "The page of 1. says how Android and iPhone are told to trust it.",
        f"Apps that can't trust it:      {door.plain_url}/gps/  (not encrypted: in your own network only)",
        "A parcel to where you stand:   .dromos/venv/bin/dromos demo phone   (in a second terminal)",
        "",
    ]


def courier_url(stack: Stack) -> str | None:
    """Return an address that makes a phone the demo's spare courier, good once for an hour; None when the
    portal gives none."""
    command = [PYTHON, "-m", "services.cli.main", "demo", "invite", "--json"]
    try:
        done = subprocess.run(
            command, env=stack.environment(), capture_output=True, text=True, timeout=ASK_S, check=True
        )
        return str(json.loads(done.stdout)["url"])
    except (OSError, subprocess.SubprocessError, ValueError, KeyError):
        return None
