"""Coupons in a shopkeeper's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalicelib.areas.coupons.model import CouponSeries, Shown
from chalicelib.areas.coupons.operations import list_coupons
from chalicelib.flows.change_coupon import activate_coupon, cancel_coupon, reactivate_coupon, unuse_coupon
from chalicelib.flows.define_coupon_series import define_coupon_series
from chalicelib.flows.expire_coupon import expire_coupon
from chalicelib.flows.issue_coupon import issue_coupon
from chalicelib.flows.upload_codes import upload_codes
from chalicelib.flows.use_code import Purpose, use_code
from chalicelib.kit.periods import local_day
from tests.twins import fresh
from tests.twins.bookshop import BookShop, keyed

SEVERAL: dict[str, dict[str, Any]] = {
    "waiting": {"needs_activation": True},
    "good": {},
    "used": {},
    "unwanted": {},
    "cancelled": {"reactivable": True},
    "short": {"valid_days": 1},
}


def series(shop: BookShop, series_id: str, **fields: Any) -> None:
    said = {"program_id": 1, "series_id": series_id, "name": series_id} | fields
    define_coupon_series(shop.rt, shop.caller, fresh(), CouponSeries.model_validate(said))


def issue(shop: BookShop, member_id: str, series_id: str) -> Shown:
    return issue_coupon(shop.rt, shop.caller, fresh(), member_id, 1, series_id).answer


def upload(shop: BookShop, series_id: str, *codes: str) -> None:
    upload_codes(shop.rt, shop.caller, keyed(f"codes of {series_id}"), 1, series_id, codes)


def use(shop: BookShop, coupon: Shown) -> Shown:
    return use_code(shop.rt, shop.caller, fresh(), coupon.code, coupon.member_id, Purpose("R-1")).answer


def claim(shop: BookShop, member_id: str, code: str) -> Shown:
    return use_code(shop.rt, shop.caller, fresh(), code, member_id, Purpose()).answer


def unuse(shop: BookShop, coupon: Shown) -> Shown:
    return unuse_coupon(shop.rt, shop.caller, fresh(), coupon.member_id, coupon.coupon_id, None).answer


def several(shop: BookShop, member_id: str) -> None:
    """One in each state, of a series that is called by it."""
    for name, fields in SEVERAL.items():
        series(shop, name, **fields)
        coupon = issue(shop, member_id, name)
        if name == "used":
            use(shop, coupon)
        if name == "cancelled":
            cancel_coupon(shop.rt, shop.caller, fresh(), member_id, coupon.coupon_id)


def named(shop: BookShop, member_id: str, name: str) -> Shown:
    found = list_coupons(shop.rt, shop.caller, member_id, 25, None).items
    return next(one for one in found if one.series_id == name)


def _changed(change: Callable[..., object], name: str, *more: object) -> Callable[[BookShop, str], object]:
    def visit(shop: BookShop, member_id: str) -> object:
        coupon_id = named(shop, member_id, name).coupon_id
        return change(shop.rt, shop.caller, fresh(), member_id, coupon_id, *more)

    return visit


def expire(shop: BookShop, member_id: str) -> bool:
    """By the job of the next night."""
    shop.clock.move_to("2026-08-11")
    day = local_day(shop.clock.now(), "UTC")
    return expire_coupon(shop.rt, shop.caller, day, member_id, named(shop, member_id, "short").coupon_id)


VISITS: dict[str, Callable[[BookShop, str], object]] = {
    "issue a coupon": lambda shop, member_id: issue(shop, member_id, "good"),
    "claim a coupon": lambda shop, member_id: use_code(shop.rt, shop.caller, fresh(), "HELLO", member_id, Purpose()),
    "use a coupon": lambda shop, member_id: use(shop, named(shop, member_id, "good")),
    "activate a coupon": _changed(activate_coupon, "waiting"),
    "unuse a coupon": _changed(unuse_coupon, "used", None),
    "cancel a coupon": _changed(cancel_coupon, "unwanted"),
    "reactivate a coupon": _changed(reactivate_coupon, "cancelled"),
    "expire a coupon": expire,
}
