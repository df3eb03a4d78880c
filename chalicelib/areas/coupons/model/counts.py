"""What counts towards the limits of a series: of all its members, and of one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from chalicelib.areas.coupons.model.series import CouponSeries
from chalicelib.errors import Refused

Counted = Literal["issued", "used"]
POOL_SHARDS = 16


@dataclass(frozen=True, slots=True)
class SeriesCounts:
    """Of a series in all. `free`: how many codes lie in each shard of its pool."""

    issued: int = 0
    used: int = 0
    free: tuple[int, ...] = (0,) * POOL_SHARDS

    @property
    def free_codes(self) -> int:
        return sum(self.free)

    def with_free(self, shard: int, more: int) -> SeriesCounts:
        return replace(self, free=(*self.free[:shard], self.free[shard] + more, *self.free[shard + 1 :]))


@dataclass(frozen=True, slots=True)
class MemberCounts:
    """Of one member in a series."""

    issued: int = 0
    used: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """Both, as they are read and written together."""

    series: SeriesCounts = SeriesCounts()
    member: MemberCounts = MemberCounts()

    def must_have_room(self, series: CouponSeries, what: Counted) -> None:
        """Refuses `limit_per_member`, `series_used_up`."""
        limits, deed = series.limits, {"issued": "given out", "used": "used"}[what]
        theirs = limits.issued_per_member if what == "issued" else limits.used_per_member
        of_all = limits.issued if what == "issued" else limits.used
        if theirs is not None and getattr(self.member, what) >= theirs:
            text = f"This member has had {series.name} as often as it is {deed} to anybody: {theirs} times."
            raise Refused("limit_per_member", text, param="member_id")
        if of_all is not None and getattr(self.series, what) >= of_all:
            text = f"{series.name} has been {deed} as often as it may be: {of_all} times."
            raise Refused("series_used_up", text, param="series_id")

    def plus(self, what: Counted, more: int) -> Counts:
        """Never below nothing: what was counted before the item was lost is not given back."""
        return Counts(
            replace(self.series, **{what: max(0, getattr(self.series, what) + more)}),
            replace(self.member, **{what: max(0, getattr(self.member, what) + more)}),
        )
