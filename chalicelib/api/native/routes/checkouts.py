"""Routes of checkouts."""

from __future__ import annotations

from chalicelib.api.route import PROGRAM, Route

ROUTES = (
    Route(
        "POST",
        "/v1/checkouts/evaluate",
        "chalicelib.api.native.checkouts:evaluate",
        "evaluate_cart",
        "checkouts",
        "view",
        "What comes off a cart, what it would earn, what could still be paid with points, and why each other rule gives "
        "nothing. Nothing is written.",
        query=(PROGRAM,),
        errors=(
            "date_too_early",
            "invalid_currency",
            "two_members",
            "member_not_found",
            "invalid_identifier",
            "program_not_found",
            "future_purchase",
            "member_blocked",
            "group_blocked",
            "line_numbers_mixed",
            "unknown_unit",
            "credit_too_large",
            "too_many_credits",
            "balance_limit",
            "too_many_lots",
            "too_many_pending",
        ),
        read_only=True,
    ),
)
