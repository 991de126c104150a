"""A container's health check: `python -m deploy.docker.health PORT`.

Every service and worker answers GET /readyz on its port. Exits with 0 when ready.
"""

from __future__ import annotations

import sys
import urllib.error
import urllib.request


def answers(port: int) -> bool:
    """Tell whether this container's service says on its port that it is ready."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=3) as reply:
            return 200 <= int(reply.status) < 300
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    sys.exit(0 if answers(int(sys.argv[1])) else 1)
