"""What consumers of the topic cost whoever has nothing for them: no webhook, no segment with criteria, nothing that members are told;
and a stage in which nothing waits for a webhook, nor to be told. Calls of servers and members who are looked at come on top of that."""

from __future__ import annotations

from collections.abc import Mapping

from infra.local.cost_rows import MILLION, PULSES, Row, function_rows, logs_row
from infra.local.cost_shop import Used


def to_consumer(queue: str, assumed: Mapping[str, float], taken: float, told: Used, size: int) -> list[Row]:
    """Of whoever has nothing for it: each entry is looked at, and that is all."""
    calls, read = taken / size, told.table.read_units / told.of * taken
    return [
        *function_rows(queue.title(), calls, assumed["window_end_ms"], queue),
        Row(f"DynamoDB reads, {queue}", read / MILLION, "million units", "dynamodb_million_read_units"),
        logs_row(assumed, queue.title(), told.log_bytes / told.of * taken, calls),
        Row(f"SQS, {queue} (received, deleted)", 2 * calls / MILLION, "million requests", "sqs_million_requests"),
    ]


def waking(assumed: Mapping[str, float], looked: Used) -> list[Row]:
    """Whether webhooks are to be tried again and members to be told, for all tenants at once: as often as there is a pulse."""
    requests, read = PULSES * 2 * (1 + 2), PULSES * looked.table.read_units / looked.of
    return [
        *function_rows("WakeWebhooks", PULSES, assumed["pulse_ms"], "wake_webhooks"),
        *function_rows("Webhooks, looking for what is due", PULSES, assumed["pulse_ms"], "webhooks"),
        *function_rows("Notify, looking for what is due", PULSES, assumed["pulse_ms"], "notify"),
        Row("DynamoDB reads, what is due", read / MILLION, "million units", "dynamodb_million_read_units"),
        logs_row(assumed, "WakeWebhooks, Webhooks and Notify", looked.log_bytes / looked.of * PULSES, 3 * PULSES),
        Row(
            "SQS, what is due (sent, received, deleted)", requests / MILLION, "million requests", "sqs_million_requests"
        ),
    ]
