"""The facts of an account's stream. Amounts are in the smallest part of their unit, instants in milliseconds.

`balance` is what was available after the fact. Nothing here names a person: free text goes to the entry's private part.
"""

from chalicelib.areas.accounts.model.facts.apart import (
    PointsActivated,
    PointsCaptured,
    PointsHeld,
    PointsPromised,
    PointsReleased,
    PromiseCancelled,
)
from chalicelib.areas.accounts.model.facts.between import Brought, PointsConverted, PointsReceived, PointsSent
from chalicelib.areas.accounts.model.facts.checkouts import (
    ON_CHECKOUTS,
    CheckoutCancelled,
    CheckoutCommitted,
    CheckoutOpened,
    CheckoutUpdated,
)
from chalicelib.areas.accounts.model.facts.coupons import (
    ON_COUPONS,
    CouponActivated,
    CouponCancelled,
    CouponExpired,
    CouponIssued,
    CouponReactivated,
    CouponUnused,
    CouponUsed,
)
from chalicelib.areas.accounts.model.facts.life import (
    AccountAdvanced,
    EventRecorded,
    OrderRecorded,
    OrderReturned,
    TierChanged,
    TierPinned,
    TierPinReturned,
    TierReviewed,
    TierUnpinned,
)
from chalicelib.areas.accounts.model.facts.metrics import MetricFell, MetricReached
from chalicelib.areas.accounts.model.facts.notifications import NotificationWanted
from chalicelib.areas.accounts.model.facts.past import PastCounted
from chalicelib.areas.accounts.model.facts.perks import (
    PerkExpired,
    PerkGranted,
    PerkRedeemed,
    PerkRefunded,
    PerkRevoked,
)
from chalicelib.areas.accounts.model.facts.points import (
    DebtSettled,
    PointsCancelled,
    PointsCapped,
    PointsDeducted,
    PointsEarned,
    PointsExpired,
    PointsExtended,
    PointsGranted,
    PointsRefunded,
    PointsSpent,
    Taken,
)
from chalicelib.areas.accounts.model.facts.referrals import (
    ON_REFERRALS,
    ReferralExpired,
    ReferralInvited,
    ReferralPurchased,
    ReferralRegistered,
)
from chalicelib.areas.accounts.model.facts.rewards import RewardDeliveryChanged, RewardRedeemed, RewardRefunded
from chalicelib.areas.accounts.model.facts.rules import RuleCounted, RuleTold, RuleUncounted
from chalicelib.areas.accounts.model.facts.segments import (
    ON_SEGMENTS,
    MemberJoinedSegment,
    MemberLeftSegment,
    MemberRenewedSegment,
)
from chalicelib.kit.facts import Body, vocabulary


def _as_it_is(body: Body) -> Body:
    """The new version only adds fields, which are at their defaults in the old one."""
    return body


def _alone(body: Body) -> Body:
    """Before, a wallet remembered one period of a cap, and forgot it when something counted in another."""
    return {**body, "alone": True} if body.get("period") else body


def _without_last_days(body: Body) -> Body:
    """Version 1 did not say the last day of what was taken."""
    return {**body, "pieces": tuple((*piece, None) for piece in body["pieces"])}


VOCABULARY = vocabulary(
    AccountAdvanced,
    EventRecorded,
    OrderRecorded,
    OrderReturned,
    PointsEarned,
    PointsCapped,
    PointsGranted,
    PointsDeducted,
    PointsSpent,
    PointsRefunded,
    PointsCancelled,
    PointsExpired,
    PointsExtended,
    DebtSettled,
    PointsPromised,
    PointsActivated,
    PromiseCancelled,
    PointsHeld,
    PointsCaptured,
    PointsReleased,
    PointsSent,
    PointsReceived,
    PointsConverted,
    TierChanged,
    TierReviewed,
    TierPinned,
    TierPinReturned,
    TierUnpinned,
    PerkGranted,
    PerkRedeemed,
    PerkRefunded,
    PerkRevoked,
    PerkExpired,
    RewardRedeemed,
    RewardDeliveryChanged,
    RewardRefunded,
    RuleCounted,
    RuleTold,
    RuleUncounted,
    PastCounted,
    MetricReached,
    MetricFell,
    *ON_COUPONS,
    *ON_CHECKOUTS,
    *ON_SEGMENTS,
    *ON_REFERRALS,
    NotificationWanted,
    upcasters={
        ("order.recorded", 1): _as_it_is,
        ("order.returned", 1): _as_it_is,
        ("points.earned", 1): _as_it_is,
        ("points.earned", 2): _alone,
        ("points.earned", 3): _as_it_is,
        ("points.promised", 1): _alone,
        ("points.cancelled", 2): _as_it_is,
        ("promise.cancelled", 1): _as_it_is,
        ("points.expired", 1): _as_it_is,
        ("points.expired", 2): _as_it_is,
        ("points.activated", 1): _as_it_is,
        ("points.captured", 1): _as_it_is,
        ("points.released", 1): _as_it_is,
        ("tier.changed", 1): _as_it_is,
        ("tier.pinned", 1): _as_it_is,
        ("tier.unpinned", 1): _as_it_is,
        ("member.renewed_segment", 1): _as_it_is,
        ("points.spent", 1): _without_last_days,
        ("points.refunded", 1): _without_last_days,
        ("points.cancelled", 1): _without_last_days,
    },
)

__all__ = [
    "ON_CHECKOUTS",
    "ON_COUPONS",
    "ON_REFERRALS",
    "ON_SEGMENTS",
    "VOCABULARY",
    "AccountAdvanced",
    "Brought",
    "CheckoutCancelled",
    "CheckoutCommitted",
    "CheckoutOpened",
    "CheckoutUpdated",
    "CouponActivated",
    "CouponCancelled",
    "CouponExpired",
    "CouponIssued",
    "CouponReactivated",
    "CouponUnused",
    "CouponUsed",
    "DebtSettled",
    "EventRecorded",
    "MemberJoinedSegment",
    "MemberLeftSegment",
    "MemberRenewedSegment",
    "MetricFell",
    "MetricReached",
    "NotificationWanted",
    "OrderRecorded",
    "OrderReturned",
    "PastCounted",
    "PerkExpired",
    "PerkGranted",
    "PerkRedeemed",
    "PerkRefunded",
    "PerkRevoked",
    "PointsActivated",
    "PointsCancelled",
    "PointsCapped",
    "PointsCaptured",
    "PointsConverted",
    "PointsDeducted",
    "PointsEarned",
    "PointsExpired",
    "PointsExtended",
    "PointsGranted",
    "PointsHeld",
    "PointsPromised",
    "PointsReceived",
    "PointsRefunded",
    "PointsReleased",
    "PointsSent",
    "PointsSpent",
    "PromiseCancelled",
    "ReferralExpired",
    "ReferralInvited",
    "ReferralPurchased",
    "ReferralRegistered",
    "RewardDeliveryChanged",
    "RewardRedeemed",
    "RewardRefunded",
    "RuleCounted",
    "RuleTold",
    "RuleUncounted",
    "Taken",
    "TierChanged",
    "TierPinReturned",
    "TierPinned",
    "TierReviewed",
    "TierUnpinned",
]
