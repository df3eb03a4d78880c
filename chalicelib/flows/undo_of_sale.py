"""What a purchase earned, cancelled by hand: it counts as asked back in the order, so that no return takes it once more.

reads    1 Get of the order; 1 more for a dry run or what the account refuses, but for what has been undone before
writes   order (version), where something was taken that had come already: 2 units. What was still pending is remembered by
         the account itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.areas.accounts.model import Story
from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.orders import store as orders
from chalicelib.areas.orders.model.order import Order, asked_by_hand
from chalicelib.flows.account_views import facts_of
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Outdated
from chalicelib.table.damaged import DamagedItemError
from chalicelib.table.journal import Entry
from chalicelib.table.protocol import Key, Write

Given = f.PointsEarned | f.PointsPromised


@dataclass(frozen=True, slots=True)
class Sold:
    """An order, and which of its credits is meant, by its place among them."""

    order: Order
    credit: int

    @property
    def asked_back(self) -> int:
        return self.order.credits[self.credit].due


def sold_of(rt: Runtime, tenant: str, entry: Entry, given: Given) -> Sold | None:
    """The order that the entry records, if it records one, and what of it was given by this fact of the entry."""
    recorded = facts_of(entry, f.OrderRecorded)
    if not recorded:
        return None
    key = orders.order_key(tenant, recorded[0].order)
    order = _read(rt, key)
    for number, credit in enumerate(order.credits):
        if (credit.unit, credit.piece) == (given.unit, given.piece):
            return Sold(order, number)
    raise DamagedItemError(f"{key.pk} {key.sk} cannot be read: it has not given what its entry says")


def must_be_as_read(rt: Runtime, tenant: str, sold: Sold | None) -> None:
    """Outdated: goods came back, or something of it was cancelled, before the account was read."""
    if sold is not None and _read(rt, orders.order_key(tenant, sold.order.order_id)) != sold.order:
        raise Outdated


def sold_puts(tenant: str, sold: Sold | None, place: tuple[int, int], story: Story, sequence: int) -> tuple[Write, ...]:
    """The order after `story` has cancelled what stands at this place, told in the account's entry `sequence`."""
    if sold is None:
        return ()
    cancelled = (fact for fact in story.facts if isinstance(fact, f.PointsCancelled) and fact.undoes == place)
    asked = sum(fact.amount + fact.short for fact in cancelled)
    return (orders.order_put(tenant, asked_by_hand(sold.order, sold.credit, asked, sequence)),) if asked else ()


def _read(rt: Runtime, key: Key) -> Order:
    attrs = rt.table.get(key)
    if attrs is None:
        raise DamagedItemError(f"{key.pk} {key.sk} is gone, though its entry is there")
    return orders.order_from(attrs)
