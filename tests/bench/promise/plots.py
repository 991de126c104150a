"""Calibration and sharpness, as pictures for the docs and the eye."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt

Line = dict[str, float | int]


def draw(lines: Sequence[Line], cells: Sequence[Line], folder: Path) -> list[Path]:
    """Two PNG files in the folder."""
    return [_calibration(lines, cells, folder), _sharpness(lines, folder)]


def _calibration(lines: Sequence[Line], cells: Sequence[Line], folder: Path) -> Path:
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), width_ratios=(2, 3), layout="constrained")
    names = [_name(line) for line in lines]
    left.axhspan(0.88, 0.92, color="0.9", label="stated 90 %, 88-92 %")
    left.plot(names, [line["coverage"] for line in lines], "o-", label="windows as shown")
    left.plot(names, [line["distance_coverage"] for line in lines], "s--", label="distance / average speed")
    left.plot(names, [line["plan_coverage"] for line in lines], "^--", label="planned time ± 30 min")
    left.set(ylim=(0.3, 1.0), ylabel="share of deliveries inside", title="Coverage by time to go")
    left.legend(fontsize=8)
    for line in lines:
        these = [c for c in cells if c["horizon_min"] == line["horizon_min"] and c["n"] >= 200]
        right.plot([c["hour"] for c in these], [c["coverage"] for c in these], "o-", label=_name(line))
    right.axhline(0.85, color="0.6", linestyle=":")
    right.set(ylim=(0.7, 1.0), xlabel="hour of the outcome", title="Coverage by hour (n ≥ 200)")
    right.legend(fontsize=8)
    return _saved(figure, folder / "promise-calibration.png")


def _sharpness(lines: Sequence[Line], folder: Path) -> Path:
    figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
    names = [_name(line) for line in lines]
    axes.plot(names, [line["middle_width_min"] for line in lines], "o-", label="windows as shown")
    axes.plot(names, [line.get("oracle_middle_min", float("nan")) for line in lines], "k^--", label="oracle")
    axes.plot(names, [line["distance_width_min"] for line in lines], "s--", label="distance / average speed")
    axes.plot(names, [line["plan_width_min"] for line in lines], "v--", label="planned time ± 30 min")
    axes.set(
        ylim=(0, None), ylabel="width, minutes (mean of the middle half)", title="Sharpness by time to go"
    )
    axes.legend(fontsize=8)
    return _saved(figure, folder / "promise-sharpness.png")


def _name(line: Line) -> str:
    return f"{line['horizon_min']} min"


def _saved(figure: Any, path: Path) -> Path:
    figure.savefig(path, dpi=110)
    plt.close(figure)
    return path
