"""Bodies from files and standard input."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from services.cli.output import Failure


def body_from(file: str | None) -> dict[str, Any]:
    """The JSON object in a file; `-` is standard input, None nothing.

    Raises:
        Failure: no file, or no JSON object.
    """
    if file is None:
        return {}
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
        found = json.loads(text)
    except OSError as error:
        raise Failure(
            f"{file} can't be read: {error.strerror}", "Name a file, or - for standard input."
        ) from error
    except ValueError as error:
        raise Failure(f"{file} holds no JSON: {error}", "Write one JSON object.") from error
    if not isinstance(found, dict):
        raise Failure(f"{file} holds no JSON object", "Write one JSON object.")
    return found
