"""Routes of what is pending."""

from __future__ import annotations

from chalicelib.api.route import PROGRAM, Route

_HANDLERS = "chalicelib.api.native.pending"
_PENDING = "/v1/members/{member_id}/pending"
_ERRORS = ("member_not_found", "program_not_found")
_CHOICE_ERRORS = (
    *_ERRORS,
    "choose_one",
    "line_without_order",
    "amount_without_earning",
    "earning_not_found",
    "order_not_found",
    "nothing_pending",
    "already_active",
    "more_than_pending",
)

ROUTES = (
    Route(
        "GET",
        _PENDING,
        f"{_HANDLERS}:list_pending",
        "list_pending",
        "accounts",
        "view",
        "What a member was promised and cannot use yet: what comes by time, then what waits for an event.",
        query=(PROGRAM,),
        errors=_ERRORS,
    ),
    Route(
        "POST",
        f"{_PENDING}/activate",
        f"{_HANDLERS}:activate",
        "activate_pending",
        "accounts",
        "modify",
        "Let pending points be used: their event has come, or they need not wait for their day.",
        query=(PROGRAM,),
        errors=(*_CHOICE_ERRORS, "member_blocked", "group_blocked"),
        dry_run=True,
    ),
    Route(
        "POST",
        f"{_PENDING}/cancel",
        f"{_HANDLERS}:cancel",
        "cancel_pending",
        "accounts",
        "modify",
        "Take pending points back before they come.",
        query=(PROGRAM,),
        errors=_CHOICE_ERRORS,
        dry_run=True,
    ),
)
