"""The attack: a recipient of a round, sent all that his policy allows, guesses the doors of the others.

For each round one recipient is drawn; he guesses the doors of the stops right before his own, up to five,
those of which the policy shows most. A guess is an address; it counts as right when it is the address at
which the courier delivered, and, as a milder measure, when its door is within 20 m of that door. Each way of
guessing is measured; the best one stands for the policy.

    python -m tests.attacks.door_guess --rounds 200
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from dataclasses import dataclass, field
from math import hypot

from shared.contracts.common import Policy
from shared.geo import count_addresses
from tests.attacks import guess
from tests.attacks.rounds import Round, make_round
from tests.attacks.spy import listen, lonlat
from tests.attacks.town import CITY, SUBURB, Built, Town

MODES = ("open", "live", "strict")
WANTED = 5
ROUNDS_A_TOWN = 10
TRAINING = 2  # rounds of his own for each round attacked


@dataclass
class Tally:
    """How one way of guessing did."""

    right: int = 0
    within_20_m: int = 0
    right_in_clear: int = 0  # where he was seen both before and after, and only one stop between


@dataclass
class Found:
    """The outcome for one policy in one kind of town."""

    policy: str
    town: str
    rounds: int
    targets: int = 0
    clear: int = 0
    ways: dict[str, Tally] = field(default_factory=dict)

    @property
    def best(self) -> tuple[str, Tally]:
        """The most successful way of guessing."""
        return max(self.ways.items(), key=lambda item: item[1].right)

    @property
    def share(self) -> float:
        """Of the doors that could be guessed, the share that the best way finds."""
        return self.best[1].right / max(1, self.targets)


def attack(policy: Policy, built: Built, rounds: int, seed: int = 1) -> Found:
    """Run the attack on so many rounds, after twice as many of training."""
    rng = random.Random(f"{seed} {built.name}")
    secret = rng.randbytes(32)
    out = Found(policy.mode, built.name, rounds)
    trained = guess.Trained(policy)
    ways: dict[str, guess.Guess] = {
        "nearest to where the marker rests": guess.where_it_rests,
        "nearest to where it stayed longest": guess.where_it_stayed,
        "nearest to where it comes back": guess.where_it_returns,
        "middle of the gap": guess.middle_of_the_gap,
        "by the clock": guess.by_the_clock,
        "trained on rounds of his own": trained.guess,
    }
    if policy.mode == "strict":
        ways["discs that explain all"] = guess.Discs(policy).guess
    out.ways = {name: Tally() for name in ways}
    town, addresses = Town(built, rng), {}
    for number in range((TRAINING + 1) * rounds):
        if number == TRAINING * rounds:
            trained.study()
        if number % ROUNDS_A_TOWN == 0:
            town = Town(built, rng)
            addresses = dict(Counter(count_addresses(lonlat(a.door) for a in town.addresses)))
        round = make_round(town, rng)
        own = rng.randrange(WANTED + 1, len(round.stops))
        # The attacker's own rounds have another secret: he can run the software, not read the key.
        training = number < TRAINING * rounds
        key = rng.randbytes(32) if training else secret
        seen = guess.holes(town, listen(round, own, policy, addresses, key), WANTED)
        if training:
            for n, hole in seen.items():
                trained.learn(town, hole, round.stops[own - n])
        else:
            _count(out, ways, town, round, own, seen)
    return out


def _count(
    out: Found, ways: dict[str, guess.Guess], town: Town, round: Round, own: int, seen: dict[int, guess.Hole]
) -> None:
    out.targets += WANTED
    for n in range(1, WANTED + 1):
        hole = seen.get(n)
        truth = round.stops[own - n].door
        clear = hole is not None and hole.of == 1 and bool(hole.way)
        out.clear += clear
        for name, way in ways.items():
            guessed = way(town, hole) if hole is not None else None
            if guessed is None:
                continue
            tally = out.ways[name]
            off_m = hypot(guessed.door[0] - truth[0], guessed.door[1] - truth[1])
            tally.right += off_m == 0
            tally.right_in_clear += off_m == 0 and clear
            tally.within_20_m += off_m <= 20.0


def merge(parts: list[Found]) -> Found:
    """The outcomes of several towns as one."""
    out = Found(parts[0].policy, " and ".join(p.town for p in parts), sum(p.rounds for p in parts))
    out.targets = sum(p.targets for p in parts)
    out.clear = sum(p.clear for p in parts)
    for part in parts:
        for name, tally in part.ways.items():
            total = out.ways.setdefault(name, Tally())
            total.right += tally.right
            total.within_20_m += tally.within_20_m
            total.right_in_clear += tally.right_in_clear
    return out


def report(found: Found) -> str:
    """A few lines a person can read."""
    name, best = found.best
    lines = [
        f"{found.policy}, {found.town}: finds {found.share:.1%} of {found.targets} doors in {found.rounds} "
        f"rounds ({name}); {best.right_in_clear / max(1, found.clear):.1%} of the {found.clear} that were "
        "reached alone, seen before and after"
    ]
    for way, tally in found.ways.items():
        lines.append(
            f"    {way:36} {tally.right / max(1, found.targets):6.1%} right "
            f"{tally.within_20_m / max(1, found.targets):6.1%} within 20 m"
        )
    return "\n".join(lines)


def whole_attack(mode: str, rounds: int, seed: int = 1) -> tuple[list[Found], Found]:
    """One policy attacked in both kinds of town, half of the rounds in each."""
    policy = Policy(mode=mode)  # type: ignore[arg-type]
    parts = [attack(policy, CITY, rounds - rounds // 2, seed), attack(policy, SUBURB, rounds // 2, seed)]
    return parts, merge(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mode", choices=MODES, action="append")
    args = parser.parse_args()
    for mode in args.mode or MODES:
        parts, total = whole_attack(mode, args.rounds, args.seed)
        for found in (*parts, total):
            print(report(found), flush=True)


if __name__ == "__main__":
    main()
