"""Webhooks, and what became of what they were sent."""

from __future__ import annotations

from typing import Literal

from chalicelib.api.bodies import as_refusal
from chalicelib.api.calls import Answered, Call
from chalicelib.api.native.naming import answered
from chalicelib.areas.webhooks import operations as webhooks
from chalicelib.areas.webhooks.model import Delivery, Webhook, WebhookDefinition
from chalicelib.areas.webhooks.model.webhook import named_webhook
from chalicelib.flows.define_webhook import IssuedWebhook, define_webhook, delete_webhook, rotate_webhook_secret
from chalicelib.flows.redeliver_webhook import redeliver_failed, redeliver_webhook, send_test
from chalicelib.kit.base import Wire
from chalicelib.kit.wire import Time


class Webhooks(Wire):
    items: tuple[Webhook, ...]


class StandingWebhook(Webhook):
    """`failing_since`: when the first call failed that no success came after. `old_secret_until`: until when the secret before
    signs as well."""

    failing_since: Time | None
    old_secret_until: Time | None


class DeliveryView(Wire):
    """One entry for one webhook, under the `webhook-id` of its calls. Of the last call: `status` it was answered, or `error` why
    there was none, how long it took, and the first KB of what was sent and answered. `next_at`: when one that waits is tried."""

    delivery_id: str
    entry_id: str
    state: Literal["waiting", "succeeded", "failed"]
    attempts: int
    created_at: Time
    next_at: Time | None
    tried_at: Time | None
    duration_ms: int | None
    status: int | None
    error: str | None
    request: str | None
    answer: str | None


class Deliveries(Wire):
    items: tuple[DeliveryView, ...]
    next_cursor: str | None


class FailedSince(Wire):
    """Since when the entries were recorded of deliveries to be tried again."""

    since: Time


class Redelivering(Wire):
    """What failed by `until` is tried again, oldest first."""

    since: Time
    until: Time


def list_webhooks(call: Call) -> Webhooks:
    return Webhooks(items=webhooks.list_webhooks(call.rt, call.caller))


def get_webhook(call: Call) -> StandingWebhook:
    webhook, state = webhooks.get_webhook(call.rt, call.caller, call.path["webhook_id"])
    now = call.rt.clock.now()
    ends = [one.until for one in state.secrets if one.until is not None and one.is_good(now)]
    return StandingWebhook(
        **dict(webhook), failing_since=state.failing_since, old_secret_until=ends[0] if ends else None
    )


def put_webhook(call: Call, body: WebhookDefinition) -> Answered[IssuedWebhook]:
    with as_refusal():
        webhook_id = named_webhook(call.path["webhook_id"])
    return answered(define_webhook(call.rt, call.caller, call.command, webhook_id, body))


def delete(call: Call) -> Answered[Webhook]:
    return answered(delete_webhook(call.rt, call.caller, call.command, call.path["webhook_id"]))


def rotate_secret(call: Call) -> Answered[IssuedWebhook]:
    return answered(rotate_webhook_secret(call.rt, call.caller, call.command, call.path["webhook_id"]))


def test(call: Call) -> Answered[DeliveryView]:
    done = send_test(call.rt, call.caller, call.command, call.path["webhook_id"])
    return Answered(_view(done.answer), done.replayed)


def list_deliveries(call: Call) -> Deliveries:
    webhook_id, limit, cursor = call.path["webhook_id"], call.query["limit"], call.query["cursor"]
    page = webhooks.list_deliveries(call.rt, call.caller, webhook_id, limit, cursor)
    return Deliveries(items=tuple(map(_view, page.items)), next_cursor=page.next_cursor)


def redeliver(call: Call) -> Answered[DeliveryView]:
    webhook_id, delivery_id = call.path["webhook_id"], call.path["delivery_id"]
    done = redeliver_webhook(call.rt, call.caller, call.command, webhook_id, delivery_id)
    return Answered(_view(done.answer), done.replayed)


def redeliver_all_failed(call: Call, body: FailedSince) -> Answered[Redelivering]:
    done = redeliver_failed(call.rt, call.caller, call.command, call.path["webhook_id"], body.since)
    return Answered(Redelivering(since=body.since, until=done.answer), done.replayed)


def _view(one: Delivery) -> DeliveryView:
    last = one.last
    return DeliveryView(
        delivery_id=one.delivery_id,
        entry_id=one.about.entry_id,
        state=one.state,
        attempts=one.attempts,
        created_at=one.created_at,
        next_at=one.next_at if one.state == "waiting" else None,
        tried_at=None if last is None else last.at,
        duration_ms=None if last is None else last.duration_ms,
        status=None if last is None else last.status,
        error=None if last is None else last.error,
        request=None if last is None else last.request,
        answer=None if last is None else last.answer,
    )
