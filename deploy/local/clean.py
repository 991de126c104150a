"""Removes the state folder, unless something that runs is using it."""

from __future__ import annotations

import json
import os
import shutil
import sys

from deploy.local.paths import ROOT, state_dir


def main() -> int:
    """Delete the state folder and the link into it; 1 while a stack runs on it."""
    state = state_dir()
    running = state / "run" / "up.json"
    if running.is_file():
        pid = int(json.loads(running.read_text())["pid"])
        try:
            os.kill(pid, 0)
        except OSError:
            pass
        else:
            print(f"dromos: the stack is running (pid {pid}); end it first with Ctrl-C or `kill {pid}`")
            return 1
    link = ROOT / "services" / "web" / "node_modules"
    if link.is_symlink():
        link.unlink()
    shutil.rmtree(state, ignore_errors=True)
    print(f"removed {state}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
