"""A good order of many places from the times between them: nearest next, then mended while that shortens it.

Within some per cent of the best for a courier's round, in a second for some hundred stops (pure Python)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

Times = Sequence[Sequence[float]]
"""Seconds from each place to each."""

Due = tuple[float, float] | None
"""Seconds after setting out between which a place wants its visit; None: any time."""

State = tuple[float, float, int]
"""Seconds since setting out, seconds late so far, the place before (-1: none)."""

LATE = 10.0
"""A second late weighs as much as so many seconds on the way."""
ROUNDS = 30
TRIES = 12
REPAIR_ALL = 80
REPAIR_MOST = 20


def open_tour(
    times: Times,
    first: Sequence[float] | None = None,
    due: Sequence[Due] | None = None,
    service_s: float = 0.0,
) -> list[int]:
    """The places' indices in visiting order. `first` are the seconds from where one sets out; without it the
    tour begins anywhere. It ends anywhere. Times need not be symmetric. Windows (`due`) are kept where that
    costs little; `service_s` is spent at each place."""
    count = len(times)
    if count < 2:
        return list(range(count))
    start = list(first) if first is not None else [0.0] * count
    tries = max(2, min(count, TRIES, 1600 // count))
    near = sorted(range(count), key=lambda i: start[i])[:tries]
    begun = near if first is not None else _rim(times, tries)
    tours = [_mended(_nearest(times, seed), times, start) for seed in begun]
    if due is None or not any(due):
        return min(tours, key=lambda tour: length(tour, times, start))
    # One more to begin with: in the order in which the windows end.
    ends = [window[1] if window is not None else float("inf") for window in due]
    tours = [min(tours, key=lambda tour: length(tour, times, start))]
    tours.append(sorted(tours[0], key=lambda i: ends[i]))
    repaired = [_repaired(tour, times, start, due, service_s) for tour in tours]
    return min(repaired, key=lambda tour: cost(tour, times, start, due, service_s))


def length(tour: Sequence[int], times: Times, first: Sequence[float]) -> float:
    """Seconds on the way."""
    return first[tour[0]] + sum(times[a][b] for a, b in pairwise(tour))


def cost(
    tour: Sequence[int], times: Times, first: Sequence[float], due: Sequence[Due], service_s: float
) -> float:
    """Seconds until all is done, waiting included, and what is late, weighed."""
    now, late, before = 0.0, 0.0, -1
    for place in tour:
        now += times[before][place] if before >= 0 else first[place]
        window = due[place]
        if window is not None:
            now = max(now, window[0])
            late += max(0.0, now - window[1])
        now += service_s
        before = place
    return now + LATE * late


def _rim(times: Times, most: int) -> list[int]:
    """Places far from each other, beginning with the one that is farthest from all: an open tour may begin
    there."""
    reach = [sum(row) for row in times]
    found = [max(range(len(times)), key=lambda i: reach[i])]
    while len(found) < most:
        gap = {i: min(times[f][i] for f in found) for i in range(len(times)) if i not in found}
        found.append(max(gap, key=lambda i: gap[i]))
    return found


def _nearest(times: Times, seed: int) -> list[int]:
    tour, left = [seed], set(range(len(times))) - {seed}
    while left:
        row = times[tour[-1]]
        tour.append(min(left, key=lambda i: (row[i], i)))
        left.remove(tour[-1])
    return tour


def _mended(tour: list[int], times: Times, start: Sequence[float]) -> list[int]:
    for _ in range(ROUNDS):
        if not (_two_opt(tour, times, start) | _or_opt(tour, times, start)):
            break
    return tour


def _sums(tour: Sequence[int], times: Times) -> tuple[list[float], list[float]]:
    """Seconds from the first place to each, and back from each to the first."""
    there = list(accumulate((times[a][b] for a, b in pairwise(tour)), initial=0.0))
    back = list(accumulate((times[b][a] for a, b in pairwise(tour)), initial=0.0))
    return there, back


def _two_opt(tour: list[int], times: Times, start: Sequence[float]) -> bool:
    """Turn stretches around; one-way streets make that cost something within the stretch too."""
    improved, count = False, len(tour)
    there, back = _sums(tour, times)
    for i in range(count - 1):
        for j in range(i + 1, count):
            before = times[tour[i - 1]] if i else start
            a, b = tour[i], tour[j]
            gain = before[a] - before[b] + there[j] - there[i] - back[j] + back[i]
            if j + 1 < count:
                after = tour[j + 1]
                gain += times[b][after] - times[a][after]
            if gain > 1e-6:
                tour[i : j + 1] = tour[i : j + 1][::-1]
                there, back = _sums(tour, times)
                improved = True
    return improved


def _or_opt(tour: list[int], times: Times, start: Sequence[float]) -> bool:
    """Put one to three neighbours elsewhere, the same way round."""
    improved, count = False, len(tour)
    for size in (1, 2, 3):
        for i in range(count - size + 1 if size < count else 0):
            piece = tour[i : i + size]
            rest = tour[:i] + tour[i + size :]
            head, tail = piece[0], piece[-1]
            leaving, before = times[tail], start
            best, at = _joint(rest, i, head, leaving, times, start) - 1e-6, -1
            for k, after in enumerate(rest):
                found = before[head] + leaving[after] - before[after]
                if found < best:
                    best, at = found, k
                before = times[after]
            if before[head] < best:
                at = len(rest)
            if at >= 0 and at != i:
                tour[:] = [*rest[:at], *piece, *rest[at:]]
                improved = True
    return improved


def _joint(
    rest: Sequence[int], k: int, head: int, leaving: Sequence[float], times: Times, start: Sequence[float]
) -> float:
    """What it costs to have a piece that begins with `head` before the k-th of the rest."""
    before = times[rest[k - 1]] if k else start
    return before[head] + (leaving[rest[k]] - before[rest[k]] if k < len(rest) else 0.0)


def _repaired(
    tour: list[int], times: Times, start: Sequence[float], due: Sequence[Due], service_s: float
) -> list[int]:
    """Places moved one by one to where the windows are kept best."""
    best = cost(tour, times, start, due, service_s)
    few = len(tour) <= REPAIR_ALL

    def visit(state: State, place: int) -> State:
        now, late, before = state
        now += times[before][place] if before >= 0 else start[place]
        window = due[place]
        if window is not None:
            if now < window[0]:
                now = window[0]
            elif now > window[1]:
                late += now - window[1]
        return now + service_s, late, place

    for _ in range(4 if few else 2):
        improved = False
        for place in list(tour) if few else _late(tour, times, start, due, service_s):
            rest = [other for other in tour if other != place]
            state, at = (0.0, 0.0, -1), -1
            for k in range(len(rest) + 1):
                tried = visit(state, place)
                for other in rest[k:]:
                    if tried[0] + LATE * tried[1] >= best:
                        break
                    tried = visit(tried, other)
                else:
                    if (found := tried[0] + LATE * tried[1]) < best - 1e-6:
                        best, at = found, k
                if k < len(rest):
                    state = visit(state, rest[k])
            if at >= 0:
                tour, improved = [*rest[:at], place, *rest[at:]], True
        if not improved:
            break
    return tour


def _late(
    tour: Sequence[int], times: Times, start: Sequence[float], due: Sequence[Due], service_s: float
) -> list[int]:
    now, before = 0.0, -1
    late: list[tuple[float, int]] = []
    for place in tour:
        now += times[before][place] if before >= 0 else start[place]
        window = due[place]
        if window is not None:
            now = max(now, window[0])
            if now > window[1]:
                late.append((window[1] - now, place))
        now += service_s
        before = place
    return [place for _, place in sorted(late)[:REPAIR_MOST]]
