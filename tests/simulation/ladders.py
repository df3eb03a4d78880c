"""A program's ladders as the shop defined them, and what an account has reached by them: counted from facts, fact by fact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from chalicelib.areas.accounts.model import Account
from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.orders.model import Sale
from tests.simulation.reckoned import FACE, Counts, month_of

Scheme = Mapping[str, Any]


class Defined(NamedTuple):
    revision: int
    since: int
    scheme: Scheme


@dataclass
class Ladders:
    """All there ever were, in the order in which they came. The first also judges what was before it."""

    all: list[Defined] = field(default_factory=list)

    def define(self, revision: int, since: int, scheme: Scheme) -> None:
        if not self.all or self.all[-1].scheme != scheme:
            self.all.append(Defined(revision, since, scheme))

    def known(self, revision: int) -> list[Defined]:
        """Those that an entry can know of."""
        return [one for one in self.all if one.revision <= revision]

    def newest(self, revision: int) -> Scheme:
        return self.known(revision)[-1].scheme

    def in_force(self, revision: int, at: int) -> Scheme:
        known = self.known(revision)
        return next((one.scheme for one in reversed(known) if one.since <= at), known[0].scheme)

    def uncounted(self, sale: Sale, revision: int) -> Iterator[int]:
        """The lines that count as no spend."""
        excluded = self.newest(revision).get("excluded", {})
        for line in sale.lines:
            named = [category for category in excluded.get("categories", ()) if category in line.category]
            if named or line.excluded_from_tiers or (line.delivery and excluded.get("delivery", False)):
                yield line.line_no


def counted_of(scheme: Scheme) -> str:
    """What a ladder counts, in a word, as it is told beside a number counted of it."""
    return f"{scheme['basis']}/{scheme['unit']}" if scheme["unit"] else str(scheme["basis"])


@dataclass
class Reached:
    """By what is counted (`orders`, `spend`, `points_earned/…`): in all, and by the month of purchase or earning."""

    ever: Counter[str] = field(default_factory=Counter)
    months: dict[str, Counter[str]] = field(default_factory=dict)

    def count(self, fact: Any) -> None:
        match fact:
            case f.PointsEarned() | f.PointsActivated():
                self._add(f"points_earned/{fact.unit}", fact.counts_on, fact.amount)
            case f.PointsCancelled():
                self._add(f"points_earned/{fact.unit}", fact.counts_on, -fact.amount)
            case f.OrderRecorded():
                self._add("orders", fact.counts_on, 1)
                self._add("spend", fact.counts_on, _counted(fact))
            case f.OrderReturned():
                self._add("orders", fact.counts_on, -fact.full)
                self._add("spend", fact.counts_on, -_counted(fact))

    def counts(self, scheme: Scheme, account: Account) -> Counts:
        what = counted_of(scheme)
        wallet, standing = account.wallet(scheme["unit"] or ""), account.standing
        base = standing.base if standing.base_of == what else 0
        return Counts(self.ever[what], self.months.get(what, {}), wallet.available + wallet.held, base)

    def _add(self, what: str, day: int | None, amount: int) -> None:
        self.ever[what] += amount
        self.months.setdefault(what, Counter())[month_of(day)] += amount


def _counted(fact: Any) -> int:
    """Of a sale or return in cents."""
    return int(fact.value if fact.counted is None else fact.counted) * FACE // 100
