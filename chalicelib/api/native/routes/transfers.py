"""Routes of points that move: transfers between members, conversions between units."""

from __future__ import annotations

from chalicelib.api.route import PROGRAM, Route

_HANDLERS = "chalicelib.api.native.transfers"
_MEMBER = "/v1/members/{member_id}"
_MOVING_ERRORS = (
    *("member_not_found", "program_not_found", "member_blocked", "unknown_unit"),
    *("insufficient_balance", "balance_limit", "too_many_lots", "too_many_pieces"),
)

ROUTES = (
    Route(
        "POST",
        f"{_MEMBER}/transfers",
        f"{_HANDLERS}:transfer",
        "transfer_points",
        "accounts",
        "modify",
        "Send a member's points to another member or a group.",
        status=201,
        query=(PROGRAM,),
        errors=(*_MOVING_ERRORS, "group_not_found", "group_blocked", "transfer_to_self", "invalid_identifier"),
        dry_run=True,
    ),
    Route(
        "POST",
        f"{_MEMBER}/transfers/{{transfer_id}}/undo",
        f"{_HANDLERS}:undo_transfer",
        "undo_transfer",
        "accounts",
        "modify",
        "Undo a transfer: the points go back to who sent them.",
        errors=(
            *("transfer_not_found", "already_undone", "nothing_left", "earning_partly_used"),
            *("points_on_hold", "below_zero_limit", "balance_limit", "too_many_lots"),
        ),
        dry_run=True,
        bodiless=True,
    ),
    Route(
        "POST",
        f"{_MEMBER}/conversions",
        f"{_HANDLERS}:convert",
        "convert_points",
        "accounts",
        "modify",
        "Convert points of one unit into another, at the program's rate.",
        status=201,
        query=(PROGRAM,),
        errors=(*_MOVING_ERRORS, "no_rate", "below_minimum", "converts_to_nothing"),
        dry_run=True,
    ),
)
