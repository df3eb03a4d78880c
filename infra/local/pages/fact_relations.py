"""What docs/facts.md says of a fact beyond its class: which operations record it, and what it will be called elsewhere.

Both are the page's own. A test records every fact by every operation named here and by no other, and finds each foreign
name in that product's list. Why these names: docs/decisions/feeds-facts-by-foreign-names.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.groups import model as groups
from chalicelib.areas.members import facts as members
from chalicelib.areas.orders.model import facts as kept
from chalicelib.areas.webhooks.model import WebhookDisabled
from chalicelib.kit.facts import Fact
from chalicelib.table.config import ConfigChanged


@dataclass(frozen=True, slots=True)
class Relations:
    """`operations` as the headers of entries name them. Open Loyalty's events are `Area.Name`."""

    operations: tuple[str, ...]
    open_loyalty: tuple[str, ...] = ()
    pepper: tuple[str, ...] = ()


_MOVING = ("convert_points", "transfer_points", "undo_transfer")
_UNDOING = ("cancel_earning", "expire_earning", "refund_spend", "undo_entry")
_TIERS_BY_HAND = ("pin_tier", "recalculate_tier", "unpin_tier")
_HOLDING = ("capture_hold", "hold_points", "release_hold")
_BY_HAND = ("activate_pending", "cancel_pending", "deduct_points", "grant_points", *_HOLDING)
_USING = ("give_stamps", "redeem_award", "redeem_code")
_GIVING = ("give_stamps", "grant_perk")
_PROFILES = ("claim_referral", "enrol_member", "open_checkout", "update_checkout", "update_member")  # rules give for it
_RECORDING = (
    "commit_checkout",
    *_PROFILES,
    "record_event",
    "record_order",
    "run_rule",
    "settle_metrics",
    "settle_occasions",
)
_ENROLLED_AT = ("open_checkout", "update_checkout")  # whom these enrol has nothing that could end
_OF_KNOWN = tuple(one for one in _RECORDING if one not in _ENROLLED_AT)
_ON_AWARDS = ("grant_perk", *_USING, "revoke_award", "settle_awards")
_REWARDS = ("change_delivery", "redeem_reward", "refund_redemption")
_COUPONS = (*("activate_coupon", "cancel_coupon", "issue_coupon", "reactivate_coupon", "unuse_coupon", "use_code"),)
_ENDING_CHECKOUTS = ("cancel_checkout", "commit_checkout")  # what begins them is among profiles
_ON_ACCOUNTS = (
    *_ON_AWARDS,
    "refund_award",
    *(
        "assign_order",
        "earn_points",
        "record_event",
        "record_order",
        "return_order",
        "run_rule",
        "settle_due",
        "settle_metrics",
        "settle_occasions",
        "spend_points",
    ),
    *_PROFILES,
    *_MOVING,
    *_UNDOING,
    *_TIERS_BY_HAND,
    *_BY_HAND,
    *_REWARDS,
    *_COUPONS,
    *_ENDING_CHECKOUTS,
)
_CONFIGURING = (
    *(
        "create_program",
        "define_coupon_series",
        "define_metric",
        "define_perk",
        "define_reward",
        "define_rule",
        "define_segment",
    ),
    *("define_tiers", "put_tenant", "replace_program"),
    *("define_follow_up", "define_template"),
    *("define_webhook", "delete_webhook", "disable_webhook", "rotate_webhook_secret"),
)

RELATIONS: Mapping[type[Fact], Relations] = {
    f.AccountAdvanced: Relations(_ON_ACCOUNTS),
    f.OrderRecorded: Relations(
        ("assign_order", "commit_checkout", "record_order"),
        ("Transaction.TransactionWasRegistered", "Transaction.CustomerWasAssignedToTransaction"),
        ("ORDER_COMPLETED",),
    ),
    f.OrderReturned: Relations(
        ("assign_order", "cancel_checkout", "return_order"),
        ("Transaction.TransactionWasRegistered",),
        ("ORDER_PAYMENT_REFUNDED",),
    ),
    f.EventRecorded: Relations(tuple(one for one in _RECORDING if one != "settle_metrics"), (), ("CHECKIN",)),
    f.PointsEarned: Relations(
        ("assign_order", "earn_points", *_GIVING, *_RECORDING), ("Account.PointsWereAdded",), ("REWARD_EARNED",)
    ),
    f.PointsSpent: Relations(
        (*_USING, *_RECORDING, "redeem_reward", "spend_points"), ("Account.PointsWereSpent",), ("REDEEM_PERK",)
    ),
    f.PointsRefunded: Relations(
        (
            *("cancel_checkout", "refund_award", "refund_redemption", "refund_spend", "return_order"),
            *("undo_entry", "undo_transfer"),
        ),
        ("Account.PointsWereReturned",),
        ("AWARD_POINTS_REFUNDED",),
    ),
    f.PointsCancelled: Relations(
        ("assign_order", "cancel_checkout", "cancel_earning", "return_order", "undo_entry"),
        ("Account.PointsTransferHasBeenCanceled",),
    ),
    f.PointsExpired: Relations(_ON_ACCOUNTS, ("Account.PointsTransferHasBeenExpired",), ("AWARD_POINTS_RESET",)),
    f.PointsCapped: Relations(("assign_order", "earn_points", *_GIVING, *_RECORDING)),
    f.RuleCounted: Relations(("assign_order", *(one for one in _RECORDING if one != "settle_occasions"))),
    f.RuleUncounted: Relations(("assign_order", "cancel_checkout", "return_order")),
    f.RuleTold: Relations(_RECORDING),
    f.PastCounted: Relations(_ON_ACCOUNTS),
    f.MetricReached: Relations(("settle_metrics",)),
    f.MetricFell: Relations(("settle_metrics",)),
    f.PointsPromised: Relations(("assign_order", "earn_points", *_GIVING, *_RECORDING), ("Account.PointsWereAdded",)),
    f.PointsActivated: Relations(_ON_ACCOUNTS, ("Account.PointsTransferHasBeenUnlocked",)),
    f.PromiseCancelled: Relations(
        ("assign_order", "cancel_checkout", "cancel_earning", "cancel_pending", "return_order", "undo_entry"),
        ("Account.PointsTransferHasBeenCanceled",),
    ),
    f.PointsExtended: Relations(
        (
            *(
                "assign_order",
                "capture_hold",
                "convert_points",
                "earn_points",
                "grant_points",
                "spend_points",
                *_RECORDING,
            ),
            *("grant_perk", "redeem_reward", "transfer_points", *_USING),
        )
    ),
    f.DebtSettled: Relations(_ON_ACCOUNTS),
    f.PointsGranted: Relations(("grant_points",), ("Account.PointsWereAdded",)),
    f.PointsDeducted: Relations(("deduct_points", "undo_entry", "undo_transfer"), ("Account.PointsWereSpent",)),
    f.PointsHeld: Relations(("hold_points", "open_checkout", "update_checkout"), ("Account.PointsWereBlocked",)),
    f.PointsCaptured: Relations(("capture_hold", "commit_checkout"), ("Account.PointsWereSpent",)),
    f.PointsReleased: Relations(_ON_ACCOUNTS),
    f.PointsSent: Relations(("transfer_points",), ("Account.PointsWereTransferred",)),
    f.PointsReceived: Relations(("transfer_points",), ("Account.PointsWereTransferred",)),
    f.PointsConverted: Relations(("convert_points",)),
    f.TierChanged: Relations(_ON_ACCOUNTS, ("User.CustomerWasMovedToLevel",), ("REWARD_EARNED",)),
    f.TierReviewed: Relations(_ON_ACCOUNTS, ("User.CustomerLevelWasRecalculated",)),
    f.TierPinReturned: Relations(("return_order",)),
    f.TierPinned: Relations(("pin_tier", *_RECORDING), ("User.CustomerWasMovedToLevel",)),
    f.TierUnpinned: Relations(_ON_ACCOUNTS, ("User.CustomerWasMovedToLevel",)),
    f.PerkGranted: Relations(("grant_perk", *_USING, *_RECORDING), (), ("REWARD_EARNED",)),
    f.PerkRedeemed: Relations((*_USING, *_RECORDING), (), ("REDEEM_PERK",)),
    f.PerkRefunded: Relations(("refund_award", "return_order"), (), ("AWARD_POINTS_REFUNDED",)),
    f.PerkRevoked: Relations(("grant_perk", *_USING, *_RECORDING, "refund_award", "revoke_award")),
    f.PerkExpired: Relations((*_ON_AWARDS, *_OF_KNOWN)),
    f.RewardRedeemed: Relations(("redeem_reward",), ("User.CampaignWasBoughtByCustomer",), ("REDEEM_PERK",)),
    f.RewardDeliveryChanged: Relations(("change_delivery",), ("Campaign.CampaignBoughtDeliveryStatusWasChanged",)),
    f.RewardRefunded: Relations(("refund_redemption",), ("User.CampaignWasReturned",)),
    f.CouponIssued: Relations(
        ("assign_order", "issue_coupon", "redeem_reward", "use_code", *_RECORDING),
        ("User.CampaignWasBoughtByCustomer",),
    ),
    f.CouponActivated: Relations(("activate_coupon",)),
    f.CouponUsed: Relations(("commit_checkout", "use_code"), ("User.CampaignUsageWasChanged",), ("COUPON_REDEEMED",)),
    f.CouponUnused: Relations(
        ("cancel_checkout", "return_order", "unuse_coupon"), ("User.CampaignUsageWasChanged",), ("COUPON_REFUNDED",)
    ),
    f.CouponExpired: Relations(("settle_due",)),
    f.CouponReactivated: Relations(("reactivate_coupon",)),
    f.CouponCancelled: Relations(
        ("cancel_checkout", "cancel_coupon", "refund_redemption", "return_order", "unuse_coupon")
    ),
    f.MemberJoinedSegment: Relations(("add_to_segment", "settle_criteria", *_RECORDING)),
    f.MemberRenewedSegment: Relations(("add_to_segment", "settle_criteria", *_OF_KNOWN)),
    f.MemberLeftSegment: Relations(
        ("add_to_segment", "remove_from_segment", "settle_criteria", "settle_due", *_OF_KNOWN),
    ),
    f.NotificationWanted: Relations(_RECORDING),
    f.ReferralInvited: Relations(("invite_friend",), ("User.InvitationWasCreated",)),
    f.ReferralExpired: Relations(("settle_due",)),
    f.ReferralRegistered: Relations(
        ("claim_referral", "enrol_member", "record_order"),
        ("User.CustomerWasAttachedToInvitation",),
        ("REFERAL_CLAIMED_REFEREE", "REFERAL_CLAIMED_REFERER"),
    ),
    f.ReferralPurchased: Relations(("assign_order", "commit_checkout", "record_order")),
    f.CheckoutOpened: Relations(("open_checkout",)),
    f.CheckoutUpdated: Relations(("update_checkout",)),
    f.CheckoutCommitted: Relations(("commit_checkout",)),
    f.CheckoutCancelled: Relations(("cancel_checkout",)),
    members.MemberEnrolled: Relations(
        ("commit_checkout", "enrol_member", "open_checkout", "record_order", "update_checkout"),
        ("User.CustomerWasRegistered", "Account.AccountWasCreated", "User.AssignedAccountToCustomer"),
        ("USER_CREATED",),
    ),
    members.MemberUpdated: Relations(
        ("share_code", "update_member"),
        ("User.CustomerDetailsWereUpdated", "User.CustomerLoyaltyCardNumberWasUpdated"),
        ("USER_CHANGED",),
    ),
    members.MemberBlocked: Relations(("update_member",), ("User.CustomerWasDeactivated",), ("USER_CHANGED",)),
    members.MemberUnblocked: Relations(("update_member",), ("User.CustomerWasActivated",), ("USER_CHANGED",)),
    members.MemberJoinedGroup: Relations(("create_group", "join_group"), (), ("USER_CHANGED",)),
    members.MemberLeftGroup: Relations(("leave_group",), (), ("USER_CHANGED",)),
    members.MemberOccasion: Relations(("settle_occasions",)),
    groups.GroupCreated: Relations(("create_group",)),
    groups.GroupChanged: Relations(("update_group",)),
    groups.GroupBlocked: Relations(("update_group",)),
    groups.GroupUnblocked: Relations(("update_group",)),
    groups.GroupPrimaryNamed: Relations(("create_group", "join_group", "leave_group", "update_group")),
    groups.GroupMemberJoined: Relations(("create_group", "join_group")),
    groups.GroupMemberChanged: Relations(("change_group_member",)),
    groups.GroupMemberLeft: Relations(("leave_group",)),
    kept.KeptOrderRecorded: Relations(("commit_checkout", "record_order"), ("Transaction.TransactionWasRegistered",)),
    kept.KeptOrderReturned: Relations(("cancel_checkout", "return_order"), ("Transaction.TransactionWasRegistered",)),
    kept.KeptOrderAssigned: Relations(("assign_order",), ("Transaction.CustomerWasAssignedToTransaction",)),
    ConfigChanged: Relations(_CONFIGURING),
    WebhookDisabled: Relations(("disable_webhook",)),
}
