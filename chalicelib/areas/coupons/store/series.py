"""Where coupon series are kept: configuration aggregates (table/config.py).

access pattern               | key                                           | items   | cost                 | by
a series, or all of a program | {t}#CFG / coupon_series#{program:04}#{series} | 0–2,000 | in the configuration | series, every_series, sharing

item          | key                                           | in index | cost
coupon_series | {t}#CFG / coupon_series#{program:04}#{series} | –        | 2 WU

A code that all share is in no item of its own: it is found in the configuration.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.areas.coupons.model import CouponSeries, no_series
from chalicelib.errors import Refused
from chalicelib.table.config import Config, Name
from chalicelib.table.config_commit import Change
from chalicelib.table.defined import Defined

KIND = "coupon_series"
MAX_SERIES = 2_000
SERIES = Defined(KIND, CouponSeries, MAX_SERIES)


def every_series(config: Config, program_id: int) -> tuple[CouponSeries, ...]:
    """By id."""
    return SERIES.every(config, program_id)


def series(config: Config, program_id: int, series_id: str) -> CouponSeries:
    """NotFound `coupon_series_not_found`."""
    return SERIES.known(config, program_id, series_id, no_series(series_id))


def known(config: Config, like: CouponSeries) -> CouponSeries | None:
    """As it is defined now."""
    return SERIES.find(config, like.program_id, like.series_id)


def series_of(name: Name, body: Mapping[str, Any]) -> CouponSeries:
    return SERIES.read(name, body)


def sharing(config: Config) -> Mapping[str, CouponSeries]:
    """By the code that all its coupons share."""

    def read() -> dict[str, CouponSeries]:
        known = (series_of(name, kept.body) for name, kept in config.of_kind(KIND).items())
        return {one.codes.code: one for one in known if one.codes.code is not None}

    return config.derived((KIND, "sharing"), read)


def change(config: Config, after: CouponSeries) -> Change:
    """Refuses `too_many_coupon_series` past 2,000 in a program, and `codes_frozen`."""
    before = SERIES.find(config, after.program_id, after.series_id)
    if before is not None and (before.codes.kind, before.codes.code) != (after.codes.kind, after.codes.code):
        text = "Where the codes of a coupon series come from does not change: make another series."
        raise Refused("codes_frozen", text, param="codes")
    too_many = Refused("too_many_coupon_series", f"A program has at most {MAX_SERIES:,} coupon series.")
    return SERIES.change(config, after.program_id, after.series_id, after, too_many)
