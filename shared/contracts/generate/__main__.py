"""Writes every file that is made from the contracts, or with --check says which are stale."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from shared.contracts.generate.files import generated, stale

ROOT = Path(__file__).resolve().parents[3]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m shared.contracts.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file is stale")
    parser.add_argument("--root", type=Path, default=ROOT, help="the repository (default: this one)")
    options = parser.parse_args()
    files = generated()
    changed = stale(options.root, files)
    for path in changed:
        print(f"{'stale' if options.check else 'wrote'} {path}")
    if options.check:
        if changed:
            print("run `python -m shared.contracts.generate`", file=sys.stderr)
        return 1 if changed else 0
    for path in changed:
        target = options.root / path
        if path not in files:
            target.unlink()
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(files[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
