"""Facts of points that are set apart: promised and not yet there, or held and not yet gone."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.areas.accounts.model.facts.points import Taken
from chalicelib.kit.clock import Instant
from chalicelib.kit.facts import Fact
from chalicelib.kit.periods import Day


@dataclass(frozen=True, slots=True)
class PointsPromised(Fact):
    """Something was earned that cannot be used yet: it waits for an instant or an event.

    field       | meaning                                                        | unit
    unit        | which wallet                                                   | unit code
    amount      | how much                                                       | smallest part of `unit`
    piece       | the earning's identity: lot, and from where to where in it     | lot number, two positions
    pending     | all that is pending in the unit after it                       | smallest part of `unit`
    releases_at | the instant from which it can be used; none when an event says | –
    event       | the event that releases it; empty when time does               | –
    expires_on  | the last day it can be used; none for ever, or not known yet   | –
    expires_at  | the instant at which that day is over where the program is     | –
    open        | its last day is decided when it is released                    | –
    rule        | the rule that gave it; empty by hand                           | –
    order       | the sale's id; empty by hand                                   | –
    lines       | its split over the lines of the order                          | line number, smallest part of `unit`
    counts_on   | the day of earning where the program is                        | –
    period      | the period of a cap that it counts in                          | –
    by          | the member who earned it for the group                         | –
    alone       | an older release forgot all other periods at this              | –
    """

    type = "points.promised"
    v = 2

    unit: str
    amount: int
    piece: tuple[int, int, int]
    pending: int
    releases_at: Instant | None = None
    event: str = ""
    expires_on: Day | None = None
    expires_at: Instant | None = None
    open: bool = False
    rule: str = ""
    order: str = ""
    lines: tuple[tuple[int, int], ...] = ()
    counts_on: Day | None = None
    period: str = ""
    by: str = ""
    alone: bool = False


@dataclass(frozen=True, slots=True)
class PointsActivated(Fact):
    """What was promised can be used from now on, and counts as earned.

    field      | meaning                                                    | unit
    unit       | which wallet                                               | unit code
    amount     | how much                                                   | smallest part of `unit`
    pieces     | which positions                                            | lot number, two positions, day
    balance    | what is available after it                                 | smallest part of `unit`
    expires_on | their last day, where it is decided now                    | –
    expires_at | the instant at which that day is over where the program is | –
    counts_on  | the day from which it counts, where the program is         | –
    came_at    | when it came, where time alone brought it                  | –
    """

    type = "points.activated"
    v = 2

    unit: str
    amount: int
    pieces: tuple[Taken, ...]
    balance: int
    expires_on: Day | None = None
    expires_at: Instant | None = None
    counts_on: Day | None = None
    came_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class PromiseCancelled(Fact):
    """What was promised will not come, or less of it.

    field   | meaning                                                   | unit
    unit    | which wallet                                              | unit code
    amount  | how much                                                  | smallest part of `unit`
    pieces  | which positions                                           | lot number, two positions, day
    pending | all that is pending in the unit after it                  | smallest part of `unit`
    rule    | the rule that had given it                                | –
    order   | the sale's id                                             | –
    undoes  | what it takes back: an entry of this account and its fact | sequence, number of the fact
    period  | the period of a cap in which so much less counts          | –
    """

    type = "promise.cancelled"
    v = 2

    unit: str
    amount: int
    pieces: tuple[Taken, ...]
    pending: int
    rule: str = ""
    order: str = ""
    undoes: tuple[int, int] | None = None
    period: str = ""


@dataclass(frozen=True, slots=True)
class PointsHeld(Fact):
    """Points were set aside for something that is not decided yet.

    field     | meaning                                           | unit
    hold      | the hold's number in the account                  | count
    unit      | which wallet                                      | unit code
    amount    | how much                                          | smallest part of `unit`
    pieces    | what was taken of which lots, with their last day | lot number, two positions, day
    balance   | what is available after it                        | smallest part of `unit`
    lapses_at | when it ends by itself; none when it does not     | –
    by        | the member who holds it for the group             | –
    """

    type = "points.held"

    hold: int
    unit: str
    amount: int
    pieces: tuple[Taken, ...]
    balance: int
    lapses_at: Instant | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class PointsCaptured(Fact):
    """What was held is spent, or a part of it.

    field   | meaning                                           | unit
    hold    | the hold's number in the account                  | count
    unit    | which wallet                                      | unit code
    amount  | how much                                          | smallest part of `unit`
    pieces  | what was taken of which lots, with their last day | lot number, two positions, day
    balance | what is available after it                        | smallest part of `unit`
    by      | the member who held it for the group              | –
    """

    type = "points.captured"
    v = 2

    hold: int
    unit: str
    amount: int
    pieces: tuple[Taken, ...]
    balance: int
    by: str = ""


@dataclass(frozen=True, slots=True)
class PointsReleased(Fact):
    """What was held can be used again, or a part of it.

    field     | meaning                                                  | unit
    hold      | the hold's number in the account                         | count
    unit      | which wallet                                             | unit code
    amount    | how much                                                 | smallest part of `unit`
    pieces    | what went back into which lots, with their last day      | lot number, two positions, day
    balance   | what is available after it                               | smallest part of `unit`
    lapsed    | the hold ended by itself                                 | –
    undoes    | whose hold it was: an entry of this account and its fact | sequence, number of the fact
    lapsed_at | when it ended by itself                                  | –
    """

    type = "points.released"
    v = 2

    hold: int
    unit: str
    amount: int
    pieces: tuple[Taken, ...]
    balance: int
    lapsed: bool = False
    undoes: tuple[int, int] | None = None
    lapsed_at: Instant | None = None
