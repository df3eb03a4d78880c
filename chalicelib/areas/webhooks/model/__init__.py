"""Values of webhooks and what becomes of them: pure."""

from __future__ import annotations

from chalicelib.areas.webhooks.model.delivery import (
    FAILING_MS,
    GONE,
    KEPT_SECONDS,
    Delivery,
    Happening,
    Told,
    Tried,
    delivery_id,
    given_up,
    is_delivery_id,
    no_delivery,
    tried,
    tried_again,
)
from chalicelib.areas.webhooks.model.facts import WebhookDisabled
from chalicelib.areas.webhooks.model.signature import Secret, SecretState, new_secret, rotated, signed_headers
from chalicelib.areas.webhooks.model.webhook import Webhook, WebhookDefinition, deleted, no_webhook, wants

__all__ = [
    "FAILING_MS",
    "GONE",
    "KEPT_SECONDS",
    "Delivery",
    "Happening",
    "Secret",
    "SecretState",
    "Told",
    "Tried",
    "Webhook",
    "WebhookDefinition",
    "WebhookDisabled",
    "deleted",
    "delivery_id",
    "given_up",
    "is_delivery_id",
    "new_secret",
    "no_delivery",
    "no_webhook",
    "rotated",
    "signed_headers",
    "tried",
    "tried_again",
    "wants",
]
