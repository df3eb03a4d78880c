"""Routes of simulations: what rules would have given for the orders of a past period."""

from __future__ import annotations

from chalicelib.api.native.routes.programs import BADLY_WRITTEN, FOR_NOBODY
from chalicelib.api.route import Route

ROUTES = (
    Route(
        "POST",
        "/v1/programs/{program_id}/rule-simulations",
        "chalicelib.api.native.simulations:start_simulation",
        "start_simulation",
        "operations",
        "modify",
        "Replay a past period's orders through rules that are tried, beside the active ones: a long job, whose result says "
        "what they would have given and cost, by rule and tier. Nobody's account changes.",
        status=201,
        errors=(
            "program_not_found",
            "rule_not_found",
            "date_too_early",
            "invalid_span",
            "period_not_over",
            "nothing_to_simulate",
            "rule_named_twice",
            "unknown_unit",
            "unknown_tier",
            "unknown_perk",
            "not_a_badge",
            "unknown_segment",
            "unknown_template",
            "unknown_variable",
            *FOR_NOBODY,
            "unknown_webhook",
            "unknown_metric",
            "unknown_coupon_series",
            "code_is_shared",
            "unknown_event",
            "unknown_property",
            "unknown_rule",
            "nothing_to_limit",
            "impossible_condition",
            *BADLY_WRITTEN,
            "credit_on_cart",
        ),
        dry_run=True,
    ),
)
