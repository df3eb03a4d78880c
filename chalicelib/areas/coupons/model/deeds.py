"""What may be done with a coupon, and what it then is. Every refusal is a sentence for whoever stands at the till."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from chalicelib.areas.coupons.model.coupon import Coupon, Keeping, Use
from chalicelib.areas.coupons.model.series import CouponSeries
from chalicelib.errors import Refused
from chalicelib.kit.amounts import money
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import day_starts, iso_day, local_day


@dataclass(frozen=True, slots=True)
class Issue:
    """Whose it will be, under which id and code, when and in which zone; from which slice of what may be issued in all, and
    with which redemption of a reward."""

    coupon_id: str
    member_id: str
    code: str
    at: Instant
    zone: str
    taken_from: int = 0
    redemption_id: str | None = None


@dataclass(frozen=True, slots=True)
class Unused:
    """A coupon with one use less, that use, and the slice that it took of."""

    coupon: Coupon
    use: Use
    taken_from: int


def issued(series: CouponSeries, issue: Issue) -> Coupon:
    """Refuses `series_not_active` where it would be over before it begins."""
    today = local_day(issue.at, issue.zone)
    last, after = series.last_day(today), series.active_after_days
    if last is not None and last < today + after:
        raise Refused("series_not_active", f"Coupons of {series.name} are over.", param="series_id")
    return Coupon(
        coupon_id=issue.coupon_id,
        program_id=series.program_id,
        series_id=series.series_id,
        member_id=issue.member_id,
        code=issue.code,
        issued_at=issue.at,
        active_from=day_starts(today + after, issue.zone) if after else issue.at,
        expires_at=None if last is None else day_starts(last + 1, issue.zone),
        waits=series.needs_activation,
        most_uses=series.limits.uses_per_code,
        redemption_id=issue.redemption_id,
        issued_from=issue.taken_from,
    )


class Goods(NamedTuple):
    """What they come to without delivery, in the smallest part of their currency; it is told where it is known."""

    value: int
    currency: str = ""


def must_be_usable(coupon: Coupon, series: CouponSeries, at: Instant, zone: str, goods: Goods | None) -> None:
    """Refuses `code_cancelled`, `code_used`, `code_expired`, `code_held`, `code_not_yet_active`, `order_below_minimum`."""
    _must_be_live(coupon, at, zone)
    if len(coupon.uses) + sum(one.until > at for one in coupon.keepings) >= coupon.most_uses:
        raise Refused("code_held", "This coupon is set apart for another checkout just now.", param="code")
    if at < coupon.active_from:
        day = iso_day(local_day(coupon.active_from, zone))
        raise Refused("code_not_yet_active", f"This coupon is good from {day} on.", param="code")
    if coupon.waits:
        raise Refused("code_not_yet_active", "The member has not activated this coupon yet.", param="code")
    least = series.worth.minimum_order_value
    if goods is not None and goods.value < least:
        currency = series.worth.currency or goods.currency
        of = f"of {money(least, currency)} at least" if currency else "that are worth more"
        raise Refused("order_below_minimum", f"This coupon asks for goods {of}, without delivery.", param="order_value")


def used(coupon: Coupon, at: Instant, order: str | None, taken_from: int) -> Coupon:
    uses, slices = (*coupon.uses, Use(used_at=at, order=order)), (*coupon.used_from, taken_from)
    return coupon.model_copy(update={"uses": uses, "used_from": slices})


def unused(coupon: Coupon, order: str | None) -> Unused:
    """The last use is taken back, or that of an order. Refuses `coupon_not_used`."""
    places = [place for place, use in enumerate(coupon.uses) if order is None or use.order == order]
    if not places:
        text = "This coupon has not been used." if order is None else "This coupon has not been used for this order."
        raise Refused("coupon_not_used", text, param="coupon_id" if order is None else "order")
    gone = places[-1]
    left = {name: kept[:gone] + kept[gone + 1 :] for name, kept in _uses(coupon).items()}
    return Unused(coupon.model_copy(update=left), coupon.uses[gone], coupon.used_from[gone])


def kept_for(coupon: Coupon, checkout: str, until: Instant) -> Coupon:
    return coupon.model_copy(update={"keepings": (*coupon.keepings, Keeping(checkout=checkout, until=until))})


def let_go(coupon: Coupon, checkout: str, at: Instant) -> Coupon:
    """Not kept for this checkout, nor for those that are over."""
    still = tuple(one for one in coupon.keepings if one.checkout != checkout and one.until > at)
    return coupon.model_copy(update={"keepings": still})


def activated(coupon: Coupon, at: Instant, zone: str) -> Coupon:
    """Refuses `coupon_activated`, and what is over."""
    _must_be_live(coupon, at, zone)
    if not coupon.waits:
        raise Refused("coupon_activated", "This coupon does not wait to be activated.", param="coupon_id")
    return coupon.model_copy(update={"waits": False})


def cancelled(coupon: Coupon, at: Instant, zone: str) -> Coupon:
    """Refuses `code_used` where any of it has been, `code_held` while a checkout was promised it, and what is over."""
    _must_be_live(coupon, at, zone)
    if coupon.uses:
        raise Refused("code_used", "This coupon has been used: mark it as unused first.", param="coupon_id")
    _must_not_be_held(coupon, at, "coupon_id")
    return coupon.model_copy(update={"cancelled_at": at})


def _must_not_be_held(coupon: Coupon, at: Instant, param: str) -> None:
    if any(one.until > at for one in coupon.keepings):
        text = "This coupon is set apart for a checkout just now: cancel that first, or wait until it lapses."
        raise Refused("code_held", text, param=param)


def withdrawn(coupon: Coupon, at: Instant) -> Coupon:
    """It goes with the reward that it came with, also where it is over by now. Refuses `code_used`, and `code_held` while a
    checkout was promised it."""
    if coupon.uses:
        raise Refused(
            "code_used",
            "The code of this reward has been used: mark its coupon as unused first.",
            param="redemption_id",
        )
    _must_not_be_held(coupon, at, "redemption_id")
    return coupon if coupon.cancelled_at is not None else coupon.model_copy(update={"cancelled_at": at})


def reactivated(coupon: Coupon, series: CouponSeries, at: Instant, zone: str) -> Coupon:
    """Good again from now on, for as long as one that is issued now. Refuses `not_reactivable`, `series_not_active`: also
    what was cancelled with the redemption that paid for it, and a code of all, which is used by whoever shows it."""
    paid_back = coupon.redemption_id is not None and coupon.cancelled_at is not None
    over = coupon.state(at) in ("expired", "cancelled") and not paid_back
    if not series.reactivable or series.codes.kind == "shared" or not over:
        raise Refused("not_reactivable", f"This coupon of {series.name} cannot be made good again.", param="coupon_id")
    anew = issued(series, Issue(coupon.coupon_id, coupon.member_id, coupon.code, at, zone))
    kept = {"expires_at": anew.expires_at, "active_from": at, "waits": False, "cancelled_at": None}
    return coupon.model_copy(update=kept)


def _uses(coupon: Coupon) -> dict[str, tuple[Any, ...]]:
    return {"uses": coupon.uses, "used_from": coupon.used_from}


def _must_be_live(coupon: Coupon, at: Instant, zone: str) -> None:
    match coupon.state(at):
        case "cancelled":
            raise Refused("code_cancelled", "This coupon was cancelled.", param="code")
        case "used":
            raise Refused("code_used", "This coupon has been used already.", param="code")
        case "expired" if coupon.expires_at is not None:
            day = iso_day(local_day(coupon.expires_at - 1, zone))
            raise Refused("code_expired", f"This coupon was good until {day}.", param="code")
