"""Facts of a member's coupons. They stand in the journal of the account and change nothing of it but its version: a coupon
has an item of its own. No fact has a code: who reads the journal cannot redeem anything."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.kit.clock import Instant
from chalicelib.kit.facts import Fact


@dataclass(frozen=True, slots=True)
class CouponIssued(Fact):
    """A member has got a coupon.

    field       | meaning                                               | unit
    coupon      | its id                                                | –
    series      | the series that it is of                              | –
    active_from | the instant from which it is good                     | –
    expires_at  | the instant from which it is not; none for ever       | –
    cause       | the rule or reward that gave it; empty by hand        | –
    """

    type = "coupon.issued"

    coupon: str
    series: str
    active_from: Instant
    expires_at: Instant | None = None
    cause: str = ""


@dataclass(frozen=True, slots=True)
class CouponActivated(Fact):
    """A coupon that waited for its member is good from now on.

    field  | meaning                  | unit
    coupon | its id                   | –
    series | the series that it is of | –
    """

    type = "coupon.activated"

    coupon: str
    series: str


@dataclass(frozen=True, slots=True)
class CouponUsed(Fact):
    """A coupon was redeemed, once.

    field  | meaning                                      | unit
    coupon | its id                                       | –
    series | the series that it is of                     | –
    left   | how often it can still be                    | uses
    order  | the order it was for; empty where none was named | –
    """

    type = "coupon.used"

    coupon: str
    series: str
    left: int
    order: str = ""


@dataclass(frozen=True, slots=True)
class CouponUnused(Fact):
    """A redemption was taken back.

    field  | meaning                                      | unit
    coupon | its id                                       | –
    series | the series that it is of                     | –
    left   | how often it can be redeemed now             | uses
    order  | the order it was for; empty where none was named | –
    """

    type = "coupon.unused"

    coupon: str
    series: str
    left: int
    order: str = ""


@dataclass(frozen=True, slots=True)
class CouponExpired(Fact):
    """A coupon was not used in time.

    field      | meaning                             | unit
    coupon     | its id                              | –
    series     | the series that it is of            | –
    expired_at | the instant from which it is not good | –
    """

    type = "coupon.expired"

    coupon: str
    series: str
    expired_at: Instant


@dataclass(frozen=True, slots=True)
class CouponReactivated(Fact):
    """A coupon that had expired or was cancelled is good again.

    field      | meaning                                         | unit
    coupon     | its id                                          | –
    series     | the series that it is of                        | –
    expires_at | the instant from which it is not; none for ever | –
    """

    type = "coupon.reactivated"

    coupon: str
    series: str
    expires_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class CouponCancelled(Fact):
    """A coupon was taken from its member.

    field  | meaning                  | unit
    coupon | its id                   | –
    series | the series that it is of | –
    """

    type = "coupon.cancelled"

    coupon: str
    series: str


ON_COUPONS: tuple[type[Fact], ...] = (
    CouponIssued,
    CouponActivated,
    CouponUsed,
    CouponUnused,
    CouponExpired,
    CouponReactivated,
    CouponCancelled,
)
