"""What facts say, added up without looking at an account: totals by kind, and how much of each deed was undone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from chalicelib.areas.accounts.model import Wallet
from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.accounts.model.wallet import TOTALS
from chalicelib.kit.facts import Fact

UNDOABLE = (
    f.PointsEarned,
    f.PointsSpent,
    f.PointsCancelled,
    f.PointsGranted,
    f.PointsDeducted,
    f.PointsRefunded,
    f.PointsPromised,
    f.PointsHeld,
    f.PointsCaptured,
    f.PointsSent,
    f.PointsReceived,
    f.PointsConverted,
)
_ADDS: dict[type[Fact], tuple[tuple[str, int], ...]] = {
    f.PointsEarned: (("earned", 1),),
    f.PointsGranted: (("granted", 1),),
    f.PointsReceived: (("received", 1),),
    f.PointsRefunded: (("refunded", 1),),
    f.PointsSpent: (("spent", 1),),
    f.PointsDeducted: (("deducted", 1),),
    f.PointsSent: (("sent", 1),),
    f.PointsExpired: (("expired", 1),),
    f.PointsCancelled: (("cancelled", 1),),
    f.PointsConverted: (("converted", 1),),
    f.PointsHeld: (("held", 1),),
    f.PointsCaptured: (("held", -1), ("spent", 1)),
    f.PointsReleased: (("held", -1),),
    f.PointsPromised: (("pending", 1),),
    f.PointsActivated: (("pending", -1), ("earned", 1)),
    f.PromiseCancelled: (("pending", -1),),
    f.DebtSettled: (("owed", -1),),
}


@dataclass
class Deed:
    """Something that can be undone, and how much of it has been."""

    sequence: int
    number: int
    fact: Any
    undone: int = 0

    @property
    def key(self) -> tuple[int, int]:
        return self.sequence, self.number

    @property
    def amount(self) -> int:
        return int(self.fact.amount)

    @property
    def left(self) -> int:
        return self.amount - self.undone

    def undo(self, fact: Any) -> None:
        """A cancellation was asked for what fell short as well: it does not come back later. What somebody let expire says
        of what, and is no undoing."""
        if not isinstance(fact, f.PointsExpired):
            self.undone += fact.amount + getattr(fact, "short", 0)


@dataclass
class Tally:
    """`totals` by unit and name; `of` over all units."""

    totals: Counter[tuple[str, str]] = field(default_factory=Counter)
    of: Counter[str] = field(default_factory=Counter)

    def count(self, fact: Any) -> None:
        for name, sign in _ADDS.get(type(fact), ()):
            self._add(fact.unit, name, sign * fact.amount)
        self._add(getattr(fact, "unit", ""), "owed", getattr(fact, "owed", 0) * (not isinstance(fact, f.DebtSettled)))
        if isinstance(fact, f.PointsConverted):
            self._add(fact.into, "gained", fact.gained)

    def differs(self, wallet: Wallet) -> str:
        """How the wallet's totals are not what its facts come to; nothing, as it should be."""
        wrong = [name for name in TOTALS if getattr(wallet, name) != self.totals[wallet.unit, name]]
        return ", ".join(f"{name} is {getattr(wallet, name)}, not {self.totals[wallet.unit, name]}" for name in wrong)

    def _add(self, unit: str, name: str, amount: int) -> None:
        self.totals[unit, name] += amount
        self.of[name] += amount
