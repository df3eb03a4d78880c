"""Routes that undo. An entry's id says its program, so none of them asks for one."""

from __future__ import annotations

from chalicelib.api.route import Route

_HANDLERS = "chalicelib.api.native.undo"
_MEMBER = "/v1/members/{member_id}"
_EARNING = f"{_MEMBER}/earnings/{{earning_id}}"
_ENTRY_ERRORS = ("member_not_found", "entry_not_found")
_CANCEL_ERRORS = (
    *("already_undone", "nothing_left", "earning_partly_used"),
    *("points_on_hold", "below_zero_limit"),
)
_COMING_BACK_ERRORS = ("balance_limit", "too_many_lots")

ROUTES = (
    Route(
        "POST",
        f"{_MEMBER}/refunds",
        f"{_HANDLERS}:refund",
        "refund_spend",
        "accounts",
        "modify",
        "Give back a spend, or a part of it; also of a hold that was captured.",
        status=201,
        errors=(
            *_ENTRY_ERRORS,
            "not_a_spend",
            "undo_by_refund",
            "already_undone",
            "refunded_more_than_spent",
            *_COMING_BACK_ERRORS,
        ),
        dry_run=True,
    ),
    Route(
        "POST",
        f"{_MEMBER}/undo",
        f"{_HANDLERS}:undo",
        "undo_entry",
        "accounts",
        "modify",
        "Undo by its kind: an earning is cancelled, a spend given back, a hold released, a grant taken back, a transfer "
        "sent back.",
        errors=(
            *_ENTRY_ERRORS,
            *_CANCEL_ERRORS,
            "undo_by_return",
            "undo_by_refund",
            "undo_by_sender",
            "cannot_undo",
            "several_to_undo",
            "hold_closed",
            *_COMING_BACK_ERRORS,
        ),
        dry_run=True,
    ),
    Route(
        "POST",
        f"{_EARNING}/cancel",
        f"{_HANDLERS}:cancel",
        "cancel_earning",
        "accounts",
        "modify",
        "Cancel an earning: what is pending of it will not come, what is left of it is taken back.",
        errors=(*_ENTRY_ERRORS, *_CANCEL_ERRORS, "not_an_earning"),
        dry_run=True,
        bodiless=True,
    ),
    Route(
        "POST",
        f"{_EARNING}/expire",
        f"{_HANDLERS}:expire",
        "expire_earning",
        "accounts",
        "modify",
        "Let what is left of an earning expire now.",
        errors=(*_ENTRY_ERRORS, "not_an_earning", "still_pending", "nothing_left", "points_on_hold"),
        dry_run=True,
        bodiless=True,
    ),
)
