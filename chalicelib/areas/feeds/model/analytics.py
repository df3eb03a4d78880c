"""Who came, what was bought, who rose and fell, whom members brought in: by the local day on which it took effect.

    enrolled/{day}                              members
    orders/{program}/{currency}/{day}/{kind}    in the words of ORDERS: how many, and the sum of their values
    bought/{segment}/{program}/{currency}/{day}/{kind}    the same of sales to who was in a segment that counts them, as they bought
    stood/{program}/{tier}/{day}/{kind}         accounts that came to stand on a tier (`joined`), or stand there no more (`left`)
    referrals/{day}/{state}                     invited, registered, purchased, expired

What joined a tier on all days together, less what left it, is how many stand there now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from chalicelib.areas.feeds.model.by_day import Told
from chalicelib.areas.feeds.model.liability import Change
from chalicelib.kit.facts import Body
from chalicelib.kit.periods import iso_day

ORDERS = {
    "order.recorded": ("orders", "value"),
    "order.returned": ("returns", "returned"),
    "kept_order.recorded": ("kept_orders", "kept_value"),
    "kept_order.returned": ("kept_returns", "kept_returned"),
}
REFERRALS = {
    "referral.invited": "invited",
    "referral.registered": "registered",
    "referral.purchased": "purchased",
    "referral.expired": "expired",
}


def analytics(told: Told) -> Iterator[Change]:
    """What an entry changes, by the names of counts."""
    for fact, day in zip(told.facts, told.days, strict=True):
        count = _COUNTS.get(fact["type"])
        if count is not None:
            yield from count(told.program, fact, iso_day(day))
        if told.counted_of and fact["type"] == "order.recorded":
            yield from _bought(told, fact, iso_day(day))


def _order(program: int, fact: Body, day: str) -> Iterator[Change]:
    how_many, how_much = ORDERS[fact["type"]]
    of = f"orders/{program}/{fact['currency']}/{day}"
    yield f"{of}/{how_many}", 1
    yield f"{of}/{how_much}", fact["value"]


def _bought(told: Told, fact: Body, day: str) -> Iterator[Change]:
    for segment in told.counted_of:
        of = f"bought/{segment}/{told.program}/{fact['currency']}/{day}"
        yield f"{of}/orders", 1
        yield f"{of}/value", fact["value"]


def _tier(program: int, fact: Body, day: str) -> Iterator[Change]:
    if fact.get("tier"):
        yield f"stood/{program}/{fact['tier']}/{day}/joined", 1
    if fact.get("previous"):
        yield f"stood/{program}/{fact['previous']}/{day}/left", 1


def _enrolled(_program: int, _fact: Body, day: str) -> Iterator[Change]:
    yield f"enrolled/{day}", 1


def _referral(_program: int, fact: Body, day: str) -> Iterator[Change]:
    yield f"referrals/{day}/{REFERRALS[fact['type']]}", 1


_COUNTS: Mapping[str, Callable[[int, Body, str], Iterator[Change]]] = {
    **dict.fromkeys(ORDERS, _order),
    **dict.fromkeys(REFERRALS, _referral),
    "member.enrolled": _enrolled,
    "tier.changed": _tier,
}
