"""Routes of rewards: the catalogue, what a member can have, and what was redeemed."""

from __future__ import annotations

from chalicelib.api.native.routes.pins import PROVING
from chalicelib.api.route import PAGED, PROGRAM, QueryParam, Route

_HANDLERS = "chalicelib.api.native.rewards"
_REWARDS = "/v1/programs/{program_id}/rewards"
_REWARD = f"{_REWARDS}/{{reward_id}}"
_MEMBER = "/v1/members/{member_id}"
_REDEMPTIONS = f"{_MEMBER}/redemptions"
_REDEMPTION = f"{_REDEMPTIONS}/{{redemption_id}}"
_TYPES = (
    *("discount_code", "value_code", "percentage_code", "free_delivery"),
    *("gift", "event", "cashback", "physical"),
)
_LOCALE = QueryParam(
    "locale",
    "string",
    "In whose words: `de`, `de-AT`; else by the header Accept-Language; else in the reward's own.",
    maximum=16,
)
_WISH_ERRORS = (
    *("points_not_asked", "points_not_said", "too_few_points"),
    *("order_value_not_said", "more_than_order_allows"),
)
_REDEEMING = (
    *("program_not_found", "reward_not_found", *_WISH_ERRORS, "order_not_said", "address_needed"),
    "no_address_asked",
    *("reward_not_active", "reward_not_yet", "reward_over", "wrong_tier", "wrong_segment"),
    *("out_of_stock", "limit_reached", "insufficient_balance", "too_many_pieces"),
    *("member_blocked", "group_blocked", "may_not_spend", *PROVING),
    *("series_not_active", "series_used_up", "limit_per_member", "no_codes_left", "too_many_coupons"),
)
_ONE = ("member_not_found", "redemption_not_found")

ROUTES = (
    Route(
        "GET",
        _REWARDS,
        f"{_HANDLERS}:list_rewards",
        "list_rewards",
        "rewards",
        "view",
        "The rewards of a program, by their order.",
        query=(
            QueryParam("category", "string", "Only of this category."),
            QueryParam("label", "string", "Only with a label of this key, or of this `key:value`."),
            QueryParam("brand", "string", "Only of this brand."),
            QueryParam("type", "string", "Only of this type.", choices=_TYPES),
            QueryParam("state", "string", "Only in this state.", choices=("draft", "active", "paused", "ended")),
            QueryParam("featured", "boolean", "Only those that are featured, or that are not."),
            _LOCALE,
            *PAGED,
        ),
        errors=("program_not_found", "invalid_cursor"),
    ),
    Route(
        "GET",
        _REWARD,
        f"{_HANDLERS}:get_reward",
        "get_reward",
        "rewards",
        "view",
        "A reward.",
        query=(_LOCALE,),
        errors=("program_not_found", "reward_not_found"),
    ),
    Route(
        "PUT",
        _REWARD,
        f"{_HANDLERS}:put_reward",
        "put_reward",
        "rewards",
        "modify",
        "Create or replace a reward. What was redeemed stays as it was.",
        errors=(
            *("program_not_found", "unknown_unit", "unknown_tier", "unknown_segment", "too_many_rewards"),
            *("unknown_coupon_series", "code_is_shared", "worth_differs"),
        ),
        dry_run=True,
    ),
    Route(
        "GET",
        f"{_REWARD}/value",
        f"{_HANDLERS}:value_of_points",
        "value_of_points",
        "rewards",
        "view",
        "What so many points come to, of a reward that turns points into money.",
        query=(
            QueryParam("points", "integer", "How many, in the smallest part of the unit.", minimum=1),
            QueryParam("order_value", "integer", "What the order is worth that they are to pay a part of.", minimum=0),
        ),
        errors=(
            *("program_not_found", "reward_not_found", "no_cashback"),
            *(
                "points_not_said",
                "too_few_points",
                "number_too_large",
                "order_value_not_said",
                "more_than_order_allows",
            ),
        ),
    ),
    Route(
        "GET",
        f"{_MEMBER}/rewards",
        f"{_HANDLERS}:list_available",
        "available_rewards",
        "rewards",
        "view",
        "Which rewards a member can have now, and every reason why not the others.",
        query=(
            PROGRAM,
            QueryParam(
                "additional_points", "integer", "What if they had so much more of every unit?", default=0, minimum=0
            ),
            _LOCALE,
            *PAGED,
        ),
        errors=("member_not_found", "program_not_found", "invalid_cursor"),
    ),
    Route(
        "POST",
        f"{_REDEMPTIONS}/validate",
        f"{_HANDLERS}:validate",
        "validate_redemptions",
        "rewards",
        "view",
        "Whether a member can have several rewards at once, and for each line why not.",
        query=(PROGRAM,),
        errors=("member_not_found", "program_not_found", *_WISH_ERRORS),
        read_only=True,
    ),
    Route(
        "POST",
        _REDEMPTIONS,
        f"{_HANDLERS}:redeem",
        "redeem_reward",
        "rewards",
        "modify",
        "Redeem a reward: points, stock, limits and codes at once, or nothing of it.",
        status=201,
        query=(PROGRAM,),
        errors=("member_not_found", *_REDEEMING),
        dry_run=True,
    ),
    Route(
        "GET",
        _REDEMPTIONS,
        f"{_HANDLERS}:list_redemptions",
        "list_redemptions",
        "rewards",
        "view",
        "What a member has redeemed, newest first. What they took for a group is in the group's list.",
        query=(PROGRAM, *PAGED),
        errors=("member_not_found", "program_not_found", "invalid_cursor"),
    ),
    Route(
        "GET",
        _REDEMPTION,
        f"{_HANDLERS}:get_redemption",
        "get_redemption",
        "rewards",
        "view",
        "A redemption.",
        errors=_ONE,
    ),
    Route(
        "POST",
        f"{_REDEMPTION}/refund",
        f"{_HANDLERS}:refund",
        "refund_redemption",
        "rewards",
        "modify",
        "Refund a redemption: points, stock, limits and codes come back, once.",
        errors=(*_ONE, "already_refunded", "code_used", "code_held", "balance_limit", "too_many_lots"),
        dry_run=True,
        bodiless=True,
    ),
    Route(
        "POST",
        f"{_REDEMPTION}/delivery",
        f"{_HANDLERS}:deliver",
        "change_delivery",
        "rewards",
        "modify",
        "Say where the delivery of a physical reward stands. One that is cancelled gives nothing back: refund the redemption.",
        errors=(*_ONE, "not_delivered", "wrong_delivery_state"),
        dry_run=True,
    ),
)
REDEEMING_ERRORS = _REDEEMING
