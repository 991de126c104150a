"""A changed model run over the ledger before it goes live: which windows would have been shown.

What is known of the past are the moments at which something was shown, so it is at these that the changed
model is asked; between them it can't be. It is calibrated as it would have been: each day by the days before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import msgspec

from services.estimator.core.calibration import Calibration, fold, window
from services.estimator.core.model import Estimate
from services.estimator.core.showing import Shown, show
from shared.contracts.topic import DAY_MS
from shared.domain.promise_ledger import Promise, end_of
from shared.domain.promise_report import Report, report

Again = Callable[[Promise], Estimate]
"""The changed model: from a row's inputs and moment its estimate, with early_s and late_s; its bounds are not
looked at."""


def as_it_was(row: Promise) -> Estimate:
    """The model that made the row, so that the calibration and the showing alone are tried."""
    return Estimate(
        eta_ms=row.eta_ms,
        from_ms=row.eta_ms,
        to_ms=row.eta_ms,
        drive_s=row.drive_s,
        dwell_s=row.dwell_s,
        stops=row.stops,
        early_s=row.early_s,
        late_s=row.late_s,
    )


def replay(
    shipments: Iterable[Sequence[Promise]],
    again: Again = as_it_was,
    calibration: Calibration | None = None,
    model: str = "replayed",
) -> tuple[Report, list[list[Promise]]]:
    """The report of what would have been shown, and the rows. `calibration` is where it begins (not changed;
    None: nothing was measured yet)."""
    begun = calibration if calibration is not None else Calibration()
    learning = msgspec.json.decode(msgspec.json.encode(begun), type=Calibration)
    made: list[list[Promise]] = []
    of_day: list[list[Promise]] = []
    today = 0
    for rows in sorted((rows for rows in shipments if rows), key=end_of):
        day = end_of(rows) // DAY_MS
        if day != today:
            fold(learning, of_day)
            of_day, today = [], day
        shown = _shown_again(rows, again, learning, model)
        if shown:
            made.append(shown)
            of_day.append(shown)
    return report(made), made


def _shown_again(
    rows: Sequence[Promise], again: Again, calibration: Calibration, model: str
) -> list[Promise]:
    made: list[Promise] = []
    on_show: Shown | None = None
    for row in sorted(rows, key=lambda row: row.shown_ms):
        found = again(row)
        from_ms, to_ms = window(
            calibration, row.shown_ms, found.eta_ms, row.zone, found.early_s, found.late_s
        )
        estimate = replace(found, from_ms=from_ms, to_ms=to_ms)
        # A row without a window was shown because he was silent: so he was for any model.
        silent_s = float("inf") if row.from_ms is None else 0.0
        shown = show(on_show, estimate, row.shown_ms, row.zone, silent_s=silent_s)
        if shown is None:
            continue
        on_show = shown
        made.append(
            msgspec.structs.replace(
                row,
                eta_ms=estimate.eta_ms,
                from_ms=shown.from_ms,
                to_ms=shown.to_ms,
                early_s=estimate.early_s,
                late_s=estimate.late_s,
                drive_s=estimate.drive_s,
                dwell_s=estimate.dwell_s,
                stops=estimate.stops,
                model=model,
            )
        )
    return made
