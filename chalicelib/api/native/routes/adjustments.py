"""Routes of what operators give and take."""

from __future__ import annotations

from chalicelib.api.route import PROGRAM, Route

_HANDLERS = "chalicelib.api.native.adjustments"
_ERRORS = ("member_not_found", "program_not_found", "unknown_unit")

ROUTES = (
    Route(
        "POST",
        "/v1/members/{member_id}/grants",
        f"{_HANDLERS}:grant",
        "grant_points",
        "adjustments",
        "modify",
        "Give a member points by hand: they are not earned, and no cap cuts them.",
        status=201,
        query=(PROGRAM,),
        errors=(*_ERRORS, "member_blocked", "balance_limit", "too_many_lots", "invalid_expiry"),
        dry_run=True,
    ),
    Route(
        "POST",
        "/v1/members/{member_id}/deductions",
        f"{_HANDLERS}:deduct",
        "deduct_points",
        "adjustments",
        "modify",
        "Take points from a member by hand.",
        status=201,
        query=(PROGRAM,),
        errors=(*_ERRORS, "insufficient_balance", "too_many_pieces"),
        dry_run=True,
    ),
)
