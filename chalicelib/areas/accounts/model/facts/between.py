"""Facts of points that move: between owners, and between the units of one owner."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.areas.accounts.model.facts.points import Taken
from chalicelib.kit.clock import Instant
from chalicelib.kit.facts import Fact
from chalicelib.kit.periods import Day

Brought = tuple[
    int, int, int, Day | None, Instant | None
]  # lot, from, to, the last usable day and the instant after it


@dataclass(frozen=True, slots=True)
class PointsSent(Fact):
    """Points went to another owner of the program.

    field    | meaning                                           | unit
    unit     | which wallet                                      | unit code
    amount   | how much                                          | smallest part of `unit`
    pieces   | what was taken of which lots, with their last day | lot number, two positions, day
    balance  | what is available after it                        | smallest part of `unit`
    receiver | who has it now                                    | –
    entry    | the receiver's entry and its fact                 | sequence, number of the fact
    by       | the member who sent it for the group              | –
    """

    type = "points.sent"

    unit: str
    amount: int
    pieces: tuple[Taken, ...]
    balance: int
    receiver: str
    entry: tuple[int, int]
    by: str = ""


@dataclass(frozen=True, slots=True)
class PointsReceived(Fact):
    """Points came from another owner of the program. They keep their last day, and count as earned nowhere.

    field   | meaning                                                    | unit
    unit    | which wallet                                               | unit code
    amount  | how much                                                   | smallest part of `unit`
    pieces  | where they came to, with last day and the instant after it | lot number, two positions, day, instant
    balance | what is available after it                                 | smallest part of `unit`
    sender  | who had it before                                          | –
    entry   | the sender's entry and its fact                            | sequence, number of the fact
    """

    type = "points.received"

    unit: str
    amount: int
    pieces: tuple[Brought, ...]
    balance: int
    sender: str
    entry: tuple[int, int]


@dataclass(frozen=True, slots=True)
class PointsConverted(Fact):
    """Points of one unit became points of another, at the program's rate.

    field        | meaning                                                    | unit
    unit         | which wallet they left                                     | unit code
    amount       | how much left it                                           | smallest part of `unit`
    pieces       | what was taken of which lots, with their last day          | lot number, two positions, day
    balance      | what is available there after it                           | smallest part of `unit`
    into         | which wallet they came to                                  | unit code
    gained       | how much came                                              | smallest part of `into`
    piece        | its identity: lot, and from where to where in it           | lot number, two positions
    into_balance | what is available there after it                           | smallest part of `into`
    expires_on   | the last day it can be used; none for ever                 | –
    expires_at   | the instant at which that day is over where the program is | –
    """

    type = "points.converted"

    unit: str
    amount: int
    pieces: tuple[Taken, ...]
    balance: int
    into: str
    gained: int
    piece: tuple[int, int, int]
    into_balance: int
    expires_on: Day | None = None
    expires_at: Instant | None = None
