"""What facts say, added up without looking at an account: totals by kind, and how much of each deed was undone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from chalicelib.areas.accounts.model import Wallet
from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.accounts.model.limits import MAX_PERIODS
from chalicelib.areas.accounts.model.wallet import TOTALS
from chalicelib.kit.facts import Fact
from tests.simulation.law import law

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
ADDS: dict[type[Fact], tuple[tuple[str, int], ...]] = {
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


WHOLE = ("undo_entry", "cancel_earning")  # these undo all that is left of something; others say how much


@dataclass
class Deed:
    """Something that can be undone, and what became of it.

    `undone` is what its entry must be marked with; `told` what facts that undo it say, by unit. `forgone` is what of an
    earning will never be used, as somebody let it expire or it never came; `cancelled` what was taken back of it.
    """

    sequence: int
    number: int
    fact: Any
    undone: int = 0
    told: Counter[str] = field(default_factory=Counter)
    forgone: int = 0
    cancelled: int = 0

    @property
    def key(self) -> tuple[int, int]:
        return self.sequence, self.number

    @property
    def amount(self) -> int:
        return int(self.fact.amount)

    @property
    def left(self) -> int:
        """A conversion is undone once, whatever came back."""
        return 0 if self.undone and hasattr(self.fact, "into") else self.amount - self.undone

    def undo(self, fact: Any, operation: str) -> None:
        """What somebody let expire says of what, and is no undoing."""
        if isinstance(fact, f.PointsExpired):
            return
        if hasattr(self.fact, "into"):
            self.undone += fact.amount * (fact.unit == self.fact.unit)  # what came back of what was converted
        else:
            self.undone = self.amount if operation in WHOLE else self.undone + fact.amount
        self.told[fact.unit] += fact.amount
        most = {fact.unit: self.amount} | ({self.fact.into: self.fact.gained} if hasattr(self.fact, "into") else {})
        law(self.told[fact.unit] <= most[fact.unit], f"{self.told} were undone of {self.fact}")
        law(self.undone <= self.amount, f"{self.undone} of {self.amount} were undone of {self.fact}")
        if isinstance(self.fact, f.PointsConverted) and isinstance(fact, f.PointsRefunded):
            share = self.amount * self.told[self.fact.into] // self.fact.gained
            law(fact.amount == share, f"{fact} is not the share of {self.told} in {self.fact}")

    def loses(self, fact: f.PromiseCancelled | f.PointsExpired) -> None:
        """Those of its positions that are among the fact's."""
        lot, start, end = self.fact.piece
        lost = sum(max(0, min(end, piece[2]) - max(start, piece[1])) for piece in fact.pieces if piece[0] == lot)
        self.forgone += lost
        if lost and isinstance(fact, f.PromiseCancelled):
            self._makes_room_where_it_counted(fact)

    def taken_back(self, fact: f.PointsCancelled) -> None:
        """Nobody pays for what never came, nor for what passed unused."""
        self.cancelled += fact.amount
        gone = self.forgone + self.cancelled
        law(
            not fact.amount or gone <= self.amount,
            f"{self.cancelled} were taken back of {self.fact}, {self.forgone} forgone",
        )
        self._makes_room_where_it_counted(fact)

    def _makes_room_where_it_counted(self, fact: f.PointsCancelled | f.PromiseCancelled) -> None:
        law(fact.period == self.fact.period, f"{fact} makes room elsewhere than where {self.fact} had counted")


class Deeds(dict[tuple[int, int], Deed]):
    """What can be undone of one account, by entry and number. `came` is what others have sent since that was asked of."""

    def __init__(self) -> None:
        super().__init__()
        self.came: list[Deed] = []

    def see(self, sequence: int, number: int, operation: str, fact: Any) -> Deed | None:
        """The deed that the fact undoes, if it does; the fact itself is one from now on if it has a number."""
        if number:
            self[sequence, number] = Deed(sequence, number, fact)
            self.came += [self[sequence, number]] * isinstance(fact, f.PointsReceived)
        undoes = getattr(fact, "undoes", None)
        if undoes is not None:
            self[undoes].undo(fact, operation)
        if isinstance(fact, f.PromiseCancelled) or (isinstance(fact, f.PointsExpired) and fact.pieces):
            for earning in self._earnings(fact.unit):
                earning.loses(fact)
        if isinstance(fact, f.PointsCancelled):
            [cancelled] = [self[undoes]] if undoes else self._of_order(fact)
            cancelled.taken_back(fact)
        return None if undoes is None else self[undoes]

    def _earnings(self, unit: str) -> Iterator[Deed]:
        kinds = (f.PointsEarned, f.PointsPromised)
        return (deed for deed in self.values() if isinstance(deed.fact, kinds) and deed.fact.unit == unit)

    def _of_order(self, fact: f.PointsCancelled) -> list[Deed]:
        source = fact.order, fact.rule
        return [deed for deed in self._earnings(fact.unit) if (deed.fact.order, deed.fact.rule) == source]


@dataclass
class Tally:
    """`totals` by unit and name; `of` over all units; `counted` by unit and period of a cap."""

    totals: Counter[tuple[str, str]] = field(default_factory=Counter)
    counted: Counter[tuple[str, str]] = field(default_factory=Counter)
    of: Counter[str] = field(default_factory=Counter)

    def count(self, fact: Any) -> None:
        for name, sign in ADDS.get(type(fact), ()):
            self._add(fact.unit, name, sign * fact.amount)
        self._add(getattr(fact, "unit", ""), "owed", getattr(fact, "owed", 0) * (not isinstance(fact, f.DebtSettled)))
        if isinstance(fact, f.PointsConverted):
            self._add(fact.into, "gained", fact.gained)
        if getattr(fact, "period", ""):
            back = isinstance(fact, f.PointsCancelled | f.PromiseCancelled)
            self.counted[fact.unit, fact.period] += -fact.amount if back else fact.amount

    def differs(self, wallet: Wallet) -> str:
        """How the wallet's totals are not what its facts come to; nothing, as it should be."""
        wrong = [name for name in TOTALS if getattr(wallet, name) != self.totals[wallet.unit, name]]
        told = [f"{name} is {getattr(wallet, name)}, not {self.totals[wallet.unit, name]}" for name in wrong]
        periods = {period: amount for (unit, period), amount in self.counted.items() if unit == wallet.unit}
        due = {period: amount for period, amount in periods.items() if amount}
        if len(periods) <= MAX_PERIODS and wallet.counted != due:
            told.append(f"what counts by period is {wallet.counted}, not {due}")
        return ", ".join(told)

    def _add(self, unit: str, name: str, amount: int) -> None:
        self.totals[unit, name] += amount
        self.of[name] += amount
