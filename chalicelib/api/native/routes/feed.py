"""Routes of the feed and of its consumers."""

from __future__ import annotations

from chalicelib.api.route import PAGED, QueryParam, Route

_HANDLERS = "chalicelib.api.native.feed"
_CONSUMERS = "/v1/feed/consumers"
_ONE = f"{_CONSUMERS}/{{consumer_id}}"
_CONSUMER = QueryParam(
    "consumer",
    "string",
    "Instead of a cursor: go on behind what this consumer has acknowledged.",
    minimum=1,
    maximum=64,
)

ROUTES = (
    Route(
        "GET",
        "/v1/feed",
        f"{_HANDLERS}:read_feed",
        "read_feed",
        "feed",
        "view",
        "What happened, oldest first. Keep the last cursor: it goes on from there, whenever you ask.",
        query=(*PAGED, _CONSUMER),
        errors=("invalid_cursor", "two_beginnings", "consumer_not_found"),
    ),
    Route(
        "GET",
        "/v1/members/{member_id}/feed",
        f"{_HANDLERS}:read_own_feed",
        "read_own_feed",
        "feed",
        "view",
        "What happened to a member, in all programs, oldest first, from ten seconds ago on. Keep the last cursor.",
        query=PAGED,
        errors=("member_not_found", "invalid_cursor"),
    ),
    Route(
        "GET",
        "/v1/orders/{order_id}/feed",
        f"{_HANDLERS}:read_order_feed",
        "read_order_feed",
        "feed",
        "view",
        "What became of an order, oldest first: recorded, assigned, brought back, cancelled. Keep the last cursor.",
        query=PAGED,
        errors=("order_not_found", "invalid_cursor"),
    ),
    Route(
        "GET",
        _CONSUMERS,
        f"{_HANDLERS}:list_consumers",
        "list_feed_consumers",
        "feed",
        "view",
        "All consumers of the feed, by id: up to where each has taken it, and how much waits for it.",
    ),
    Route(
        "GET",
        _ONE,
        f"{_HANDLERS}:get_consumer",
        "get_feed_consumer",
        "feed",
        "view",
        "Up to where a consumer has taken the feed, and how much waits for it.",
        errors=("consumer_not_found",),
    ),
    Route(
        "PUT",
        _ONE,
        f"{_HANDLERS}:acknowledge",
        "acknowledge_feed",
        "feed",
        "modify",
        "Acknowledge the feed up to a number, under a name of your choice; the first time creates the consumer.",
        errors=("number_not_published", "too_many_consumers"),
        dry_run=True,
    ),
    Route(
        "DELETE",
        _ONE,
        f"{_HANDLERS}:forget",
        "delete_feed_consumer",
        "feed",
        "modify",
        "Delete a consumer of the feed. What happened stays in the feed.",
        errors=("consumer_not_found",),
        dry_run=True,
        bodiless=True,
    ),
)
