"""Routes of webhooks and of what became of their deliveries."""

from __future__ import annotations

from functools import partial

from chalicelib.api.route import PAGED, Route

_HANDLERS = "chalicelib.api.native.webhooks"
_WEBHOOKS = "/v1/webhooks"
_ONE = f"{_WEBHOOKS}/{{webhook_id}}"
_DELIVERIES = f"{_ONE}/deliveries"

_view = partial(Route, resource="webhooks", access="view")
_modify = partial(Route, resource="webhooks", access="modify", dry_run=True)

ROUTES = (
    _view("GET", _WEBHOOKS, f"{_HANDLERS}:list_webhooks", "list_webhooks", summary="All webhooks, by id."),
    _view(
        "GET",
        _ONE,
        f"{_HANDLERS}:get_webhook",
        "get_webhook",
        summary="A webhook, and whether its server takes what it is sent. Its secret is told to nobody.",
        errors=("webhook_not_found",),
    ),
    _modify(
        "PUT",
        _ONE,
        f"{_HANDLERS}:put_webhook",
        "put_webhook",
        summary="Create a webhook, replace it, disable it or make it active again. The answer to what creates it has its secret.",
        errors=("invalid_url", "unknown_fact_type", "forbidden_target", "too_many_webhooks"),
    ),
    _modify(
        "DELETE",
        _ONE,
        f"{_HANDLERS}:delete",
        "delete_webhook",
        summary="Delete a webhook. What waits for it is not sent any more.",
        errors=("webhook_not_found",),
        bodiless=True,
    ),
    _modify(
        "POST",
        f"{_ONE}/secrets",
        f"{_HANDLERS}:rotate_secret",
        "rotate_webhook_secret",
        summary="Give a webhook another secret, told in this answer only. For a day the one before signs as well.",
        errors=("webhook_not_found",),
        bodiless=True,
    ),
    _modify(
        "POST",
        f"{_ONE}/test",
        f"{_HANDLERS}:test",
        "test_webhook",
        summary="Send a webhook a delivery about nothing that happened. What came of it is in the list of its deliveries.",
        status=202,
        errors=("webhook_not_found", "webhook_disabled"),
        bodiless=True,
    ),
    _view(
        "GET",
        _DELIVERIES,
        f"{_HANDLERS}:list_deliveries",
        "list_webhook_deliveries",
        summary="What a webhook was sent in the last 30 days and what it answered, newest first.",
        query=PAGED,
        errors=("webhook_not_found", "invalid_cursor"),
    ),
    _modify(
        "POST",
        f"{_DELIVERIES}/{{delivery_id}}/redeliver",
        f"{_HANDLERS}:redeliver",
        "redeliver_webhook",
        summary="Send a delivery once more, whatever came of it, under the same id.",
        status=202,
        errors=("webhook_not_found", "delivery_not_found", "webhook_disabled"),
        bodiless=True,
    ),
    _modify(
        "POST",
        f"{_ONE}/redeliver",
        f"{_HANDLERS}:redeliver_all_failed",
        "redeliver_failed_webhooks",
        summary="Send once more all that failed and was recorded since a time.",
        status=202,
        errors=("webhook_not_found", "webhook_disabled"),
    ),
)
