"""What all that `make` starts finds in its environment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local import bootstrap
from deploy.local.paths import ROOT


def test_compiled_code_is_kept_whatever_the_shell_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DROMOS_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", "elsewhere")
    monkeypatch.delenv("PYTHONPYCACHEPREFIX")
    bootstrap._keep_compiled()
    subprocess.run([sys.executable, "-c", "import shared.geo"], cwd=ROOT, check=True)
    kept = (tmp_path / "cache" / "bytecode").rglob("*.pyc")
    assert any("shared/geo" in path.as_posix() for path in kept)
