"""Routes of what finance and members' pages draw from the journal and its counters."""

from __future__ import annotations

from chalicelib.api.route import PROGRAM, QueryParam, Route

_HANDLERS = "chalicelib.api.native.reports"
_PERIODS = (
    QueryParam("from", "date", "The first day, where the program is; else eleven months before the month of the last."),
    QueryParam("until", "date", "The last day, which may lie ahead; else the last of this month."),
    QueryParam("by", "string", "How long a period is.", default="month", choices=("day", "week", "month", "year")),
)
_HISTOGRAM = (
    QueryParam("unit", "string", "Which unit; the program's first where it is left out.", minimum=1, maximum=32),
    *_PERIODS,
)


def _analytics(of: str, summary: str, *, program: bool = False) -> Route:
    return Route(
        "GET",
        f"/v1/analytics/{of}",
        f"{_HANDLERS}:analyse_{of}",
        f"analyse_{of}",
        "reports",
        "view",
        summary,
        query=(PROGRAM, *_PERIODS) if program else _PERIODS,
        errors=("program_not_found", "invalid_span") if program else ("invalid_span",),
    )


ROUTES = (
    Route(
        "GET",
        "/v1/programs/{program_id}/liability",
        f"{_HANDLERS}:read_liability",
        "read_liability",
        "reports",
        "view",
        "What members can still use of a program, by the month in which it would expire, and what has expired unused.",
        errors=("program_not_found",),
    ),
    Route(
        "GET",
        "/v1/programs/{program_id}/histogram",
        f"{_HANDLERS}:read_program_histogram",
        "read_program_histogram",
        "reports",
        "view",
        "What came to all wallets of a program and went from them by day, month or year; ahead of now, what time alone will do.",
        query=_HISTOGRAM,
        errors=("program_not_found", "unknown_unit", "invalid_span"),
    ),
    Route(
        "GET",
        "/v1/members/{member_id}/histogram",
        f"{_HANDLERS}:read_histogram",
        "read_histogram",
        "accounts",
        "view",
        "What came to a member's wallet and went from it by day, month or year; ahead of now, what time alone will do.",
        query=(
            PROGRAM,
            *_HISTOGRAM,
        ),
        errors=("member_not_found", "program_not_found", "unknown_unit", "invalid_span"),
    ),
    Route(
        "GET",
        "/v1/members/{member_id}/metrics",
        f"{_HANDLERS}:read_metrics",
        "read_metrics",
        "accounts",
        "view",
        "How often a member bought, earned, spent or did something else in a span of at most 400 days, how much it came to, on average and last.",
        query=(PROGRAM, *_PERIODS[:2]),
        errors=("member_not_found", "program_not_found", "invalid_span"),
    ),
    _analytics("members", "How many became members by day, week, month or year, and how many there are."),
    _analytics(
        "orders", "How many orders and returns there were by period, what they came to, and on average.", program=True
    ),
    _analytics("tiers", "How many stand on each tier, and how many came to it and left it by period.", program=True),
    _analytics("referrals", "How many were invited, registered, bought and let it pass, by period."),
    Route(
        "GET",
        "/v1/segments/{segment_id}/metrics",
        f"{_HANDLERS}:read_segment_metrics",
        "read_segment_metrics",
        "segments",
        "view",
        "What whoever was in a segment bought, by period: how many orders, what they came to, and on average.",
        query=(PROGRAM, *_PERIODS),
        errors=("segment_not_found", "program_not_found", "invalid_span"),
    ),
)
