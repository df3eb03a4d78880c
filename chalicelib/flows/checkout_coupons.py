"""Coupons at a checkout: what they take off, that no other checkout takes them meanwhile, that they are used with the order;
once all of it has come back they are good again (flows/coupons_back).

reads    1 Get of each code, none of a shared one; 1 BatchGet of the coupons and of what is counted of their series
writes   a coupon that is kept for a checkout, or let go: 2 units each; one that is used: what using a code writes; of each limit in all
         of their series what flows/checkout_limits says

A coupon that is kept says for which checkout and until when: nobody needs to take that back. It is no fact, for nothing has
become of the coupon. One of a code that all share, or that nobody has yet, is made when it is used: what it takes of what is there
for all is set apart until then, as far as its series is limited.

A code that all share is shown by whoever has read it: nobody has to be known for it. What each member may have of it is asked of
whoever the order is then of, and of nobody where it stays nobody's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from chalicelib.areas.checkouts.model import Checkout, Promised
from chalicelib.areas.coupons import model as m
from chalicelib.areas.coupons.store import owned
from chalicelib.areas.orders.model import Sale
from chalicelib.areas.rules.basket import by_what_they_are
from chalicelib.errors import NotFound, Refused
from chalicelib.flows.checkout_limits import Wanted
from chalicelib.flows.coupon_codes import Resolved, resolved
from chalicelib.flows.coupon_commit import Found, coupon_in
from chalicelib.flows.coupon_deeds import Deed, Desk, give, kept, keys_of, use
from chalicelib.flows.coupon_quotas import quota_of
from chalicelib.flows.purchase import Coupons
from chalicelib.flows.take_quotas import Taking
from chalicelib.flows.terms import Terms
from chalicelib.kit.amounts import rounded, shared_out
from chalicelib.kit.clock import Instant
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Outdated
from chalicelib.table.protocol import Key, Write

MOST = 5


@dataclass(frozen=True, slots=True)
class Shown:
    """Coupons that are shown at a checkout, as they are; `desk` has what was read of them."""

    desk: Desk
    known: tuple[Resolved, ...]

    def deed(self, rt: Runtime, one: Resolved, checkout_id: str, *, promised: bool = False) -> Deed:
        """It as this checkout may use it. Outdated: its code says that it is there, so it moves just now."""
        found = self._stored(rt, one)
        if found is None:
            return give(rt, self.desk, one.series, one.code, promised=promised)
        return kept(self.desk, one.series, m.let_go(found.coupon, checkout_id, self.desk.at), found.place)

    def is_kept(self, rt: Runtime, one: Resolved, checkout_id: str) -> bool:
        """It was promised and set apart for this checkout, or what it takes of its series was. A code that nobody has yet cannot
        be set apart: the promise is enough."""
        found = self._stored(rt, one)
        if found is None or any(want.quota.name in self.desk.held for want in _wanted(one)):
            return True
        return any(kept.checkout == checkout_id for kept in found.coupon.keepings)

    @property
    def quotas_needed(self) -> list[Wanted]:
        """Of what there is for all."""
        return [want for one in self.known for want in _wanted(one)]

    def _stored(self, rt: Runtime, one: Resolved) -> Found | None:
        if one.coupon_id is None:
            return None
        keys = owned.coupon_keys(self.desk.tenant, self.desk.member_id, one.coupon_id)
        found = coupon_in(rt, self.desk.tenant, self.desk.found, keys)
        if found is None:
            raise Outdated
        return found


@dataclass(frozen=True, slots=True)
class Whose:
    """Who shows them: nobody known, or a member, whose own they are also where their group pays; what their command takes of
    limits; and the slices of what is `held` for them already, by quota."""

    member_id: str | None
    taking: Taking
    held: Mapping[str, int] = field(default_factory=dict)


def shown_codes(
    rt: Runtime, tenant: str, terms: Terms, whose: Whose, codes: Sequence[str], at: Instant
) -> Shown | None:
    """None where there are none. `at` is when they were promised. Refuses `code_of_another_member`, `code_not_issued`,
    `coupons_not_combined`, `code_of_nobody`; NotFound `unknown_code`."""
    if not codes:
        return None
    typed = tuple(known_code(rt, tenant, terms, whose, code) for code in codes)
    must_go_together(typed)
    return at_desk(rt, tenant, terms, whose, typed, at)


def known_code(rt: Runtime, tenant: str, terms: Terms, whose: Whose, code: str) -> Resolved:
    """1 Get, none of a shared one. Refuses `code_of_another_member`, `code_not_issued`, `code_of_nobody`; NotFound
    `unknown_code`."""
    one = resolved(rt, tenant, code)
    if one.series.program_id != terms.program.program_id:
        raise NotFound("unknown_code", f"This program has no coupon with the code {one.code[:64]}.", param="code")
    if whose.member_id is None and one.series.codes.kind != "shared":
        raise Refused("code_of_nobody", "Say whose coupon it is: name the member.", param="coupons")
    one.must_be_of(whose.member_id)
    return one


def at_desk(rt: Runtime, tenant: str, terms: Terms, whose: Whose, typed: Sequence[Resolved], at: Instant) -> Shown:
    """1 BatchGet, none where nobody is known."""
    known, member_id = tuple(sorted(typed, key=in_turn)), whose.member_id or ""
    keys = list(dict.fromkeys(key for one in known for key in _keys(tenant, member_id, one)))
    found = rt.table.batch_get(keys) if keys else {}
    return Shown(Desk(tenant, member_id, at, terms.program.zone, found, whose.taking, held=whose.held), known)


def promised_by(
    rt: Runtime, shown: Shown, cart: Sale, left: Mapping[int, int], checkout_id: str, *, foresees: bool
) -> tuple[Promised, ...]:
    """What they take off what is left to pay, one after the other. Refuses what using them would be refused for,
    `currency_differs` and `nothing_to_discount`. `foresees`: what they need of limits in all is not set apart, so it is looked
    whether it is there, and decided twice where it is not: 1 Query of each limit that there is."""
    goods = goods_in(cart)
    for _ in range(2):
        shown.desk.taking.begin()
        for one in shown.known:
            use(shown.desk, shown.deed(rt, one, checkout_id), None, goods)
        if not foresees or shown.desk.taking.foresee():
            break
    promised = taken_off(shown, cart, left)
    for known, off in zip(shown.known, promised, strict=True):
        if (why_not := takes_nothing(known.series, off)) is not None:
            raise why_not
    return promised


def takes_nothing(series: m.CouponSeries, promised: Promised) -> Refused | None:
    """A coupon for money that would be used up for none."""
    if promised.amount or series.worth.kind not in _TURNS:
        return None
    text = f"{series.name} would take nothing off this cart: keep it for another time."
    return Refused("nothing_to_discount", text, param="coupons")


def goods_in(cart: Sale) -> m.Goods:
    return m.Goods(sum(line.gross_value for line in cart.lines if not line.delivery), cart.currency)


def taken_off(shown: Shown, cart: Sale, left: Mapping[int, int]) -> tuple[Promised, ...]:
    """Refuses `currency_differs`."""
    open_values, promised = dict(left), []
    for one in shown.known:
        parts = _taken_off(one.series, cart, open_values)
        for line_no, part in parts:
            open_values[line_no] -= part
        promised.append(_promised(shown.desk, one, parts))
    return tuple(promised)


def _promised(desk: Desk, one: Resolved, parts: tuple[tuple[int, int], ...]) -> Promised:
    limits = one.series.limits
    limited = limits.issued_per_member is not None or limits.used_per_member is not None
    return Promised(
        rule_id="",
        kind="coupon",
        amount=sum(part for _, part in parts),
        lines=parts,
        code=one.code,
        coupon_id=one.coupon_id,
        series_id=one.series.series_id,
        unasked=limited and not desk.member_id,
    )


def keep_writes(rt: Runtime, shown: Shown | None, checkout_id: str, until: Instant) -> tuple[Write, ...]:
    """They are kept for this checkout."""
    if shown is None:
        return ()
    writes: list[Write] = []
    for one in shown.known:
        if one.coupon_id is not None:
            deed = shown.deed(rt, one, checkout_id)
            after = m.kept_for(deed.coupon, checkout_id, until)
            writes += owned.coupon_writes(shown.desk.tenant, after, deed.place, past=False)
    return tuple(writes)


def let_go_writes(
    rt: Runtime, tenant: str, checkout: Checkout, at: Instant, still: frozenset[str] = frozenset()
) -> tuple[Write, ...]:
    """Those that were kept for it are not any more, but for those that it has `still`. 1 BatchGet where there are any."""
    member_id = checkout.member_id
    ids = [one.coupon_id for one in checkout.promised if one.coupon_id is not None and one.coupon_id not in still]
    if member_id is None or not ids:
        return ()
    found = rt.table.batch_get([key for one in ids for key in owned.coupon_keys(tenant, member_id, one)])
    writes: list[Write] = []
    for coupon_id in ids:
        there = coupon_in(rt, tenant, found, owned.coupon_keys(tenant, member_id, coupon_id))
        if there is not None and (after := m.let_go(there.coupon, checkout.checkout_id, at)) != there.coupon:
            writes += owned.coupon_writes(tenant, after, there.place, past=there.place[0].sk.startswith(owned.PAST))
    return tuple(writes)


def used_with(rt: Runtime, shown: Shown | None, checkout_id: str, number: str) -> Coupons:
    """Refuses `limit_per_member`, `series_used_up`, and what else using them is refused for."""
    if shown is None:
        return Coupons()
    deeds = []
    for one in shown.known:
        promised = shown.is_kept(rt, one, checkout_id)
        deed = shown.deed(rt, one, checkout_id, promised=promised)
        deeds.append(use(shown.desk, deed, number, None, promised=promised))
    return Coupons(tuple(deeds), shown.desk.found)


_TURNS = {"free_delivery": 0, "percent": 1, "amount": 2}


def in_turn(one: Resolved) -> tuple[int, Fraction, str, str]:
    """In whatever order they are typed they come off in this one: delivery, then the larger percentages, then amounts. It is
    the one in which the customer pays least: no percentage is of what is off already, and no amount is lost on delivery."""
    worth = one.series.worth
    return _TURNS.get(worth.kind, 3), -(worth.share or Fraction(worth.amount or 0)), one.series.series_id, one.code


def must_go_together(known: Sequence[Resolved]) -> None:
    """Several only where each says that it may be; of a series one at a time."""
    if len({(one.series.series_id, one.code) for one in known}) < len(known):
        raise Refused("coupons_not_combined", "The same coupon is named twice.", param="coupons")
    if len(known) > 1 and not all(one.series.worth.stackable for one in known):
        text = "One of these coupons cannot be combined with others: use one at a time."
        raise Refused("coupons_not_combined", text, param="coupons")
    if len({one.series.series_id for one in known}) < len(known):
        raise Refused("coupons_not_combined", "Of one series there is one coupon at a time.", param="coupons")


def _wanted(one: Resolved) -> list[Wanted]:
    """One that is somebody's was issued before."""
    series, wanted = one.series, list[Wanted]()
    if series.limits.used is not None:
        wanted.append(Wanted("", quota_of(series, "used"), 1, m.used_up(series, "used")))
    if series.limits.issued is not None and one.coupon_id is None:
        wanted.append(Wanted("", quota_of(series, "issued"), 1, m.used_up(series, "issued")))
    return wanted


def _keys(tenant: str, member_id: str, one: Resolved) -> tuple[Key, ...]:
    if one.coupon_id is None:
        return keys_of(tenant, one.series, member_id)
    return (*keys_of(tenant, one.series, member_id), *owned.coupon_keys(tenant, member_id, one.coupon_id))


def _taken_off(series: m.CouponSeries, cart: Sale, left: Mapping[int, int]) -> tuple[tuple[int, int], ...]:
    """Of what is worth money: never more than there is to pay. Refuses `currency_differs`."""
    worth, there = series.worth, sum(left.values())
    match worth.kind:
        case "amount" if worth.amount is not None:
            if worth.currency != cart.currency:
                text = f"This coupon is worth {worth.currency}, and the cart is in {cart.currency}."
                raise Refused("currency_differs", text, param="coupons")
            amount = min(worth.amount, there)
        case "percent" if worth.share is not None:
            amount = rounded(there * worth.share, "half_up")
        case "free_delivery":
            delivered = (line.line_no for line in cart.lines if line.delivery)
            return tuple((line_no, left[line_no]) for line_no in delivered if left[line_no])
        case _:
            return ()
    numbers = [line.line_no for line in by_what_they_are(cart.lines)]
    shares = shared_out(amount, [left[number] for number in numbers])
    return tuple(sorted(part for part in zip(numbers, shares, strict=True) if part[1]))
