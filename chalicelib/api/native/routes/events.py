"""Routes of events: what members do beside buying."""

from __future__ import annotations

from chalicelib.api.route import PROGRAM, Route

ROUTES = (
    Route(
        "POST",
        "/v1/events",
        "chalicelib.api.native.events:record",
        "record_event",
        "events",
        "modify",
        "Record what a member did beside buying, as an event of the shop's own, a check-in, a scanned code or being near a "
        "point: what they earned by it, and what they have now.",
        status=201,
        query=(PROGRAM,),
        errors=(
            "date_too_early",
            "missing_member",
            "two_members",
            "member_not_found",
            "invalid_identifier",
            "program_not_found",
            "future_event",
            "unknown_event",
            "unknown_property",
            "wrong_property_type",
            "unknown_event_code",
            "event_id_taken",
            "member_blocked",
            "group_blocked",
            "too_many_credits",
            "too_many_limits",
            "balance_limit",
            "too_many_lots",
            "too_many_pending",
        ),
        dry_run=True,
    ),
)
