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
    """Value time went on: everything due until then has happened, empty lots that passed are gone.

    field | meaning                      | unit
    to    | how far the account has come | –
    """

    type = "account.advanced"

    to: Instant


@dataclass(frozen=True, slots=True)
class OrderRecorded(Fact):
    """A sale was recorded, and with it what follows in the same entry.

    field    | meaning                                   | unit
    order    | the sale's id                             | –
    number   | the document number that the shop gave it | –
    currency | what it was paid in                       | ISO 4217 code
    value    | what its lines come to, before any return | smallest part of `currency`
    """

    type = "order.recorded"

    order: str
    number: str
    currency: str
    value: int


@dataclass(frozen=True, slots=True)
class OrderReturned(Fact):
    """All or part of a sale came back.

    field    | meaning                                                          | unit
    order    | the sale's id                                                    | –
    number   | the return's own document number                                 | –
    currency | the sale's                                                       | ISO 4217 code
    value    | what came back                                                   | smallest part of `currency`
    full     | the whole sale has come back, so it no longer counts as an order | –
    """

    type = "order.returned"

    order: str
    number: str
    currency: str
    value: int
    full: bool = False


@dataclass(frozen=True, slots=True)
class PointsEarned(Fact):
    """Something was credited: by a rule, for an order, or by hand.

    field      | meaning                                                    | unit
    unit       | which wallet                                               | unit code
    amount     | how much                                                   | smallest part of `unit`
    piece      | the earning's identity: lot, and from where to where in it | lot number, two positions
    balance    | what is available after it                                 | smallest part of `unit`
    expires_on | the last day it can be used; none for ever                 | –
    expires_at | the instant at which that day is over where the program is | –
    rule       | the rule that gave it; empty by hand                       | –
    order      | the sale's id; empty by hand                               | –
    lines      | its split over the lines of the order                      | line number, smallest part of `unit`
    """

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
    """Points were taken by their owner, the earliest expiry first.

    field   | meaning                      | unit
    unit    | which wallet                 | unit code
    amount  | how much                     | smallest part of `unit`
    pieces  | what was taken of which lots | lot number, two positions
    balance | what is available after it   | smallest part of `unit`
    """

    type = "points.spent"

    unit: str
    amount: int
    pieces: tuple[tuple[int, int, int], ...]
    balance: int


@dataclass(frozen=True, slots=True)
class PointsRefunded(Fact):
    """A spend was given back into the positions it took; those of lots that have passed come as a fresh piece.

    field      | meaning                                                       | unit
    unit       | which wallet                                                  | unit code
    amount     | how much                                                      | smallest part of `unit`
    pieces     | what went back into which lots                                | lot number, two positions
    balance    | what is available after it                                    | smallest part of `unit`
    fresh      | what came back as a new earning; none when nothing had passed | lot number, two positions
    expires_on | the last day of the fresh piece                               | –
    expires_at | the instant at which that day is over where the program is    | –
    """

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
    """What a sale had earned was taken back by a return.

    field   | meaning                          | unit
    unit    | which wallet                     | unit code
    amount  | how much was taken               | smallest part of `unit`
    pieces  | what was taken of which lots     | lot number, two positions
    balance | what is available after it       | smallest part of `unit`
    short   | what was due but no longer there | smallest part of `unit`
    rule    | the rule that had given it       | –
    order   | the sale's id                    | –
    """

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
    """What was left of a lot passed with its last day.

    field      | meaning                                | unit
    unit       | which wallet                           | unit code
    amount     | how much                               | smallest part of `unit`
    lot        | which lot                              | lot number
    balance    | what is available after it             | smallest part of `unit`
    expires_on | the last day on which it could be used | –
    """

    type = "points.expired"

    unit: str
    amount: int
    lot: int
    balance: int
    expires_on: Day | None = None


@dataclass(frozen=True, slots=True)
class TierChanged(Fact):
    """The member stands on another tier, up or down.

    field    | meaning                                  | unit
    tier     | where they stand now                     | –
    previous | where they stood; empty before the first | –
    """

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
