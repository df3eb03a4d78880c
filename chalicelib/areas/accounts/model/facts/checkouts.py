"""Facts of checkouts, in the account that pays for one: what is set apart, spent and given back beside them belongs to it."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.kit.clock import Instant
from chalicelib.kit.facts import Fact


@dataclass(frozen=True, slots=True)
class CheckoutOpened(Fact):
    """What a checkout needs was set apart.

    field     | meaning                                | unit
    checkout  | its id                                 | –
    lapses_at | when it ends by itself, unless paid for | –
    by        | the member who pays for the group      | –
    """

    type = "checkout.opened"

    checkout: str
    lapses_at: Instant
    by: str = ""


@dataclass(frozen=True, slots=True)
class CheckoutUpdated(Fact):
    """Its cart is another: what was set apart before is free again, and what it needs now is set apart.

    field     | meaning                                | unit
    checkout  | its id                                 | –
    lapses_at | when it ends by itself, unless paid for | –
    by        | the member who pays for the group      | –
    """

    type = "checkout.updated"

    checkout: str
    lapses_at: Instant
    by: str = ""


@dataclass(frozen=True, slots=True)
class CheckoutCommitted(Fact):
    """It was paid for: the order beside it is what came of it.

    field    | meaning          | unit
    checkout | its id           | –
    order    | the order's id   | –
    """

    type = "checkout.committed"

    checkout: str
    order: str


@dataclass(frozen=True, slots=True)
class CheckoutCancelled(Fact):
    """It was called off: what was set apart is free again; of one that was paid for, all or a part came back.

    field    | meaning                                  | unit
    checkout | its id                                   | –
    order    | the order's id, where it was paid for    | –
    full     | nothing is left of it                    | –
    """

    type = "checkout.cancelled"

    checkout: str
    order: str = ""
    full: bool = True


ON_CHECKOUTS: tuple[type[Fact], ...] = (CheckoutOpened, CheckoutUpdated, CheckoutCommitted, CheckoutCancelled)
