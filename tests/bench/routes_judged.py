"""Which budget of DESIGN section 10 a route is judged by: that of the operation that it is one of, as `budgets.DESIGN` names it."""

from __future__ import annotations

from collections.abc import Mapping

from tests.bench.routes_priced import KEYED, name_of

JUDGED_AS: Mapping[str, str] = {
    "evaluate_cart": "evaluate a cart by id",
    "simulate_order": "evaluate by id",
    "record_order": "record an order by id",
    "record_event": "record an event",
    "return_order": "return",
    "assign_order": "assign an order",
    "earn_points": "earn",
    "spend_points": "spend",
    "grant_points": "grant",
    "deduct_points": "deduct",
    "convert_points": "convert",
    "hold_points": "hold",
    "capture_hold": "capture",
    "release_hold": "release",
    "activate_pending": "activate an earning",
    "cancel_pending": "cancel a promise",
    "refund_spend": "refund",
    "undo_entry": "undo an earning",
    "cancel_earning": "cancel an earning",
    "expire_earning": "expire an earning",
    "transfer_points": "transfer",
    "undo_transfer": "undo a transfer",
    "read_account": "balance",
    "read_statement": "statement page",
    "list_holds": "holds",
    "list_pending": "pending",
    "list_expiries": "expiries",
    "redeem_reward": "redeem a reward with code and stock",
    "add_to_segment": "join a segment by hand",
}
"""Of operations of ROUTES. One on groups is judged as the one on members that it is the same as."""
WITHOUT_A_ROW = frozenset(
    (
        *("get_tenant", "put_tenant", "list_programs", "create_program", "get_program", "replace_program"),
        *("list_rewards", "get_reward", "put_reward", "value_of_points", "available_rewards", "validate_redemptions"),
        *("list_redemptions", "get_redemption", "refund_redemption", "change_delivery"),
        *("list_rules", "get_rule", "put_rule", "get_tiers", "put_tiers"),
        *("list_perks", "get_perk", "put_perk", "list_awards", "get_award", "issue_code"),
        *("grant_perk", "give_stamps", "refund_award", "revoke_award", "redeem_award", "redeem_code"),
        *("set_pin", "issue_proof_code"),
        *("enrol_member", "list_members", "find_member", "get_member", "update_member"),
        *("create_group", "list_groups", "get_group", "update_group", "list_group_members", "list_group_orders"),
        *("join_group", "change_group_member", "leave_group"),
        *("prove_account", "trace_spend", "trace_earning", "pin_tier", "unpin_tier", "recalculate_tier"),
        *("list_orders", "find_order", "get_order", "list_returns"),
        *("list_operations", "get_operation", "cancel_operation", "start_proof", "start_simulation"),
        *("list_coupon_series", "get_coupon_series", "put_coupon_series", "upload_codes", "list_coupons_of_series"),
        *("issue_coupon", "list_coupons", "activate_coupon", "unuse_coupon", "cancel_coupon", "reactivate_coupon"),
        *("check_code", "use_code"),
        *("list_metrics", "get_metric", "put_metric"),
        *("list_segments", "get_segment", "put_segment", "list_segment_members", "list_segments_of_member"),
        *("remove_from_segment", "preview_segment", "export_segment"),
        *("share_code", "read_referral", "claim_referral", "invite_friend", "list_referrals", "check_referral"),
        *("list_notification_templates", "get_notification_template", "put_notification_template"),
        *("list_notification_follow_ups", "get_notification_follow_up", "put_notification_follow_up"),
        *("send_notification", "list_notification_receipts", "list_inbox", "list_notices", "list_devices"),
        *(
            "list_favourite_places",
            "put_favourite_places",
            "put_device",
            "delete_device",
            "read_notice",
            "cancel_notice",
        ),
        *("list_webhooks", "get_webhook", "put_webhook", "delete_webhook", "rotate_webhook_secret"),
        *("list_webhook_deliveries", "test_webhook", "redeliver_webhook", "redeliver_failed_webhooks"),
        *("open_checkout", "get_checkout", "list_checkouts", "update_checkout", "commit_checkout", "cancel_checkout"),
        *("list_feed_consumers", "get_feed_consumer", "acknowledge_feed", "delete_feed_consumer"),
        *(
            "read_feed",
            "read_audit",
            "export_audit",
            "list_audit_archives",
            "get_audit_archive",
            "read_own_feed",
            "read_order_feed",
            "read_liability",
            "read_program_histogram",
            "read_histogram",
        ),
        *(
            "analyse_members",
            "analyse_orders",
            "analyse_tiers",
            "analyse_referrals",
            "read_segment_metrics",
            "read_metrics",
            "read_metric_values",
        ),
    )
)
"""What DESIGN's table does not name: configuration, who is known, who is in which group, lists, jobs, and what explains an account."""
ROUTES_JUDGED: Mapping[str, str] = {
    name_of(route): JUDGED_AS[route.same_as or route.operation]
    for route in KEYED
    if (route.same_as or route.operation) in JUDGED_AS
}
"""By method and path, as the rows of the page are named."""
