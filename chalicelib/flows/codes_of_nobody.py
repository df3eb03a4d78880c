"""Coupons of a code that all share, used with an order that no member has: the order keeps what they took of what is there for
all. All of it come back, that is given back; once a member has the order, the coupons are theirs as well, as used ones.

Whatever each member may have of them, this is not refused: it has been used before anybody could be asked.
"""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.coupons import model as m
from chalicelib.areas.coupons.model.deeds import Issue
from chalicelib.areas.coupons.store import series as all_series
from chalicelib.areas.orders.model.order import Order
from chalicelib.areas.orders.model.uses import CodeUsed, Held
from chalicelib.flows.coupon_deeds import Deed, Desk, counts_of, keys_of, then
from chalicelib.flows.coupon_quotas import quota_of
from chalicelib.flows.purchase import Coupons
from chalicelib.flows.take_quotas import Taking
from chalicelib.flows.terms import Terms

_FOR_EVER = {"valid_days": None, "valid_until": None}


def kept_codes(shown: Coupons) -> tuple[CodeUsed, ...]:
    """As the order keeps them."""
    return tuple(
        CodeUsed(
            deed.series.series_id,
            deed.coupon.code,
            deed.at,
            Held(quota_of(deed.series, "issued").name, deed.coupon.issued_from, 1),
            Held(quota_of(deed.series, "used").name, deed.coupon.used_from[-1], 1),
        )
        for deed in shown.used
    )


def now_of(taking: Taking, terms: Terms, order: Order, member_id: str) -> Coupons:
    """1 BatchGet where there are any. Nothing is taken: it was."""
    if not order.codes:
        return Coupons()
    tenant, program_id = taking.tenant, terms.program.program_id
    named = [all_series.series(terms.config, program_id, one.series) for one in order.codes]
    keys = dict.fromkeys(key for series in named for key in keys_of(tenant, series, member_id))
    found = taking.rt.table.batch_get(list(keys))
    desk = Desk(tenant, member_id, order.sale.purchased_at, terms.program.zone, found, taking)
    return Coupons(tuple(_deeds(desk, order, named)), found)


def _deeds(desk: Desk, order: Order, named: list[m.CouponSeries]) -> Iterator[Deed]:
    ids, clock = desk.taking.rt.ids, desk.taking.rt.clock
    for series, one in zip(named, order.codes, strict=True):
        coupon_id = ids.entity("coupon", clock.now())
        issue = Issue(coupon_id, desk.member_id, one.code, one.at, desk.zone, one.issued.slice)
        coupon = m.issued(series.model_copy(update=_FOR_EVER), issue)  # it is used, whatever its series says by now
        told = f.CouponIssued(coupon_id, series.series_id, coupon.active_from, coupon.expires_at, "")
        issued = Deed(series, coupon, desk.at, (told,), counts_of(desk, series).plus("issued", 1))
        after = m.used(coupon, desk.at, order.sale.number, one.used.slice)
        left = after.most_uses - len(after.uses)
        yield then(issued, after, f.CouponUsed(coupon_id, series.series_id, left, order.sale.number), "used", 1)
