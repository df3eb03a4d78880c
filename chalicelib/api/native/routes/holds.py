"""Routes of holds."""

from __future__ import annotations

from chalicelib.api.native.routes.pins import PROVING
from chalicelib.api.route import PROGRAM, Route

_HANDLERS = "chalicelib.api.native.holds"
_HOLDS = "/v1/members/{member_id}/holds"
_ERRORS = ("member_not_found", "program_not_found")
_DECIDED = (*_ERRORS, "hold_not_found", "two_holds", "hold_closed", "more_than_held")

ROUTES = (
    Route(
        "POST",
        _HOLDS,
        f"{_HANDLERS}:hold",
        "hold_points",
        "accounts",
        "modify",
        "Set points aside until it is decided what becomes of them.",
        status=201,
        query=(PROGRAM,),
        errors=(
            *_ERRORS,
            "unknown_unit",
            "member_blocked",
            "group_blocked",
            "may_not_spend",
            "insufficient_balance",
            "too_many_holds",
            "too_many_pieces",
            "two_lapses",
            "lapses_in_past",
            "lapses_too_late",
            *PROVING,
        ),
        dry_run=True,
    ),
    Route(
        "GET",
        _HOLDS,
        f"{_HANDLERS}:list_holds",
        "list_holds",
        "accounts",
        "view",
        "What is held of a member's points, the oldest hold first.",
        query=(PROGRAM,),
        errors=_ERRORS,
    ),
    Route(
        "POST",
        f"{_HOLDS}/{{hold_id}}/capture",
        f"{_HANDLERS}:capture",
        "capture_hold",
        "accounts",
        "modify",
        "Spend what is held, or a part of it. The hold is named by its number, or by the id of its entry.",
        query=(PROGRAM,),
        errors=_DECIDED,
        dry_run=True,
    ),
    Route(
        "POST",
        f"{_HOLDS}/{{hold_id}}/release",
        f"{_HANDLERS}:release",
        "release_hold",
        "accounts",
        "modify",
        "Let what is held be used again, or a part of it. The hold is named by its number, or by the id of its entry.",
        query=(PROGRAM,),
        errors=_DECIDED,
        dry_run=True,
    ),
)
