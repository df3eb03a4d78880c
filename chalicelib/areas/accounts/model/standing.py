"""On which tier an account stands, why, and how long: what its reviews and pins have said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from chalicelib.areas.accounts.model import facts as f
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import Day


class Pin(NamedTuple):
    """One that a newer one stands over. `order`: the sale for which a rule gave it; none of one by hand."""

    tier: str
    until: Day | None = None
    order: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """`since` and `reason` are of the last change of tier. `review_at` is when time alone asks for the next look, the end
    of a pin included; `base` is what `base_of` had come to when it began to be counted anew. `pinned_by` is the sale for which a
    rule pinned them, and goes with its goods: then they are where the last of `pinned_over` has them."""

    since: Instant | None = None
    reason: str = ""
    period_from: Instant | None = None
    review_at: Instant | None = None
    grace_from: Instant | None = None
    pinned: bool = False
    pinned_until: Day | None = None
    base: int = 0
    base_of: str = ""
    pinned_by: str = ""
    pinned_over: tuple[Pin, ...] = ()

    @property
    def kept_from(self) -> Instant | None:
        """Since when the period runs that keeps the tier: since the tier was reached, unless it was confirmed later."""
        return self.since if self.period_from is None else self.period_from


def changed(standing: Standing, fact: f.TierChanged) -> Standing:
    """What kept the tier before says nothing about this one; what was counted anew still counts so."""
    return Standing(fact.at, fact.reason, base=standing.base, base_of=standing.base_of)


def reviewed(standing: Standing, fact: f.TierReviewed) -> Standing:
    return replace(
        standing,
        period_from=None if fact.period_from == standing.since else fact.period_from,
        review_at=fact.review_at,
        grace_from=fact.grace_from,
        base=fact.base,
        base_of=fact.base_of,
    )


def pinned(standing: Standing, fact: f.TierPinned) -> Standing:
    return replace(
        standing,
        pinned=True,
        pinned_until=fact.until,
        review_at=fact.ends_at,
        grace_from=None,
        pinned_by=fact.order,
        pinned_over=tuple(Pin(*pin) for pin in fact.over),
    )


def pin_returned(standing: Standing, fact: f.TierPinReturned) -> Standing:
    """The newest of them, where the sale gave several."""
    over = list(reversed(standing.pinned_over))
    gone = next((pin for pin in over if (pin.tier, pin.order) == (fact.tier, fact.order)), None)
    if gone is not None:
        over.remove(gone)
    return replace(standing, pinned_over=tuple(reversed(over)))


def unpinned(standing: Standing) -> Standing:
    return replace(standing, pinned=False, pinned_until=None, review_at=None, pinned_by="", pinned_over=())
