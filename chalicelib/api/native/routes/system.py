"""The open routes, and the only ones."""

from __future__ import annotations

from chalicelib.api.route import Route

_HANDLERS = "chalicelib.api.native.system"

ROUTES = (
    Route(
        "GET",
        "/health",
        f"{_HANDLERS}:health",
        "health",
        "system",
        "open",
        "Is the service there?",
    ),
    Route(
        "GET",
        "/openapi.json",
        f"{_HANDLERS}:openapi",
        "openapi",
        "system",
        "open",
        "This API as an OpenAPI 3.1 document.",
    ),
    Route(
        "GET",
        "/docs",
        f"{_HANDLERS}:docs",
        "docs",
        "system",
        "open",
        "This API as a page to read and to try.",
    ),
    Route(
        "GET",
        "/docs/assets/{asset}",
        f"{_HANDLERS}:docs_asset",
        "docs_asset",
        "system",
        "open",
        "What the docs page is made of.",
        errors=("asset_not_found",),
    ),
)
