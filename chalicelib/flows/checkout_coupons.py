"""Coupons at a checkout: what they take off, that no other checkout takes them meanwhile, that they are used with the order;
once all of it has come back they are good again (flows/coupons_back).

reads    1 Get of each code, none of a shared one; 1 BatchGet of the coupons and of what is counted of their series
writes   a coupon that is kept for a checkout, or let go: 2 units each; one that is used: what using a code writes

A coupon that is kept says for which checkout and until when: nobody needs to take that back. It is no fact, for nothing has
become of the coupon. One of a code that all share, or that nobody has yet, is made when it is used, and cannot be kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from chalicelib.areas.checkouts.model import Checkout, Promised
from chalicelib.areas.coupons import model as m
from chalicelib.areas.coupons.store import owned
from chalicelib.areas.orders.model import Sale
from chalicelib.errors import NotFound, Refused
from chalicelib.flows.coupon_codes import Resolved, resolved
from chalicelib.flows.coupon_commit import Found, coupon_in
from chalicelib.flows.coupon_deeds import Deed, Desk, give, kept, keys_of, use
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

    def deed(self, rt: Runtime, one: Resolved, checkout_id: str) -> Deed:
        """It as this checkout may use it. Outdated: its code says that it is there, so it moves just now."""
        found = self._stored(rt, one)
        if found is None:
            return give(rt, self.desk, one.series, one.code)
        return kept(self.desk, one.series, m.let_go(found.coupon, checkout_id, self.desk.at), found.place)

    def is_kept(self, rt: Runtime, one: Resolved, checkout_id: str) -> bool:
        """It was promised and set apart for this checkout."""
        found = self._stored(rt, one)
        return found is not None and any(kept.checkout == checkout_id for kept in found.coupon.keepings)

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
    """Who shows them: nobody known, or a member, whose own they are also where their group pays; and what their command takes of
    limits."""

    member_id: str | None
    taking: Taking


def shown_codes(
    rt: Runtime, tenant: str, terms: Terms, whose: Whose, codes: Sequence[str], at: Instant
) -> Shown | None:
    """None where there are none. `at` is when they were promised. Refuses `code_of_another_member`, `code_not_issued`,
    `coupons_not_combined`, `code_of_nobody`; NotFound `unknown_code`."""
    if not codes:
        return None
    if whose.member_id is None:
        raise Refused("code_of_nobody", "Say whose coupon it is: name the member.", param="coupons")
    typed, member_id = tuple(resolved(rt, tenant, code) for code in codes), whose.member_id
    for one in typed:
        if one.series.program_id != terms.program.program_id:
            raise NotFound("unknown_code", f"This program has no coupon with the code {one.code[:64]}.", param="code")
        one.must_be_of(member_id)
    _must_go_together(typed)
    known = tuple(sorted(typed, key=_in_turn))
    keys = list(dict.fromkeys(key for one in known for key in _keys(tenant, member_id, one)))
    desk = Desk(tenant, member_id, at, terms.program.zone, rt.table.batch_get(keys), whose.taking)
    return Shown(desk, known)


def promised_by(
    rt: Runtime, shown: Shown, cart: Sale, left: Mapping[int, int], checkout_id: str
) -> tuple[Promised, ...]:
    """What they take off what is left to pay, one after the other. Refuses what using them would be refused for, and
    `currency_differs`. Decided twice where a limit in all turns out to be short: 1 Query of each that there is."""
    goods = m.Goods(sum(line.gross_value for line in cart.lines if not line.delivery), cart.currency)
    for _ in range(2):
        shown.desk.taking.begin()
        for one in shown.known:
            use(shown.desk, shown.deed(rt, one, checkout_id), None, goods)
        if shown.desk.taking.foresee():
            break
    open_values, promised = dict(left), []
    for one in shown.known:
        parts = _taken_off(one.series, cart, open_values)
        for line_no, part in parts:
            open_values[line_no] -= part
        promised.append(_promised(one, parts))
    return tuple(promised)


def _promised(one: Resolved, parts: tuple[tuple[int, int], ...]) -> Promised:
    return Promised(
        rule_id="",
        kind="coupon",
        amount=sum(part for _, part in parts),
        lines=parts,
        code=one.code,
        coupon_id=one.coupon_id,
        series_id=one.series.series_id,
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
    deeds = tuple(
        use(shown.desk, shown.deed(rt, one, checkout_id), number, None, promised=shown.is_kept(rt, one, checkout_id))
        for one in shown.known
    )
    return Coupons(deeds, shown.desk.found)


_TURNS = {"free_delivery": 0, "percent": 1, "amount": 2}


def _in_turn(one: Resolved) -> tuple[int, int, str, str]:
    """In whatever order they are typed they come off in this one: delivery, then the larger percentages, then amounts. It is
    the one in which the customer pays least: no percentage is of what is off already, and no amount is lost on delivery."""
    worth = one.series.worth
    return _TURNS.get(worth.kind, 3), -(worth.percent or worth.amount or 0), one.series.series_id, one.code


def _must_go_together(known: Sequence[Resolved]) -> None:
    """Several only where each says that it may be; of a series one at a time."""
    if len({(one.series.series_id, one.code) for one in known}) < len(known):
        raise Refused("coupons_not_combined", "The same coupon is named twice.", param="coupons")
    if len(known) > 1 and not all(one.series.worth.stackable for one in known):
        text = "One of these coupons cannot be combined with others: use one at a time."
        raise Refused("coupons_not_combined", text, param="coupons")
    if len({one.series.series_id for one in known}) < len(known):
        raise Refused("coupons_not_combined", "Of one series there is one coupon at a time.", param="coupons")


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
        case "percent" if worth.percent is not None:
            amount = rounded(Fraction(there * worth.percent, 100), "half_up")
        case "free_delivery":
            delivered = (line.line_no for line in cart.lines if line.delivery)
            return tuple((line_no, left[line_no]) for line_no in delivered if left[line_no])
        case _:
            return ()
    shares = shared_out(amount, list(left.values()))
    return tuple((line_no, share) for line_no, share in zip(left, shares, strict=True) if share)
