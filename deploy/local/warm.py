"""Loads a module's code ahead of its turn: `python -m deploy.local.warm services.portal.main [arguments]`.

Loading takes a service most of its start, and needs nobody. So it happens while Kafka starts; then the
process waits for one line on standard input and goes on exactly as `python -m MODULE` would. If standard
input ends instead, whoever would have said so is gone, and it ends too.
"""

from __future__ import annotations

import importlib
import os
import runpy
import sys

GO = b"go\n"


def main() -> None:
    """Load, wait, run."""
    module, *arguments = sys.argv[1:]
    importlib.import_module(module)
    if os.read(0, len(GO)) != GO:
        sys.exit(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    del sys.modules[module]  # it runs anew, as __main__; what it imports stays loaded
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
