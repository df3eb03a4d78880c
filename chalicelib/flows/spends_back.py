"""What an order was paid with in points comes back with its lines.

reads    1 Get of the entry that recorded the order, where it was paid with points
writes   that entry (undone as far as it was read): 2 units
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import VOCABULARY, Story
from chalicelib.areas.orders.model.order import Order, given_back
from chalicelib.flows.account_views import numbered_bodies
from chalicelib.flows.terms import Terms
from chalicelib.flows.undo_commit import Named
from chalicelib.flows.undo_kinds import given_back as spend_given_back
from chalicelib.kit.clock import Instant
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Outdated
from chalicelib.table.damaged import DamagedItemError
from chalicelib.table.journal import Entry, entry_from


@dataclass(frozen=True, slots=True)
class SpendsBack:
    """How much of which facts of the order's entry comes back."""

    entry: Entry
    amounts: Mapping[int, int]

    def given_to(self, story: Story, terms: Terms, at: Instant) -> Story:
        """Outdated where the account has come further than the marks that were read."""
        for number, body in numbered_bodies(self.entry):
            if number in self.amounts:
                named = Named(self.entry, number, VOCABULARY.decode(body))
                try:
                    story = spend_given_back(story, terms, named, self.amounts[number], at)
                except AssertionError as newer:
                    raise Outdated from newer
        return story


def recording_entry(rt: Runtime, tenant: str, order: Order) -> Entry:
    """The entry of the account that records an order, with what of it has been undone. 1 Get."""
    stream = accounts.stream(tenant, order.owner, order.program)
    key = stream.key(order.sequence)
    stored = rt.table.get(key)
    if stored is None:
        raise DamagedItemError(f"{key.pk} {key.sk} is gone, though its order is there")
    return entry_from(stream, stored)


def spends_back(rt: Runtime, tenant: str, before: Order, after: Order) -> SpendsBack | None:
    """What of them is due since it was `before`; what was refunded by hand does not come twice."""
    if not before.spends:
        return None
    entry = recording_entry(rt, tenant, before)
    amounts: dict[int, int] = {}
    for spent in before.spends:
        rest = sum(part for _, part in spent.lines) - entry.undone.get(spent.fact, 0)
        due = min(rest, given_back(after, spent) - given_back(before, spent))
        if due > 0:
            amounts[spent.fact] = due
    return SpendsBack(entry, amounts)
