"""Facts of an account as a whole: time, purchases, the tier."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.kit.clock import Instant
from chalicelib.kit.facts import Fact
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

    field     | meaning                                   | unit
    order     | the sale's id                             | –
    number    | the document number that the shop gave it | –
    currency  | what it was paid in                       | ISO 4217 code
    value     | what its lines come to, before any return | smallest part of `currency`
    counts_on | the day of purchase where the program is  | –
    counted   | what of `value` counts towards a tier     | smallest part of `currency`
    by        | the member who bought for the group       | –
    """

    type = "order.recorded"
    v = 2

    order: str
    number: str
    currency: str
    value: int
    counts_on: Day | None = None
    counted: int | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class OrderReturned(Fact):
    """All or part of a sale came back.

    field     | meaning                                                          | unit
    order     | the sale's id                                                    | –
    number    | the return's own document number                                 | –
    currency  | the sale's                                                       | ISO 4217 code
    value     | what came back                                                   | smallest part of `currency`
    full      | the whole sale has come back, so it no longer counts as an order | –
    counts_on | the day of the purchase, where the program is                    | –
    counted   | what of `value` had counted towards a tier                       | smallest part of `currency`
    """

    type = "order.returned"
    v = 2

    order: str
    number: str
    currency: str
    value: int
    full: bool = False
    counts_on: Day | None = None
    counted: int | None = None


@dataclass(frozen=True, slots=True)
class EventRecorded(Fact):
    """A member did something else than buying, or it was time for a rule on schedule, and what follows from it stands in the same
    entry. Where they were is told by the entry's place, and of what they sent only what their program declares as telling of no
    person. Of an `occasion`, which is a birthday or an anniversary, neither which it was nor by which rules: that is in the
    entry's private part.

    field      | meaning                                                                | unit
    kind       | `event`, `check_in`, `scan`, `near`, `occasion`, or as a rule names it   | –
    name       | the event as its program declares it, the code, or the rule on schedule  | –
    counts_on  | the day on which it happened where the program is                      | –
    properties | what is told of it: names and values                                   | as declared
    by         | the member who did it for the group                                    | –
    """

    type = "event.recorded"

    kind: str
    name: str = ""
    counts_on: Day | None = None
    properties: tuple[tuple[str, str | bool | int], ...] = ()
    by: str = ""


@dataclass(frozen=True, slots=True)
class TierChanged(Fact):
    """The member stands on another tier, up or down.

    field    | meaning                                                       | unit
    tier     | where they stand now                                          | –
    previous | where they stood; empty before the first                      | –
    reason   | why, as a code: `reached`, `below`, `period_ended`, `pinned`… | –
    at       | since when                                                    | –
    """

    type = "tier.changed"
    v = 2

    tier: str
    previous: str = ""
    reason: str = ""
    at: Instant | None = None


@dataclass(frozen=True, slots=True)
class TierReviewed(Fact):
    """How long the member stands on their tier, and when time alone asks for the next look at it.

    field       | meaning                                                                    | unit
    period_from | since when the period runs that keeps the tier                             | –
    review_at   | the instant of the next look; none while time alone changes nothing        | –
    grace_from  | since when they would have fallen, were it not for the days of grace       | –
    base        | what had been counted at the last recalculation, where counting began anew | parts of `base_of`
    base_of     | what was counted: the basis, and its unit                                  | –
    """

    type = "tier.reviewed"

    period_from: Instant
    review_at: Instant | None = None
    grace_from: Instant | None = None
    base: int = 0
    base_of: str = ""


@dataclass(frozen=True, slots=True)
class TierPinned(Fact):
    """An operator or a rule put the member on a tier, where they stay whatever they reach or lose.

    field   | meaning                                                                    | unit
    tier    | where they stand                                                           | –
    until   | the last day of it; none for good                                          | –
    ends_at | the instant at which that day is over where the program is                 | –
    order   | the sale for which a rule did it: it goes with its goods                   | –
    over    | the pins that it stands over: tier, last day, sale of each, the last newest | –
    """

    type = "tier.pinned"
    v = 2

    tier: str
    until: Day | None = None
    ends_at: Instant | None = None
    order: str = ""
    over: tuple[tuple[str, Day | None, str], ...] = ()


@dataclass(frozen=True, slots=True)
class TierPinReturned(Fact):
    """A sale came back for which the member had been pinned, and a newer pin stands over that one: it stays, and the older is not
    there when it goes.

    field | meaning                                | unit
    tier  | where the sale had pinned them         | –
    order | the sale's id                          | –
    """

    type = "tier.pin_returned"

    tier: str
    order: str


@dataclass(frozen=True, slots=True)
class TierUnpinned(Fact):
    """From now on the member stands where what they reached brings them.

    field    | meaning                                           | unit
    tier     | where they were pinned                            | –
    lapsed   | the last day of the pin was over; nobody undid it | –
    ended_at | when it was over                                  | –
    """

    type = "tier.unpinned"
    v = 2

    tier: str
    lapsed: bool = False
    ended_at: Instant | None = None
