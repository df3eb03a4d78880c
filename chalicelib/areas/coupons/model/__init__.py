"""Coupons and their series as values, and what may be done with them: no clock, no table."""

from chalicelib.areas.coupons.model.counts import MemberCounts, SeriesCounts, must_have_few, no_codes_left, used_up
from chalicelib.areas.coupons.model.coupon import Coupon, CouponState, Shown, Use, shown
from chalicelib.areas.coupons.model.deeds import (
    Goods,
    activated,
    cancelled,
    issued,
    kept_for,
    let_go,
    must_be_usable,
    reactivated,
    unused,
    used,
    withdrawn,
)
from chalicelib.areas.coupons.model.series import (
    CODES_A_PAGE,
    CodeText,
    CouponSeries,
    CouponSeriesDefinition,
    made_code,
    no_series,
)

__all__ = [
    "CODES_A_PAGE",
    "CodeText",
    "Coupon",
    "CouponSeries",
    "CouponSeriesDefinition",
    "CouponState",
    "Goods",
    "MemberCounts",
    "SeriesCounts",
    "Shown",
    "Use",
    "activated",
    "cancelled",
    "issued",
    "kept_for",
    "let_go",
    "made_code",
    "must_be_usable",
    "must_have_few",
    "no_codes_left",
    "no_series",
    "reactivated",
    "shown",
    "unused",
    "used",
    "used_up",
    "withdrawn",
]
