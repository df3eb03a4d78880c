"""Routes of metrics that a tenant defines itself, and what they come to of a member."""

from __future__ import annotations

from chalicelib.api.route import PROGRAM, Route

_HANDLERS = "chalicelib.api.native.metrics"
_METRICS = "/v1/metrics"
_ONE = f"{_METRICS}/{{metric_id}}"

ROUTES = (
    Route("GET", _METRICS, f"{_HANDLERS}:list_metrics", "list_metrics", "rules", "view", "All metrics, by id."),
    Route(
        "GET",
        _ONE,
        f"{_HANDLERS}:get_metric",
        "get_metric",
        "rules",
        "view",
        "A metric of the tenant's own: what is measured of each member, and its thresholds.",
        errors=("metric_not_found",),
    ),
    Route(
        "PUT",
        _ONE,
        f"{_HANDLERS}:put_metric",
        "put_metric",
        "rules",
        "modify",
        "Create a metric, replace it or end it. What it measures is counted from then on.",
        dry_run=True,
        errors=(
            "program_not_found",
            "too_many_metrics",
            "unknown_unit",
            "average_in_real_time",
            "too_many_counters",
            "wrong_comparison",
            "unknown_event",
        ),
    ),
    Route(
        "GET",
        "/v1/members/{member_id}/metric-values",
        f"{_HANDLERS}:read_metric_values",
        "read_metric_values",
        "accounts",
        "view",
        "What the tenant's own metrics come to of a member now, and which thresholds are reached.",
        query=(PROGRAM,),
        errors=("member_not_found", "program_not_found"),
    ),
)
