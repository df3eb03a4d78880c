"""What the documentation shows: a body for every operation that takes one, and an id for every placeholder.

The bodies tell one story, of a bookshop: they can be sent one after the other, as the tests do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

MEMBER = "mem_0c5qv8t2k1h"
ORDER = "ord_3q7m0z9y4xk"
CHECKOUT = "chk_3q7m0z9y4xk"
EARNING = "ent_1mdfqt5g16k008002041"
SPEND = "ent_1mdfqt5g16k0080020c1"
USE = "ent_0c5qv8t2k1h080000fg0"
CODE = "0c5qv8t2k1"
OPERATION = "opr_5f1d3c0a9b7e2468ace02468"
GROUP = "grp_0c5qv8t2k1j"
COUPON = "cpn_0c5qv8t2k1m"
TRANSFER = "ent_0c5qv8t2k1h080000fg1"
REDEMPTION = "ent_1mdfqt5g16k008003000"

PLACEHOLDERS: Mapping[str, Json] = {
    "program_id": {"description": "The program's number.", "example": "1"},
    "rule_id": {"description": "The rule's id, chosen by whoever creates it.", "example": "one-per-euro"},
    "member_id": {"description": "The member's id.", "example": MEMBER},
    "group_id": {"description": "The group's id.", "example": GROUP},
    "order_id": {"description": "The order's id.", "example": ORDER},
    "checkout_id": {"description": "The checkout's id.", "example": CHECKOUT},
    "transfer_id": {"description": "The transfer's id, as its sending answered it.", "example": TRANSFER},
    "earning_id": {"description": "The earning's id: the `earning_id` that it was answered with.", "example": EARNING},
    "spend_id": {"description": "The spend's id: the `spend_id` that it was answered with.", "example": SPEND},
    "reward_id": {"description": "The reward's id, chosen by whoever creates it.", "example": "tote-bag"},
    "redemption_id": {"description": "The redemption's id, as it was answered.", "example": REDEMPTION},
    "series_id": {"description": "The series' id, chosen by whoever creates it.", "example": "summer"},
    "coupon_id": {"description": "The coupon's id.", "example": COUPON},
    "code": {"description": "The code, as the member shows it.", "example": "SUMMER-26"},
    "hold_id": {"description": "The hold's number in the account.", "example": "1"},
    "operation_id": {"description": "The operation's id.", "example": OPERATION},
    "perk_id": {"description": "The perk's id, chosen by whoever creates it.", "example": "coffee-card"},
    "award_id": {
        "description": "The award's name among the member's: the perk's id and a number.",
        "example": "coffee-card.1",
    },
    "referral_code": {"description": "A member's referral code, or that of an invitation.", "example": "READ-MORE"},
    "webhook_id": {"description": "The webhook's id, chosen by whoever creates it.", "example": "warehouse"},
    "day": {"description": "A day, in UTC.", "example": "2026-06-15"},
    "consumer_id": {"description": "The consumer's id, chosen by whoever acknowledges first.", "example": "data-lake"},
    "delivery_id": {
        "description": "A delivery's id: the header `webhook-id` of its calls.",
        "example": "msg_00001r4p2d3zz0v5k8m1n7q9t",
    },
    "template_id": {"description": "The template's id, chosen by whoever creates it.", "example": "new-books"},
    "follow_up_id": {"description": "The follow-up's id, chosen by whoever creates it.", "example": "welcome"},
    "device_id": {"description": "The phone's id, as its app calls it.", "example": "7f3c-phone"},
    "notice_id": {
        "description": "The notice's id, as the inbox and the member's notifications list it.",
        "example": "ntc_019bc1f2c80000112233445566778899",
    },
    "metric_id": {"description": "The metric's id, chosen by whoever creates it.", "example": "visits"},
    "segment_id": {"description": "The segment's id, chosen by whoever creates it.", "example": "winback"},
    "asset": {"description": "The file's name.", "example": "docs.css"},
}

_ADDRESS: Json = {"name": "Ada", "lines": ["Aldgate 7"], "city": "London", "country": "GB"}
_CARD: Json = {"type": "card", "value": "4000 1234"}
_PROGRAM: Json = {
    "name": "Readers' Club",
    "zone": "Europe/Berlin",
    "enrolment": "enrol",
    "units": [
        {
            "code": "points",
            "name": "Points",
            "decimals": 0,
            "policies": [{"expiry": {"type": "end_of_month", "months": 12}}],
        },
        {"code": "tea", "name": "Cups of tea"},
    ],
    "rates": [{"unit": "points", "into": "tea", "take": 5, "give": 1, "minimum": 5}],
    "events": [{"name": "review", "properties": {"stars": "integer", "book": "text"}, "told": ["stars"]}],
}
_CART: Json = {
    "currency": "EUR",
    "lines": [
        {"sku": "978-0141439518", "quantity": 2, "gross_value": 1998, "category": ["books", "fiction"]},
        {"sku": "DELIVERY", "quantity": 1, "gross_value": 490, "delivery": True},
    ],
    "pays": [{"unit": "points", "points": 100}],
}
_ORDER: Json = {
    "number": "R-2026-000417",
    "purchased_at": "2026-01-14T17:45:00+01:00",
    "currency": "EUR",
    "identifier": _CARD,
    "place": "Berlin Mitte",
    "lines": [
        {"sku": "978-0141439518", "quantity": 2, "gross_value": 1998, "category": ["Books", "Classics"]},
        {"sku": "TEA-GREEN", "quantity": "0.5", "gross_value": 650, "brand": "Leaf & Co"},
        {"sku": "DELIVERY", "quantity": 1, "gross_value": 490, "delivery": True},
    ],
    "payments": [{"kind": "card", "amount": 3138}],
}

# An operation on a group shows what it shows for a member, unless it has a body of its own here.
BODIES: Mapping[str, Json] = {
    "put_tenant": {"name": "The Corner Bookshop", "member_fields": {"favourite_genre": "text"}},
    "create_program": _PROGRAM,
    "replace_program": _PROGRAM,
    "put_tiers": {
        "basis": "points_earned",
        "unit": "points",
        "tiers": [
            {"tier_id": "bronze", "name": "Bronze", "threshold": 0},
            {"tier_id": "silver", "name": "Silver", "threshold": 200},
        ],
    },
    "put_perk": {
        "name": "Buy nine cups, the tenth is free",
        "what": {"kind": "stamp_card", "unit": "tea", "stamps": 9},
        "terms": "Any cup, any size.",
        "window": {"from_day": "2026-01-01", "until_day": "2099-12-31"},
        "method": "qr",
        "valid_days": 365,
        "points": 9,
    },
    "put_metric": {
        "name": "Visits in a month",
        "what": {"measure": "times", "of": "orders", "days": 30},
        "thresholds": [{"threshold_id": "regular", "at_least": "4"}, {"threshold_id": "gone", "at_most": "0"}],
    },
    "put_segment": {
        "name": "Winback",
        "description": "Has not bought for a while, and is worth a letter.",
        "translations": {"de": {"name": "Lange nicht gesehen"}},
        "labels": [{"key": "by", "value": "crm"}],
        "type": "scheduled",
        "horizon_days": 30,
    },
    "preview_segment": {
        "criteria": {
            "program_id": 1,
            "when": {
                "all": [
                    {"ask": "account.orders", "at_least": 3},
                    {"ask": "account.days_since_last_order", "at_least": 60},
                    {
                        "any": [
                            {"ask": "account.tier", "one_of": ["silver"]},
                            {"ask": "account.spend", "at_least": "500.00"},
                        ]
                    },
                ]
            },
        }
    },
    "put_rule": {
        "name": "One point per euro, not for delivery",
        "window": {"from_day": "2026-01-01", "until_day": "2026-12-31"},
        "when": {"ask": "order.value", "at_least": "10.00"},
        "lines": {"exclude_delivery": True},
        "effects": [{"kind": "per_value", "unit": "points", "amount": 1, "per": "1.00", "rounding": "down"}],
        "limits": {"per_member": [{"per": "day", "times": 3}]},
    },
    "start_simulation": {
        "from_day": "2025-12-15",
        "until_day": "2026-01-14",
        "rules": [
            {
                "rule_id": "weekend",
                "name": "One point more per euro at weekends",
                "window": {"from_day": "2025-12-01", "until_day": "2026-02-28"},
                "when": {"ask": "time.weekday", "one_of": ["sat", "sun"]},
                "effects": [{"kind": "per_value", "unit": "points", "amount": 1, "per": "1.00", "stage": "bonus"}],
            }
        ],
    },
    "put_reward": {
        "name": "Tote bag",
        "type": "physical",
        "state": "active",
        "summary": "Carries twelve paperbacks.",
        "categories": ["merchandise"],
        "translations": {"de": {"name": "Stofftasche", "summary": "Trägt zwölf Taschenbücher."}},
        "costs": [{"unit": "points", "amount": 5}],
        "seen": {"from_day": "2025-12-01", "until_day": "2026-11-30"},
        "redeemable": {"from_day": "2026-01-01", "until_day": "2026-12-31"},
        "stock": 200,
        "member_limits": [{"every": "month", "times": 2}],
    },
    "put_coupon_series": {
        "name": "Five off in summer",
        "codes": {"kind": "pool"},
        "worth": {"kind": "amount", "amount": 500, "currency": "EUR", "minimum_order_value": 2000},
        "limits": {"uses_per_code": 2, "issued_per_member": 2},
        "valid_days": 60,
        "claimable": True,
        "reactivable": True,
    },
    "upload_codes": {"codes": ["SUMMER-26", "SUMMER-27", "SUMMER-28"]},
    "enrol_member": {
        "identifiers": [_CARD, {"type": "email", "value": "ada@example.org"}],
        "given_name": "Ada",
        "family_name": "Lovelace",
        "birth_date": "1990-12-10",
        "locale": "en-GB",
        "fields": {"favourite_genre": "science"},
    },
    "update_member": {"given_name": "Augusta", "labels": [{"key": "newsletter", "value": "yes"}]},
    "find_member": _CARD,
    "set_pin": {"pin": "2718"},
    "issue_coupon": {"series_id": "summer"},
    "use_code": {"member_id": MEMBER, "order": "R-2026-000417", "order_value": 3138},
    "unuse_coupon": {"order": "R-2026-000417"},
    "earn_points": {"unit": "points", "amount": 50, "event": "survey/2026-01"},
    "activate_pending": {"event": "survey/2026-01"},
    "cancel_pending": {"event": "survey/2026-01"},
    "spend_points": {"unit": "points", "amount": 20},
    "transfer_points": {"to": {"type": "email", "value": "grace@example.org"}, "unit": "points", "amount": 10},
    "convert_points": {"unit": "points", "into": "tea", "amount": 10},
    "refund_spend": {"spend_id": SPEND, "amount": 5},
    "undo_entry": {"entry_id": SPEND},
    "pin_tier": {"tier_id": "silver", "until": "2026-12-31"},
    "grant_points": {
        "unit": "points",
        "amount": 30,
        "reason": "goodwill",
        "comment": "Waited an hour for her parcel.",
        "expires_on": "2099-12-31",
    },
    "deduct_points": {"unit": "points", "amount": 5, "reason": "mistake"},
    "validate_redemptions": {"lines": [{"reward_id": "tote-bag", "quantity": 2}]},
    "redeem_reward": {"reward_id": "tote-bag", "address": _ADDRESS},
    "change_delivery": {"status": "shipped"},
    "hold_points": {"unit": "points", "amount": 15, "lapses_after_seconds": 1800},
    "capture_hold": {"amount": 10, "keep_rest": True},
    "release_hold": {"amount": 5},
    "simulate_order": _ORDER,
    "evaluate_cart": _CART | {"member_id": MEMBER},
    "open_checkout": _CART | {"member_id": MEMBER, "lapses_after_seconds": 600},
    "update_checkout": _CART | {"pays": []},
    "commit_checkout": {"number": "B-2026-000017", "payments": [{"kind": "card", "amount": 2488}]},
    "cancel_checkout": {"lines": [{"line_no": 1}]},
    "record_order": _ORDER,
    "assign_order": {"identifier": _CARD},
    "record_event": {
        "what": {"kind": "event", "name": "review", "properties": {"stars": 5, "book": "978-0141439518"}},
        "member_id": MEMBER,
    },
    "return_order": {
        "number": "B-2026-000031",
        "purchased_at": "2026-01-15T10:00:00+01:00",
        "currency": "EUR",
        "lines": [{"sku": "978-0141439518", "quantity": 1, "gross_value": 999}],
    },
    "create_group": {"name": "The Lovelaces", "primary_member_id": MEMBER, "kind": "household"},
    "join_group": {"chosen": False},
    "change_group_member": {"chosen": True},
    "update_group": {"who_may_spend": "chosen"},
    "earn_points_of_group": {"by": MEMBER, "unit": "points", "amount": 50},
    "hold_points_of_group": {"by": MEMBER, "unit": "points", "amount": 15, "lapses_after_seconds": 1800},
    "spend_points_of_group": {"by": MEMBER, "unit": "points", "amount": 20},
    "transfer_points_of_group": {
        "to": {"type": "email", "value": "grace@example.org"},
        "unit": "points",
        "amount": 10,
        "by": MEMBER,
    },
    "acknowledge_feed": {"number": 0},
    "put_webhook": {
        "url": "https://example.com/stampbook",
        "types": ["order.recorded", "member.*"],
        "description": "To the data warehouse.",
    },
    "put_notification_template": {
        "channel": "push",
        "title": "New books",
        "body": "Hello {{given_name|friend}}, new books are in.",
        "translations": {"de": {"title": "Neue Bücher", "body": "Hallo {{given_name|du}}, neue Bücher sind da."}},
    },
    "send_notification": {"kind": "marketing", "template_id": "new-books", "to": {"everybody": True}},
    "put_notification_follow_up": {"after": "member.enrolled", "hours": 24, "template_id": "new-books"},
    "put_device": {"platform": "google", "token": "fGk3:APA91bH0k4nq1"},
    "put_favourite_places": {"places": ["Stuttgart", "Ulm"]},
    "redeliver_failed_webhooks": {"since": "2026-01-15T00:00:00Z"},
    "add_to_segment": {"members": [{"identifier": {"type": "card", "value": "2026001"}}, {"member_id": MEMBER}]},
    "remove_from_segment": {"members": [{"member_id": MEMBER}]},
    "share_code": {"referral_code": "READ-MORE"},
    "invite_friend": {"identifier": {"type": "email", "value": "friend@example.com"}},
    "claim_referral": {"referral_code": "READ-MORE"},
    "grant_perk": {"perk_id": "coffee-card", "points": 9},
    "give_stamps": {"amount": 1, "place": "Berlin Mitte"},
    "redeem_award": {"place": "Berlin Mitte", "basket": {"value": 390, "lines": [{"sku": "TEA-CUP"}]}},
    "refund_award": {"redemption_id": USE},
    "redeem_code": {"code": CODE, "place": "Berlin Mitte"},
    "redeem_reward_of_group": {"by": MEMBER, "reward_id": "tote-bag", "address": _ADDRESS},
}
