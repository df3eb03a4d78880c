"""Routes of orders and returns."""

from __future__ import annotations

from chalicelib.api.route import PROGRAM, QueryParam, Route

_HANDLERS = "chalicelib.api.native.orders"
_ORDER = "/v1/orders/{order_id}"
_DOCUMENT_ERRORS = ("date_too_early", "invalid_currency")
_PURCHASE_ERRORS = (
    *_DOCUMENT_ERRORS,
    "missing_member",
    "two_members",
    "member_not_found",
    "invalid_identifier",
    "program_not_found",
    "future_purchase",
    "member_blocked",
    "group_blocked",
    "line_numbers_mixed",
    "too_many_credits",
    "balance_limit",
    "too_many_lots",
    "too_many_pending",
)
_ASSIGN_ERRORS = tuple(
    code
    for code in _PURCHASE_ERRORS
    if code not in (*_DOCUMENT_ERRORS, "program_not_found", "future_purchase", "line_numbers_mixed")
)
_NUMBER = QueryParam("number", "string", "The document number.", required=True, minimum=1, maximum=128)

ROUTES = (
    Route(
        "POST",
        "/v1/orders",
        f"{_HANDLERS}:record",
        "record_order",
        "orders",
        "modify",
        "Record a sale: what the customer earned, and what they have now.",
        status=201,
        query=(PROGRAM,),
        errors=(*_PURCHASE_ERRORS, "too_many_limits", "order_number_taken", "order_number_unusable"),
        dry_run=True,
    ),
    Route(
        "GET",
        "/v1/orders",
        f"{_HANDLERS}:find_order",
        "find_order",
        "orders",
        "view",
        "The order with a document number.",
        query=(_NUMBER,),
        errors=("order_not_found", "order_number_unusable"),
    ),
    Route(
        "POST",
        "/v1/orders/simulate",
        f"{_HANDLERS}:simulate",
        "simulate_order",
        "orders",
        "view",
        "What a sale would earn, and why each other rule would not give anything. Nothing is written.",
        query=(PROGRAM,),
        errors=_PURCHASE_ERRORS,
        read_only=True,
    ),
    Route(
        "GET", _ORDER, f"{_HANDLERS}:get_order", "get_order", "orders", "view", "An order.", errors=("order_not_found",)
    ),
    Route(
        "POST",
        f"{_ORDER}/returns",
        f"{_HANDLERS}:take_back",
        "return_order",
        "orders",
        "modify",
        "Record a return: goods come back, and with them what was earned for them.",
        status=201,
        errors=(
            "order_not_found",
            *_DOCUMENT_ERRORS,
            "two_members",
            "invalid_identifier",
            "return_of_another_member",
            "future_purchase",
            "currency_differs",
            "sku_not_sold",
            "returned_more_than_bought",
            "return_number_taken",
            "too_many_coupons",
            "balance_limit",
            "too_many_lots",
        ),
        dry_run=True,
    ),
    Route(
        "POST",
        f"{_ORDER}/assign",
        f"{_HANDLERS}:assign",
        "assign_order",
        "orders",
        "modify",
        "Give an order that no member had to who made it: they earn by the day of purchase.",
        errors=(*_ASSIGN_ERRORS, "too_many_limits", "order_not_found", "order_assigned"),
        dry_run=True,
    ),
    Route(
        "GET",
        f"{_ORDER}/returns",
        f"{_HANDLERS}:list_returns",
        "list_returns",
        "orders",
        "view",
        "The returns of an order.",
        errors=("order_not_found",),
    ),
)
