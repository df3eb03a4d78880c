"""Limits at a checkout: what its discounts and coupons are promised of what is there for all is taken when they are promised, until the
checkout is over. Paid for it becomes the order's; cancelled, changed or lapsed it is given back.

reads    nothing beside the configuration in memory; whose slice is short 1 Query, as taking does
writes   of each limit a slice and what is held of it: 4 units; the same again to give it back, 2 where the order keeps it
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from chalicelib.areas.checkouts.model import Checkout, OfLimit
from chalicelib.areas.orders.model.uses import Held as HeldByOrder
from chalicelib.areas.orders.model.uses import Use
from chalicelib.areas.quotas import store as quotas
from chalicelib.areas.quotas.model import Held, Quota, Taken
from chalicelib.areas.rules.outcome import Off
from chalicelib.errors import Refused
from chalicelib.flows.rule_limits import budget_quota, uses_quota
from chalicelib.flows.take_quotas import Taking
from chalicelib.flows.terms import Terms
from chalicelib.table.protocol import Write

MOST_HELD = 20  # so that what an order writes has room beside giving them back


class Wanted(NamedTuple):
    """So much of what is there for all: of a rule, or of a coupon's series (then there is none). `gone` says that it is not to be
    had, where nobody has asked whether it is."""

    rule_id: str
    quota: Quota
    amount: int
    gone: Refused | None = None


def held_in(checkout: Checkout | None) -> dict[str, int]:
    """By quota."""
    return {} if checkout is None else {one.quota: one.amount for one in checkout.limited}


def held_slices(checkout: Checkout | None) -> dict[str, int]:
    """Where it was taken, by quota."""
    return {} if checkout is None else {one.quota: one.slice for one in checkout.limited}


def set_apart(taking: Taking, wanted: Iterable[Wanted], before: Checkout | None) -> tuple[OfLimit, ...]:
    """Takes what is not held already, from the slice where that is held, and gives back what is not needed any more. Refuses
    `too_many_limits`, and what is `gone`."""
    had = {} if before is None else {one.quota: one for one in before.limited}
    held: list[OfLimit] = []
    for rule_id, quota, amount, gone in wanted:
        known = had.pop(quota.name, None)
        if known is None:
            if gone is not None and taking.can_have(quota, amount) < amount:
                raise gone
            taken = taking.take(quota, amount)
        else:
            taken = Taken(quota.name, known.slice, amount)
            if amount > known.amount:
                taking.take(quota, amount - known.amount, known.slice)
            taking.give_back(Taken(quota.name, known.slice, max(0, known.amount - amount)))
        held.append(OfLimit(rule_id=rule_id, quota=taken.quota, slice=taken.slice, amount=amount))
    give_back(taking, had.values())
    if len(held) > MOST_HELD:
        raise Refused("too_many_limits", "Too many rules with limits for all together give something for this cart.")
    return tuple(held)


def give_back(taking: Taking, held: Iterable[OfLimit]) -> None:
    for one in held:
        taking.give_back(Taken(one.quota, one.slice, one.amount))


def held_writes(tenant: str, before: Checkout | None, after: Checkout | None) -> tuple[Write, ...]:
    """What is held from now on instead of what was. Of a version that is paid for, or cancelled: nothing."""
    old = {quotas.held_key(tenant, one): one for one in _held(before)}
    new = {quotas.held_key(tenant, one): one for one in _held(after)}
    gone = tuple(quotas.held_delete(tenant, one) for key, one in old.items() if key not in new)
    return (*gone, *(quotas.held_put(tenant, one, anew=key in old) for key, one in new.items()))


def limit_writes(taking: Taking, before: Checkout | None, after: Checkout | None) -> tuple[Write, ...]:
    """And what is taken and given back for it."""
    return (*taking.writes, *held_writes(taking.tenant, before, after))


def held_uses(checkout: Checkout) -> dict[str, Use]:
    """As the order keeps it, by rule; what is held for coupons these keep themselves."""
    uses: dict[str, Use] = {}
    for one in (one for one in checkout.limited if one.rule_id):
        use, held = uses.get(one.rule_id, Use(one.rule_id)), HeldByOrder(one.quota, one.slice, one.amount)
        kind, *_, of = one.quota.split("#")
        uses[one.rule_id] = use._replace(in_all=held) if kind == "rule_limit" else use._replace(budget=held, of=of)
    return uses


def _held(checkout: Checkout | None) -> list[Held]:
    if checkout is None:
        return []
    return [
        Held(Taken(one.quota, one.slice, one.amount), checkout.checkout_id, checkout.lapses_at)
        for one in checkout.limited
    ]


def wanted_by_rules(terms: Terms, off: Sequence[Off]) -> list[Wanted]:
    """What is paid with points draws on no budget: it is no gift."""
    amounts: defaultdict[str, int] = defaultdict(int)
    for one in off:
        amounts[one.rule_id] += 0 if one.unit else one.amount
    program_id, wanted = terms.program.program_id, list[Wanted]()
    for rule_id, amount in amounts.items():
        counting = terms.rules.counting.get(rule_id)
        if counting is not None and counting.in_all is not None:
            wanted.append(Wanted(rule_id, uses_quota(program_id, rule_id, counting.in_all), 1))
        if counting is not None and counting.budget is not None and counting.budget.unit is None and amount:
            wanted.append(Wanted(rule_id, budget_quota(program_id, rule_id, counting.budget), amount))
    return wanted
