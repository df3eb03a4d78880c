"""What happens to an order that no member has: told in a journal of its own, until it is somebody's."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.kit.facts import Fact, vocabulary
from chalicelib.kit.periods import Day


@dataclass(frozen=True, slots=True)
class KeptOrderRecorded(Fact):
    """A sale was recorded that no member is known to have made. Once it is somebody's, their account tells of it as well
    (`order.recorded`).

    field    | meaning                                   | unit
    order    | the sale's id                             | –
    number   | the document number that the shop gave it | –
    currency | what it was paid in                       | ISO 4217 code
    value    | what its lines come to, before any return | smallest part of `currency`
    bought_on | the day of purchase where the program is | –
    """

    type = "kept_order.recorded"

    order: str
    number: str
    currency: str
    value: int
    bought_on: Day


@dataclass(frozen=True, slots=True)
class KeptOrderReturned(Fact):
    """All or part of such a sale came back. Once it is somebody's, their account tells of it as well (`order.returned`).

    field    | meaning                           | unit
    order    | the sale's id                     | –
    number   | the return's own document number  | –
    currency | the sale's                        | ISO 4217 code
    value    | what came back                    | smallest part of `currency`
    full     | the whole sale has come back      | –
    """

    type = "kept_order.returned"

    order: str
    number: str
    currency: str
    value: int
    full: bool


@dataclass(frozen=True, slots=True)
class KeptOrderAssigned(Fact):
    """The sale was made by a member after all: from now on it is in their account, or in that of their group.

    field  | meaning                      | unit
    order  | the sale's id                | –
    member | who made it                  | –
    group  | for which group, if for one  | –
    """

    type = "kept_order.assigned"

    order: str
    member: str
    group: str = ""


VOCABULARY = vocabulary(KeptOrderRecorded, KeptOrderReturned, KeptOrderAssigned)
