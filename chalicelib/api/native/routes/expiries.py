"""Routes of when points expire."""

from __future__ import annotations

from chalicelib.api.route import PROGRAM, QueryParam, Route

ROUTES = (
    Route(
        "GET",
        "/v1/members/{member_id}/expiries",
        "chalicelib.api.native.expiries:list_expiries",
        "list_expiries",
        "accounts",
        "view",
        "What expires on which day in a member's wallets: what can be used, is held, or is pending.",
        query=(PROGRAM, QueryParam("unit", "string", "Of this unit only.", minimum=1, maximum=32)),
        errors=("member_not_found", "program_not_found", "unknown_unit"),
    ),
)
