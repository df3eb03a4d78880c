"""The facts of an account's stream. Amounts are in the smallest part of their unit, instants in milliseconds.

`balance` is what was available after the fact. Nothing here names a person: free text goes to the entry's private part.
"""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.kit.clock import Instant
from chalicelib.kit.facts import Fact, vocabulary
from chalicelib.kit.periods import Day


@dataclass(frozen=True, slots=True)
class AccountAdvanced(Fact):
    """Value time went on to `to`: everything due until then has happened, empty lots that passed are gone."""

    type = "account.advanced"

    to: Instant


@dataclass(frozen=True, slots=True)
class OrderRecorded(Fact):
    type = "order.recorded"

    order: str
    number: str
    currency: str
    value: int


@dataclass(frozen=True, slots=True)
class OrderReturned(Fact):
    """`full`: with it the whole sale has come back, so it no longer counts as an order."""

    type = "order.returned"

    order: str
    number: str
    currency: str
    value: int
    full: bool = False


@dataclass(frozen=True, slots=True)
class PointsEarned(Fact):
    """`piece` is the earning's identity: its interval of a lot. `lines` splits an order's credit by line number."""

    type = "points.earned"

    unit: str
    amount: int
    piece: tuple[int, int, int]
    balance: int
    expires_on: Day | None = None
    expires_at: Instant | None = None
    rule: str = ""
    order: str = ""
    lines: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class PointsSpent(Fact):
    type = "points.spent"

    unit: str
    amount: int
    pieces: tuple[tuple[int, int, int], ...]
    balance: int


@dataclass(frozen=True, slots=True)
class PointsRefunded(Fact):
    """A spend given back into the positions it took; those of lots that have passed come as a `fresh` piece."""

    type = "points.refunded"

    unit: str
    amount: int
    pieces: tuple[tuple[int, int, int], ...]
    balance: int
    fresh: tuple[int, int, int] | None = None
    expires_on: Day | None = None
    expires_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class PointsCancelled(Fact):
    """Taken back by a return. `short` is what was due but no longer there (policy clip)."""

    type = "points.cancelled"

    unit: str
    amount: int
    pieces: tuple[tuple[int, int, int], ...]
    balance: int
    short: int = 0
    rule: str = ""
    order: str = ""


@dataclass(frozen=True, slots=True)
class PointsExpired(Fact):
    type = "points.expired"

    unit: str
    amount: int
    lot: int
    balance: int
    expires_on: Day | None = None


@dataclass(frozen=True, slots=True)
class TierChanged(Fact):
    type = "tier.changed"

    tier: str
    previous: str = ""


AccountFact = (
    AccountAdvanced
    | OrderRecorded
    | OrderReturned
    | PointsEarned
    | PointsSpent
    | PointsRefunded
    | PointsCancelled
    | PointsExpired
    | TierChanged
)

VOCABULARY = vocabulary(
    AccountAdvanced,
    OrderRecorded,
    OrderReturned,
    PointsEarned,
    PointsSpent,
    PointsRefunded,
    PointsCancelled,
    PointsExpired,
    TierChanged,
)
