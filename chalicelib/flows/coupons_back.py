"""What becomes of coupons when an order comes back: once all of it has, those that were used with it are good again; those that a
rule gave for it, or for some of its lines, are taken back with all of that, as far as nobody has used them.

reads    1 BatchGet of the coupons and of what is counted of their series, where there are any; with it the member's own
         account, where the order is their group's
writes   what using a code writes, for each; what is counted of the member once; in a group account and entry of their own:
         4 units
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.coupons import model as m
from chalicelib.areas.coupons.store import owned
from chalicelib.areas.coupons.store import series as all_series
from chalicelib.areas.orders.model import Order
from chalicelib.areas.orders.model.gifts import COUPON_GIVEN
from chalicelib.areas.orders.model.order import due_back
from chalicelib.errors import Refused
from chalicelib.flows.account_commit import own_entry
from chalicelib.flows.coupon_commit import Found, coupon_in
from chalicelib.flows.coupon_deeds import Deed, Desk, deed_writes, gone, kept, keys_of, unuse
from chalicelib.flows.take_quotas import Taking
from chalicelib.flows.terms import Terms
from chalicelib.kit.facts import Fact
from chalicelib.table.commit import Outdated
from chalicelib.table.journal import Header
from chalicelib.table.protocol import Attrs, Key, Write


@dataclass(frozen=True, slots=True)
class CouponsBack:
    """`facts` for the entry of the return. Of each coupon that was given why it stays, a code; None where it does not."""

    facts: tuple[Fact, ...] = ()
    writes: tuple[Write, ...] = ()
    stays: Mapping[str, str | None] = field(default_factory=dict)


def coupons_back(terms: Terms, taking: Taking, before: Order, after: Order, header: Header) -> CouponsBack:
    """Those that were marked as unused by hand are so already."""
    given = tuple((gift.award, gift.what) for gift in due_back(before, after) if gift.kind == COUPON_GIVEN)
    used = before.coupons if after.fully_returned else ()
    if not (used or given):
        return CouponsBack()
    taking.begin()
    desk = Desk(
        *(taking.tenant, before.member_id, header.recorded_at, terms.program.zone),
        _read(taking, terms, before, (*used, *given)),
        taking,
    )
    deeds: tuple[Deed, ...] = ()
    for coupon_id, _ in used:
        found = _found(desk, coupon_id)
        if any(one.order == before.sale.number for one in found.coupon.uses):
            deeds = (*deeds, unuse(desk, _as_is(desk, found, deeds), before.sale.number))
    stays: dict[str, str | None] = {}
    for coupon_id, _ in given:
        found = _found(desk, coupon_id)
        try:
            cancelled = m.cancelled(found.coupon, desk.at, desk.zone)
        except Refused as refusal:
            stays[coupon_id] = refusal.code
            continue
        deeds, stays[coupon_id] = (*deeds, gone(desk, _as_is(desk, found, deeds), cancelled)), None
    return _told(terms, header, before, desk, deeds, stays)


def _read(taking: Taking, terms: Terms, order: Order, coupons: tuple[tuple[str, str], ...]) -> Mapping[Key, Attrs]:
    tenant, member_id, keys = taking.tenant, order.member_id, dict[Key, None]()
    for coupon_id, name in coupons:
        series = all_series.series(terms.config, order.program, name)
        keys |= dict.fromkeys((*keys_of(tenant, series, member_id), *owned.coupon_keys(tenant, member_id, coupon_id)))
    if order.group_id is not None:
        keys[accounts.account_key(tenant, member_id, order.program)] = None
    return taking.rt.table.batch_get(list(keys))


def _found(desk: Desk, coupon_id: str) -> Found:
    """Outdated: it moves just now."""
    found = coupon_in(
        desk.taking.rt, desk.tenant, desk.found, owned.coupon_keys(desk.tenant, desk.member_id, coupon_id)
    )
    if found is None:
        raise Outdated
    return found


def _as_is(desk: Desk, found: Found, deeds: tuple[Deed, ...]) -> Deed:
    return kept(desk, found.series, found.coupon, found.place, deeds)


def _told(
    terms: Terms,
    header: Header,
    order: Order,
    desk: Desk,
    deeds: tuple[Deed, ...],
    stays: Mapping[str, str | None],
) -> CouponsBack:
    """In the entry of the return, or where that is their group's in one of their own."""
    if not deeds:
        return CouponsBack(stays=stays)
    facts, writes = tuple(fact for deed in deeds for fact in deed.facts), deed_writes(desk, *deeds)
    if order.group_id is None:
        return CouponsBack(facts, writes, stays)
    key = accounts.account_key(desk.tenant, desk.member_id, order.program)
    own = accounts.account_from(desk.found.get(key), desk.member_id, order.program)
    return CouponsBack((), (*writes, *own_entry(desk.tenant, terms, header, own, facts)), stays)
