"""What an account counts of points because somebody asks: what its facts come to, by the day on which it counts, and ever."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Protocol

from chalicelib.areas.accounts.model import Account
from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.accounts.model.past import FOR_EVER
from tests.simulation.law import law

DAYS_COUNTED = 40
SPENT = (f.PointsSpent, f.PointsCaptured)


class Told(Protocol):
    @property
    def sequence(self) -> int: ...
    @property
    def number(self) -> int: ...
    @property
    def fact(self) -> Any: ...
    @property
    def day(self) -> int: ...


def ask_past(account: Account, told: Sequence[Told]) -> None:
    """Of days that were over when something newer counted nothing is asked."""
    due: Counter[tuple[str, int]] = Counter()
    spends = {(one.sequence, one.number): one for one in told if isinstance(one.fact, SPENT)}
    for one in told:
        fact = one.fact
        if isinstance(fact, f.PointsEarned | f.PointsActivated):
            due[f"points_earned:{fact.unit}", fact.counts_on or one.day] += fact.amount
        elif isinstance(fact, f.PointsCancelled):
            due[f"points_earned:{fact.unit}", fact.counts_on or one.day] -= fact.amount
        elif isinstance(fact, SPENT):
            due[f"points_spent:{fact.unit}", one.day] += fact.amount
        elif isinstance(fact, f.PointsRefunded) and fact.undoes in spends:
            due[f"points_spent:{fact.unit}", spends[fact.undoes].day] -= fact.amount
    _ask_ever(account, due)
    for name in {name for name, _ in due}:
        known = {day: one.values.get("", 0) for day, one in account.past.get(name, {}).items()}
        newest = max(day for what, day in due if what == name)
        counted = {day: amount for (what, day), amount in due.items() if what == name and amount}
        kept = {day: amount for day, amount in counted.items() if day in known or day > newest - DAYS_COUNTED}
        law({day: amount for day, amount in known.items() if amount} == kept, f"{name} is {known}, not {kept}")


def _ask_ever(account: Account, due: Counter[tuple[str, int]]) -> None:
    sums: Counter[str] = Counter()
    for (name, _), amount in due.items():
        sums[name] += amount
    for name, amount in sums.items():
        ever = account.past.get(f"{name}/ever", {})
        counted = ever[FOR_EVER].values.get("", 0) if ever else 0
        law(counted == amount, f"{name} ever is {counted}, not {amount}")
