"""Routes of what members prove themselves by, and what those refuse that ask for a proof."""

from __future__ import annotations

from chalicelib.api.route import Route

_HANDLERS = "chalicelib.api.native.pins"
_MEMBER = "/v1/members/{member_id}"
PROVING = ("proof_required", "pin_not_set", "proof_expired", "proof_locked", "wrong_proof")

ROUTES = (
    Route(
        "PUT",
        f"{_MEMBER}/pin",
        f"{_HANDLERS}:put_pin",
        "set_pin",
        "members",
        "modify",
        "Set a member's PIN, or another in its place: what wrong tries have locked is open again.",
        errors=("member_not_found",),
        dry_run=True,
    ),
    Route(
        "POST",
        f"{_MEMBER}/proof-codes",
        f"{_HANDLERS}:issue",
        "issue_proof_code",
        "members",
        "modify",
        "Issue a one-time code, which you deliver to the member: it is good for five minutes and for one redemption.",
        status=201,
        errors=("member_not_found", "member_blocked", "proof_locked", "proof_expired"),
        dry_run=True,
        bodiless=True,
    ),
)
