"""Facts of points that come and go for good. Positions and lots: see lots.py."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.kit.clock import Instant
from chalicelib.kit.facts import Fact
from chalicelib.kit.periods import Day

Taken = tuple[int, int, int, Day | None]  # lot, from, to, the lot's last usable day


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
    counts_on  | the day of earning where the program is                    | –
    period     | the period of a cap that it counts in                      | –
    by         | the member who earned it for the group                     | –
    alone      | an older release forgot all other periods at this          | –
    came_at    | when it came, where it waited and was recorded after that  | –
    """

    type = "points.earned"
    v = 4

    unit: str
    amount: int
    piece: tuple[int, int, int]
    balance: int
    expires_on: Day | None = None
    expires_at: Instant | None = None
    rule: str = ""
    order: str = ""
    lines: tuple[tuple[int, int], ...] = ()
    counts_on: Day | None = None
    period: str = ""
    by: str = ""
    alone: bool = False
    came_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class PointsCapped(Fact):
    """A cap, or a limit of its rule, cut something off what was to be earned.

    field  | meaning                                                                                                | unit
    unit   | which wallet                                                                                           | unit code
    amount | how much was cut off                                                                                   | smallest part of `unit`
    cap    | which cap: `transaction`, `period` or `balance`; or which limit of the rule: for each `member`, `budget` | –
    rule   | the rule that would have given it; empty by hand                                                       | –
    order  | the sale's id; empty by hand                                                                           | –
    """

    type = "points.capped"

    unit: str
    amount: int
    cap: str
    rule: str = ""
    order: str = ""


@dataclass(frozen=True, slots=True)
class PointsGranted(Fact):
    """An operator gave something. It is spent like what is earned and counts as earned nowhere.

    field      | meaning                                                    | unit
    unit       | which wallet                                               | unit code
    amount     | how much                                                   | smallest part of `unit`
    piece      | its identity: lot, and from where to where in it           | lot number, two positions
    balance    | what is available after it                                 | smallest part of `unit`
    expires_on | the last day it can be used; none for ever                 | –
    expires_at | the instant at which that day is over where the program is | –
    reason     | why, as a code                                             | –
    """

    type = "points.granted"

    unit: str
    amount: int
    piece: tuple[int, int, int]
    balance: int
    expires_on: Day | None = None
    expires_at: Instant | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PointsDeducted(Fact):
    """An operator took something away, or what had been given was taken back.

    field   | meaning                                                   | unit
    unit    | which wallet                                              | unit code
    amount  | how much                                                  | smallest part of `unit`
    pieces  | what was taken of which lots, with their last day         | lot number, two positions, day
    balance | what is available after it                                | smallest part of `unit`
    owed    | what of it was not there: the balance went below zero     | smallest part of `unit`
    reason  | why, as a code                                            | –
    undoes  | what it takes back: an entry of this account and its fact | sequence, number of the fact
    """

    type = "points.deducted"

    unit: str
    amount: int
    pieces: tuple[Taken, ...]
    balance: int
    owed: int = 0
    reason: str = ""
    undoes: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class PointsSpent(Fact):
    """Points were taken by their owner, in the order that the unit's policy says.

    field   | meaning                                               | unit
    unit    | which wallet                                          | unit code
    amount  | how much                                              | smallest part of `unit`
    pieces  | what was taken of which lots, with their last day     | lot number, two positions, day
    balance | what is available after it                            | smallest part of `unit`
    owed    | what of it was not there: the balance went below zero | smallest part of `unit`
    by      | the member who spent it for the group                 | –
    """

    type = "points.spent"
    v = 2

    unit: str
    amount: int
    pieces: tuple[Taken, ...]
    balance: int
    owed: int = 0
    by: str = ""


@dataclass(frozen=True, slots=True)
class PointsRefunded(Fact):
    """What had gone out was given back into the positions it took, as far as their lots are there; the rest comes as a
    fresh piece, or as one that expires at once.

    field      | meaning                                                      | unit
    unit       | which wallet                                                 | unit code
    amount     | how much                                                     | smallest part of `unit`
    pieces     | what went back into which lots, with their last day          | lot number, two positions, day
    balance    | what is available after it                                   | smallest part of `unit`
    fresh      | what came back as a new earning; none when there was no such | lot number, two positions
    expires_on | the last day of the fresh piece                              | –
    expires_at | the instant at which that day is over where the program is   | –
    undoes     | what it gives back: an entry of this account and its fact    | sequence, number of the fact
    """

    type = "points.refunded"
    v = 2

    unit: str
    amount: int
    pieces: tuple[Taken, ...]
    balance: int
    fresh: tuple[int, int, int] | None = None
    expires_on: Day | None = None
    expires_at: Instant | None = None
    undoes: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class PointsCancelled(Fact):
    """What had been earned was taken back: by a return, or by whoever undid the earning.

    field     | meaning                                                   | unit
    unit      | which wallet                                              | unit code
    amount    | how much was taken                                        | smallest part of `unit`
    pieces    | what was taken of which lots, with their last day         | lot number, two positions, day
    balance   | what is available after it                                | smallest part of `unit`
    short     | what was due but no longer there                          | smallest part of `unit`
    rule      | the rule that had given it                                | –
    order     | the sale's id                                             | –
    owed      | what of `amount` was not there: the balance is below zero | smallest part of `unit`
    counts_on | the day of earning where the program is                   | –
    undoes    | what it takes back: an entry of this account and its fact | sequence, number of the fact
    period    | the period of a cap in which so much less counts          | –
    """

    type = "points.cancelled"
    v = 3

    unit: str
    amount: int
    pieces: tuple[Taken, ...]
    balance: int
    short: int = 0
    rule: str = ""
    order: str = ""
    owed: int = 0
    counts_on: Day | None = None
    undoes: tuple[int, int] | None = None
    period: str = ""


@dataclass(frozen=True, slots=True)
class PointsExpired(Fact):
    """What was left of a lot passed with its last day; or pieces of it, because an operator let them.

    field      | meaning                                                          | unit
    unit       | which wallet                                                     | unit code
    amount     | how much                                                         | smallest part of `unit`
    lot        | which lot                                                        | lot number
    balance    | what is available after it                                       | smallest part of `unit`
    expires_on | the last day on which it could be used                           | –
    pieces     | what passed of the lot; none when it was the whole lot           | lot number, two positions, day
    undoes     | whose rest was let expire: an entry of this account and its fact | sequence, number of the fact
    came_at    | when it came back to a lot that had passed by then               | –
    """

    type = "points.expired"
    v = 3

    unit: str
    amount: int
    lot: int
    balance: int
    expires_on: Day | None = None
    pieces: tuple[Taken, ...] = ()
    undoes: tuple[int, int] | None = None
    came_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class PointsExtended(Fact):
    """What slides has a later last day, because its owner was active. The first of a lot says that it slides.

    field      | meaning                                                    | unit
    unit       | which wallet                                               | unit code
    amount     | what was left in the lot                                   | smallest part of `unit`
    lot        | which lot                                                  | lot number
    was_on     | its last day before                                        | –
    expires_on | its last day from now on                                   | –
    expires_at | the instant at which that day is over where the program is | –
    """

    type = "points.extended"

    unit: str
    amount: int
    lot: int
    was_on: Day
    expires_on: Day
    expires_at: Instant


@dataclass(frozen=True, slots=True)
class DebtSettled(Fact):
    """What came in paid for what had been taken below zero.

    field  | meaning                                           | unit
    unit   | which wallet                                      | unit code
    amount | how much                                          | smallest part of `unit`
    pieces | what was taken of which lots, with their last day | lot number, two positions, day
    owed   | what is still owed                                | smallest part of `unit`
    """

    type = "debt.settled"

    unit: str
    amount: int
    pieces: tuple[Taken, ...]
    owed: int
