"""Routes of operations, the long jobs."""

from __future__ import annotations

from chalicelib.api.route import PAGED, Route

_HANDLERS = "chalicelib.api.native.operations"
_OPERATION = "/v1/operations/{operation_id}"

ROUTES = (
    Route(
        "GET",
        "/v1/operations",
        f"{_HANDLERS}:list_operations",
        "list_operations",
        "operations",
        "view",
        "The tenant's long jobs, such as imports, newest first.",
        query=PAGED,
        errors=("invalid_cursor",),
    ),
    Route(
        "GET",
        _OPERATION,
        f"{_HANDLERS}:get_operation",
        "get_operation",
        "operations",
        "view",
        "A long job: how far it is, what it counts, and its result when it is done.",
        errors=("operation_not_found",),
    ),
    Route(
        "POST",
        f"{_OPERATION}/cancel",
        f"{_HANDLERS}:cancel",
        "cancel_operation",
        "operations",
        "modify",
        "Stop a long job at its next step. What it has recorded stays recorded.",
        errors=("operation_not_found", "operation_finished"),
        dry_run=True,
        bodiless=True,
    ),
)
