"""Each property names a mutant that it catches; each mutant still fits the code and its test is there."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.mutants.__main__ import ROOT, collect

MUTANTS = collect()


def properties() -> dict[str, Callable[..., Any]]:
    """Every test of Hypothesis in the files of properties, by its id."""
    found: dict[str, Callable[..., Any]] = {}
    for path in sorted(Path(__file__).parent.glob("test_*properties*.py")):
        module = importlib.import_module(f"tests.unit.{path.stem}")
        found |= {
            f"tests/unit/{path.name}::{name}": test
            for name, test in vars(module).items()
            if name.startswith("test_") and hasattr(test, "hypothesis")
        }
    return found


PROPERTIES = properties()


@pytest.mark.parametrize("test", PROPERTIES)
def test_a_property_names_what_it_catches(test: str) -> None:
    named = set(re.findall(r"`(\w+)`", PROPERTIES[test].__doc__ or ""))
    caught = {name for name, (_, _, _, by) in MUTANTS.items() if by == test}
    assert named & caught, f"of these it names none: {', '.join(sorted(caught)) or 'nothing is caught by it'}"
    assert named & MUTANTS.keys() <= caught


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_fits_the_code(name: str) -> None:
    file, old, new, test = MUTANTS[name]
    assert (ROOT / file).read_text().count(old) == 1
    assert old != new
    where, _, function = test.partition("::")
    text = (ROOT / where).read_text()
    assert not function or re.search(rf"^(?:async )?def {function}\(", text, re.MULTILINE)
