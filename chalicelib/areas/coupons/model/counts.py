"""What counts towards the limits of a series: of one member here, of all in quotas, which flows take from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from chalicelib.areas.coupons.model.series import CouponSeries
from chalicelib.errors import Refused
from chalicelib.kit.amounts import times

Counted = Literal["issued", "used"]
POOL_SHARDS = 16
MAX_LIVE = 200  # of a member: every purchase reads them
_DEEDS = {"issued": "given out", "used": "used"}
_OFTEN = {
    "issued": "A member is given {} {} at most, and this one has been.",
    "used": "A member uses {} {} at most, and this one has.",
}


@dataclass(frozen=True, slots=True)
class SeriesCounts:
    """Of a series in all, as it is shown."""

    issued: int = 0
    used: int = 0
    free_codes: int = 0


@dataclass(frozen=True, slots=True)
class MemberCounts:
    """Of one member in a series."""

    issued: int = 0
    used: int = 0

    def must_have_room(self, series: CouponSeries, what: Counted) -> None:
        """Refuses `limit_per_member`."""
        limits = series.limits
        most = limits.issued_per_member if what == "issued" else limits.used_per_member
        if most is not None and getattr(self, what) >= most:
            text = _OFTEN[what].format(series.name, times(most))
            raise Refused("limit_per_member", text, param="member_id")

    def plus(self, what: Counted, more: int) -> MemberCounts:
        """Never below nothing: what was counted before the item was lost is not given back."""
        return replace(self, **{what: max(0, getattr(self, what) + more)})


def used_up(series: CouponSeries, what: Counted) -> Refused:
    """No member can have more of it."""
    most = series.limits.issued if what == "issued" else series.limits.used
    text = f"{series.name} has been {_DEEDS[what]} as often as it may be: {times(most or 0)}."
    return Refused("series_used_up", text, param="series_id")


def no_codes_left(series: CouponSeries) -> Refused:
    """Of its pool, or not so many."""
    text = f"All codes of {series.name} have been given out, or not so many are left."
    return Refused("no_codes_left", text, param="series_id")


def must_have_few(live: int) -> None:
    """Refuses `too_many_coupons`."""
    if live > MAX_LIVE:
        text = f"A member has at most {MAX_LIVE} coupons that are not over: have one used or cancelled first."
        raise Refused("too_many_coupons", text, param="member_id")
