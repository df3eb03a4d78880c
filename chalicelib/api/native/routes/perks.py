"""Routes of perks, of members' awards, and of redeeming them."""

from __future__ import annotations

from chalicelib.api.native.routes.pins import PROVING
from chalicelib.api.route import PROGRAM, QueryParam, Route

_HANDLERS = "chalicelib.api.native.perks"
_PERKS = "/v1/programs/{program_id}/perks"
_AWARDS = "/v1/members/{member_id}/awards"
_AWARD = f"{_AWARDS}/{{award_id}}"
_FOUND = ("member_not_found", "program_not_found")
_BLOCKED = ("member_blocked", "group_blocked")
_CREDITED = ("balance_limit", "too_many_lots", "too_many_pending", "too_many_awards")
_OVER = ("award_used_up", "award_expired", "award_revoked")
_RESTRICTED = ("not_at_this_time", "not_at_this_place", "basket_too_small", "basket_without_goods")
_REDEEMED = (
    *("not_redeemable", "perk_not_active", *_OVER, "not_on_tier", *_RESTRICTED),
    *(
        "card_not_full",
        "prize_held",
        "held_by_tier",
        "amount_needed",
        "amount_not_taken",
        "worth_nothing",
        "over_maximum_value",
        "more_than_basket",
    ),
    *("insufficient_balance", "may_not_spend", "too_many_awards", "too_many_pieces", *_BLOCKED),
    *PROVING,
)
_BY_CODE = tuple(code for code in _REDEEMED if code != "proof_expired")  # the award's code is the one-time code
_FORMAT = QueryParam(
    "format",
    "string",
    "`svg`: with a picture of the code, where its perk is redeemed by one; `text`: the code alone.",
    default="svg",
    choices=("svg", "text"),
)

ROUTES = (
    Route(
        "GET",
        _PERKS,
        f"{_HANDLERS}:list_perks",
        "list_perks",
        "perks",
        "view",
        "All perks of a program, by id.",
        errors=("program_not_found",),
    ),
    Route(
        "GET",
        f"{_PERKS}/{{perk_id}}",
        f"{_HANDLERS}:get_perk",
        "get_perk",
        "perks",
        "view",
        "A perk.",
        errors=("program_not_found", "perk_not_found"),
    ),
    Route(
        "PUT",
        f"{_PERKS}/{{perk_id}}",
        f"{_HANDLERS}:put_perk",
        "put_perk",
        "perks",
        "modify",
        "Create or replace a perk. Awards stay as they were given.",
        errors=(
            "program_not_found",
            "unknown_unit",
            "unknown_tier",
            "unknown_perk",
            "nothing_to_limit",
            "too_many_perks",
        ),
        dry_run=True,
    ),
    Route(
        "GET",
        _AWARDS,
        f"{_HANDLERS}:list_awards",
        "list_awards",
        "perks",
        "view",
        "A member's awards as they stand now, what everybody has included: the active ones first, by priority.",
        query=(PROGRAM,),
        errors=_FOUND,
    ),
    Route(
        "GET",
        _AWARD,
        f"{_HANDLERS}:get_award",
        "get_award",
        "perks",
        "view",
        "An award as it stands now.",
        query=(PROGRAM,),
        errors=(*_FOUND, "award_not_found"),
    ),
    Route(
        "POST",
        _AWARDS,
        f"{_HANDLERS}:grant",
        "grant_perk",
        "perks",
        "modify",
        "Grant a member a perk. A second grant is added, replaces the award or is ignored, as the perk says.",
        status=201,
        query=(PROGRAM,),
        errors=(
            *(*_FOUND, "perk_not_found", "perk_not_active", "held_by_tier", "perk_without_points"),
            *(*_CREDITED, *_BLOCKED),
        ),
        dry_run=True,
    ),
    Route(
        "POST",
        "/v1/members/{member_id}/perks/{perk_id}/stamps",
        f"{_HANDLERS}:stamp",
        "give_stamps",
        "perks",
        "modify",
        "Stamp a member's card: who has none begins one, and one that redeems itself does so once it is full.",
        status=201,
        query=(PROGRAM,),
        errors=(
            *(*_FOUND, "perk_not_found", "not_a_stamp_card", "perk_not_active", "card_finished", *_CREDITED, *_BLOCKED),
        ),
        dry_run=True,
    ),
    Route(
        "POST",
        f"{_AWARD}/redeem",
        f"{_HANDLERS}:redeem",
        "redeem_award",
        "perks",
        "modify",
        "Redeem an award: one of its uses, a full card, or points that are worth money.",
        query=(PROGRAM,),
        errors=(*_FOUND, "award_not_found", *_REDEEMED),
        dry_run=True,
    ),
    Route(
        "POST",
        f"{_AWARD}/refund",
        f"{_HANDLERS}:refund",
        "refund_award",
        "perks",
        "modify",
        "Give a redemption back: the use, what was spent for it, and what a full card gave.",
        errors=(
            *(
                "member_not_found",
                "award_not_found",
                "redemption_not_found",
                "already_refunded",
                "reward_used",
                "whole_card_only",
            ),
            *("refunded_more_than_spent", "award_revoked", "balance_limit", "too_many_lots"),
        ),
        dry_run=True,
    ),
    Route(
        "POST",
        f"{_AWARD}/revoke",
        f"{_HANDLERS}:revoke",
        "revoke_award",
        "perks",
        "modify",
        "Take an award back. The points of its unit stay in the account.",
        query=(PROGRAM,),
        errors=(*_FOUND, "award_not_found", *_OVER),
        dry_run=True,
        bodiless=True,
    ),
    Route(
        "POST",
        f"{_AWARD}/codes",
        f"{_HANDLERS}:issue_code",
        "issue_code",
        "perks",
        "modify",
        "Issue a code that a till scans or types: good for ten minutes and for one redemption.",
        status=201,
        query=(PROGRAM, _FORMAT),
        errors=(
            *(
                *_FOUND,
                "award_not_found",
                "perk_not_active",
                "perk_without_code",
                "not_redeemable",
                *_OVER,
                "not_on_tier",
                "redemption_code_expired",
            ),
            *_BLOCKED,
        ),
        dry_run=True,
        bodiless=True,
    ),
    Route(
        "POST",
        "/v1/redemptions",
        f"{_HANDLERS}:redeem_by_code",
        "redeem_code",
        "perks",
        "modify",
        "Redeem what a code stands for, as a till scans or types it.",
        errors=("code_not_found", "redemption_code_expired", *_BY_CODE),
        dry_run=True,
    ),
)
