"""The route of the feed."""

from __future__ import annotations

from chalicelib.api.route import PAGED, Route

ROUTES = (
    Route(
        "GET",
        "/v1/feed",
        "chalicelib.api.native.feed:read_feed",
        "read_feed",
        "feed",
        "view",
        "What happened, oldest first. Keep the last cursor: it goes on from there, whenever you ask.",
        query=PAGED,
        errors=("invalid_cursor",),
    ),
)
