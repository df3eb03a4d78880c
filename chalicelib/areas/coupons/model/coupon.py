"""A coupon as it stands, and as it is shown."""

from __future__ import annotations

from typing import Literal

from chalicelib.areas.coupons.model.series import CouponSeries, CouponWorth
from chalicelib.kit.base import Frozen
from chalicelib.kit.clock import Instant
from chalicelib.kit.wire import Time

CouponState = Literal["issued", "active", "used", "expired", "cancelled"]


class Use(Frozen):
    """One redemption, with the order it was for, if one was named."""

    used_at: Time
    order: str | None = None


class Coupon(Frozen):
    """What is kept of it. `expires_at` is the first instant at which it is good no more; `redemption_id` the redemption of a
    reward that it came with. `issued_from` and `used_from` are the slices of the series' limits that issue and uses took of."""

    coupon_id: str
    program_id: int
    series_id: str
    member_id: str
    code: str
    issued_at: Time
    active_from: Time
    expires_at: Time | None = None
    waits: bool = False
    uses: tuple[Use, ...] = ()
    most_uses: int = 1
    cancelled_at: Time | None = None
    redemption_id: str | None = None
    issued_from: int = 0
    used_from: tuple[int, ...] = ()

    def state(self, at: Instant) -> CouponState:
        """Whatever has been written of it until then, and without any job."""
        if self.cancelled_at is not None:
            return "cancelled"
        if len(self.uses) >= self.most_uses:
            return "used"
        if self.expires_at is not None and at >= self.expires_at:
            return "expired"
        return "issued" if self.waits or at < self.active_from else "active"

    def is_past(self, at: Instant) -> bool:
        return self.state(at) in ("used", "expired", "cancelled")


class Shown(Frozen):
    """A coupon as it is answered. `needs_activation`: it waits for the member to activate it. `worth` is its series' own."""

    coupon_id: str
    program_id: int
    series_id: str
    series_name: str
    member_id: str
    code: str
    state: CouponState
    worth: CouponWorth
    issued_at: Time
    active_from: Time
    expires_at: Time | None
    needs_activation: bool
    uses: tuple[Use, ...]
    uses_left: int
    cancelled_at: Time | None
    redemption_id: str | None = None


def shown(coupon: Coupon, series: CouponSeries, at: Instant) -> Shown:
    kept = dict(coupon)
    waits, most = kept.pop("waits"), kept.pop("most_uses")
    del kept["issued_from"], kept["used_from"]
    return Shown(
        **kept,
        series_name=series.name,
        worth=series.worth,
        state=coupon.state(at),
        needs_activation=waits,
        uses_left=most - len(coupon.uses),
    )
