"""What becomes of coupons, as writes and facts for somebody's transaction: the one way in which flows give, use and change one.

A flow begins its Taking (flows/take_quotas), reads `keys_of` the series and the member beside its own, asks for Deeds, tells
their facts in the entry of the member's account in the series' program, puts `deed_writes` into its transaction and gives its
Taking to the plan. Whatever changes meanwhile breaks the condition of a write, and the flow decides anew. A pool asks for 1
Query more, as flows/pool_codes says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.coupons import model as m
from chalicelib.areas.coupons.model.counts import Counted
from chalicelib.areas.coupons.model.deeds import Issue
from chalicelib.areas.coupons.store import codes, owned
from chalicelib.flows.coupon_quotas import come_and_gone, give_back, take
from chalicelib.flows.pool_codes import free_codes
from chalicelib.flows.take_quotas import Taking
from chalicelib.kit.clock import Instant
from chalicelib.kit.facts import Fact
from chalicelib.kit.periods import local_day
from chalicelib.runtime import Runtime
from chalicelib.table.protocol import Attrs, Key, Write


@dataclass(frozen=True, slots=True)
class Desk:
    """A member at a time where the program is, and what was read: `found` holds whatever there is under `keys_of`. `trial`:
    nothing will be written, so that nobody may see a code that somebody else will get. No member: whoever comes. `held`, by
    quota: slices that one was taken from before."""

    tenant: str
    member_id: str
    at: Instant
    zone: str
    found: Mapping[Key, Attrs]
    taking: Taking
    trial: bool = False
    held: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a coupon is given: the rule or reward that does, as its fact says it, and the redemption that it comes with."""

    cause: str = ""
    redemption_id: str | None = None


BY_HAND = Reason()


@dataclass(frozen=True, slots=True)
class Deed:
    """A coupon as it will be, and all that is written with it. `place`: where it was read, with its version. `code`: what it
    got from a pool or had made for it."""

    series: m.CouponSeries
    coupon: m.Coupon
    at: Instant
    facts: tuple[Fact, ...]
    counts: m.MemberCounts
    place: tuple[Key, int] | None = None
    code: str | None = None


def keys_of(tenant: str, series: m.CouponSeries, member_id: str) -> tuple[Key, ...]:
    """What is counted of the member: in the series, and of all that is not over."""
    if not member_id:
        return ()
    return owned.member_counts_key(tenant, series, member_id), owned.live_key(tenant, member_id)


def give(
    rt: Runtime,
    desk: Desk,
    series: m.CouponSeries,
    code: str | None = None,
    why: Reason = BY_HAND,
    before: Sequence[Deed] = (),
    *,
    promised: bool = False,
) -> Deed:
    """A new coupon; of a pool with this `code`, where one is named, which nobody has yet. `before`: what else becomes of the
    member's coupons in the transaction. What was `promised` is given also where its series is paused meanwhile, or over. Refuses `series_not_active`, `limit_per_member`, `series_used_up`, `no_codes_left`."""
    if not promised:
        _must_be_at_work(desk, series)
    named = _chosen_beside(rt, desk, series, before) if code is None else code
    return _given(rt, desk, series, named, _counts_after(desk, series, before), why)


def give_some(
    rt: Runtime, desk: Desk, series: m.CouponSeries, quantity: int, why: Reason = BY_HAND
) -> tuple[Deed, ...]:
    """So many at once."""
    _must_be_at_work(desk, series)
    counts, deeds = counts_of(desk, series), list[Deed]()
    for code in _chosen(rt, desk, series, quantity):
        deeds.append(_given(rt, desk, series, code, counts, why))
        counts = deeds[-1].counts
    return tuple(deeds)


def kept(
    desk: Desk, series: m.CouponSeries, coupon: m.Coupon, place: tuple[Key, int], before: Sequence[Deed] = ()
) -> Deed:
    """A coupon as it is, for what follows, after what becomes of others `before`."""
    return Deed(series, coupon, desk.at, (), _counts_after(desk, series, before), place)


def use(desk: Desk, deed: Deed, order: str | None, goods: m.Goods | None, *, promised: bool = False) -> Deed:
    """What was `promised` is used also where its series is paused meanwhile, or over. Refuses `series_not_active`, what a code is refused for (`must_be_usable`), `limit_per_member`, `series_used_up`."""
    m.must_be_usable(deed.coupon, deed.series, deed.at, desk.zone, goods)
    if not promised:
        deed.series.must_be_at_work(local_day(deed.at, desk.zone))
    deed.counts.must_have_room(deed.series, "used")
    after = m.used(deed.coupon, deed.at, order, take(desk.taking, deed.series, "used", desk.held))
    left = after.most_uses - len(after.uses)
    fact = f.CouponUsed(after.coupon_id, after.series_id, left, order or "")
    return then(deed, after, fact, "used", 1)


def goods_of(order_value: int | None) -> m.Goods | None:
    return None if order_value is None else m.Goods(order_value)


def unuse(desk: Desk, deed: Deed, order: str | None) -> Deed:
    """A code that all share is used by whoever shows it: where that is taken back, so is the coupon. Refuses
    `coupon_not_used`."""
    it = m.unused(deed.coupon, order)
    give_back(desk.taking, deed.series, "used", it.taken_from)
    left = it.coupon.most_uses - len(it.coupon.uses)
    deed = then(
        deed, it.coupon, f.CouponUnused(it.coupon.coupon_id, it.coupon.series_id, left, it.use.order or ""), "used", -1
    )
    if deed.series.codes.kind != "shared":
        return deed
    return gone(desk, deed, it.coupon.model_copy(update={"cancelled_at": desk.at}))


def gone(desk: Desk, deed: Deed, cancelled: m.Coupon) -> Deed:
    """It is not theirs any more, and given back to what may be issued."""
    give_back(desk.taking, deed.series, "issued", cancelled.issued_from)
    return then(deed, cancelled, f.CouponCancelled(cancelled.coupon_id, cancelled.series_id), "issued", -1)


def then(deed: Deed, after: m.Coupon, fact: Fact, what: Counted | None = None, more: int = 0) -> Deed:
    counts = deed.counts if what is None else deed.counts.plus(what, more)
    return replace(deed, coupon=after, facts=(*deed.facts, fact), counts=counts)


def must_have_few(desk: Desk, *deeds: Deed, besides: int = 0) -> None:
    """With so many `besides`. Refuses `too_many_coupons`."""
    more = _more_live(deeds) + besides
    if more > 0:
        m.must_have_few(_live(desk)[0] + more)


def deed_writes(desk: Desk, *deeds: Deed) -> tuple[Write, ...]:
    """Coupons, codes, and what is counted of the member and of all: of these what has changed. Deeds of one series go on
    each from the counts of the one before. Refuses `too_many_coupons`."""
    return (*coupon_writes(desk, *deeds), *desk.taking.writes)


def coupon_writes(desk: Desk, *deeds: Deed) -> tuple[Write, ...]:
    """As above, but for what is counted of all, where that is written with other things that are limited."""
    tenant = desk.tenant
    must_have_few(desk, *deeds)
    writes: list[Write] = []
    for deed in deeds:
        writes += owned.coupon_writes(tenant, deed.coupon, deed.place, past=deed.coupon.is_past(deed.at))
        writes += _code_writes(tenant, deed)
    for last in {deed.series.series_id: deed for deed in deeds}.values():
        of_series = [deed for deed in deeds if deed.series.series_id == last.series.series_id]
        writes += _counted(desk, last, of_series)
    if more := _more_live(deeds):
        live, version = _live(desk)
        writes.append(owned.live_put(tenant, desk.member_id, max(0, live + more), version))
    return tuple(writes)


def _counted(desk: Desk, last: Deed, deeds: Sequence[Deed]) -> Iterator[Write]:
    """Of one series."""
    if last.series.codes.kind == "pool":
        gone = [deed.code for deed in deeds if deed.code is not None]
        yield from come_and_gone(desk.tenant, last.series, gone=gone)
    before, version = _member_counts(desk, last.series)
    if last.counts != before:
        yield owned.member_counts_put(desk.tenant, last.series, desk.member_id, last.counts, version)


def live_of(desk: Desk) -> int:
    return _live(desk)[0]


def counts_of(desk: Desk, series: m.CouponSeries) -> m.MemberCounts:
    return _member_counts(desk, series)[0]


def _must_be_at_work(desk: Desk, series: m.CouponSeries) -> None:
    series.must_be_at_work(local_day(desk.at, desk.zone))


def _given(rt: Runtime, desk: Desk, series: m.CouponSeries, code: str, counts: m.MemberCounts, why: Reason) -> Deed:
    counts.must_have_room(series, "issued")
    coupon_id = rt.ids.entity("coupon", rt.clock.now())  # ids go by when it is recorded, however late that is
    place = take(desk.taking, series, "issued", desk.held)
    issue = Issue(coupon_id, desk.member_id, code, desk.at, desk.zone, place, why.redemption_id)
    coupon = m.issued(series, issue)
    fact = f.CouponIssued(coupon_id, series.series_id, coupon.active_from, coupon.expires_at, why.cause)
    own = None if series.codes.kind == "shared" else code
    return Deed(series, coupon, desk.at, (fact,), counts.plus("issued", 1), code=own)


def _code_writes(tenant: str, deed: Deed) -> tuple[Write, ...]:
    if deed.code is None:
        return ()
    of_pool = deed.series.codes.kind == "pool"
    free = (codes.free_delete(tenant, deed.series, deed.code),) if of_pool else ()
    return (codes.code_put(tenant, deed.coupon, from_pool=of_pool), *free)


def _more_live(deeds: tuple[Deed, ...]) -> int:
    """How many more of them are not over afterwards."""
    lived = sum(deed.place is not None and deed.place[0].sk.startswith(owned.LIVE) for deed in deeds)
    return sum(not deed.coupon.is_past(deed.at) for deed in deeds) - lived


def _member_counts(desk: Desk, series: m.CouponSeries) -> tuple[m.MemberCounts, int]:
    if not desk.member_id:
        return m.MemberCounts(), 0
    return owned.member_counts_from(desk.found.get(owned.member_counts_key(desk.tenant, series, desk.member_id)))


def _live(desk: Desk) -> tuple[int, int]:
    return owned.live_from(desk.found.get(owned.live_key(desk.tenant, desk.member_id))) if desk.member_id else (0, 0)


def _counts_after(desk: Desk, series: m.CouponSeries, before: Sequence[Deed]) -> m.MemberCounts:
    known = (deed.counts for deed in reversed(before) if deed.series.series_id == series.series_id)
    return next(known, counts_of(desk, series))


def _chosen_beside(rt: Runtime, desk: Desk, series: m.CouponSeries, before: Sequence[Deed]) -> str:
    """The code of a new coupon, which is none of those that go in the same transaction."""
    going = {deed.code for deed in before if deed.series.series_id == series.series_id and deed.code}
    return next(code for code in _chosen(rt, desk, series, 1 + len(going)) if code not in going)


def _chosen(rt: Runtime, desk: Desk, series: m.CouponSeries, wanted: int) -> tuple[str, ...]:
    """The codes of new coupons."""
    if series.codes.kind == "shared" and series.codes.code is not None:
        return (series.codes.code,) * wanted
    if series.codes.kind == "pool":
        found = free_codes(rt, desk.tenant, series, wanted)
        return ("",) * wanted if desk.trial else found
    return tuple(m.made_code(series.codes, int(rt.ids.salt() + rt.ids.salt(), 16)) for _ in range(wanted))
