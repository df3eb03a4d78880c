"""Routes of a member's tier."""

from __future__ import annotations

from chalicelib.api.route import PROGRAM, Route

_HANDLERS = "chalicelib.api.native.tiers"
_TIER = "/v1/members/{member_id}/tier"
_ERRORS = ("member_not_found", "program_not_found", "tiers_not_found", "member_blocked")

ROUTES = (
    Route(
        "POST",
        f"{_TIER}/pin",
        f"{_HANDLERS}:pin",
        "pin_tier",
        "accounts",
        "modify",
        "Pin a member to a tier, until a day or for good.",
        query=(PROGRAM,),
        errors=(*_ERRORS, "unknown_tier", "pin_in_past", "pin_too_late"),
        dry_run=True,
    ),
    Route(
        "POST",
        f"{_TIER}/unpin",
        f"{_HANDLERS}:unpin",
        "unpin_tier",
        "accounts",
        "modify",
        "Let a pinned member stand where they have come to.",
        query=(PROGRAM,),
        errors=(*_ERRORS, "not_pinned"),
        dry_run=True,
        bodiless=True,
    ),
    Route(
        "POST",
        f"{_TIER}/recalculate",
        f"{_HANDLERS}:recalculate",
        "recalculate_tier",
        "accounts",
        "modify",
        "Judge a member's tier now, as at the end of its period.",
        query=(PROGRAM,),
        errors=_ERRORS,
        dry_run=True,
        bodiless=True,
    ),
)
