"""The table of contents: the Chalice app, its middleware, what is mounted on it, and one stub per trigger.

What sets a trigger off is said here; queues and stream themselves, partial failures and filters are in infra/template.yaml,
which puts their addresses in place of MERGED. A stub imports what it calls when it is called: functions share this module,
and a cold start pays for its own only.
"""

from __future__ import annotations

from typing import Any

from chalice import Chalice
from chalice.app import CloudWatchEvent, Cron, DynamoDBEvent, Rate, SQSEvent

from chalicelib import bootstrap
from chalicelib.api import mounts, rim

MERGED = "arn:aws:merged:::by-the-template"

app = Chalice(app_name="stampbook", configure_logs=False)
app.register_middleware(rim.one_error_shape, "http")

mounts.mount_native(app, bootstrap.runtime)


@app.on_dynamodb_record(MERGED, batch_size=100, starting_position="TRIM_HORIZON")
def relay(event: DynamoDBEvent) -> dict[str, Any]:
    from chalicelib.events import stream  # noqa: PLC0415

    return stream.relay(bootstrap.runtime(), event.to_dict())


@app.on_sqs_message(queue_arn=MERGED, batch_size=1, maximum_concurrency=16)
def imports(event: SQSEvent) -> dict[str, Any]:
    from chalicelib.events import imports  # noqa: PLC0415

    return imports.imports(bootstrap.runtime(), event.to_dict())


@app.on_sqs_message(queue_arn=MERGED, batch_size=10, maximum_concurrency=8)
def due(event: SQSEvent) -> dict[str, Any]:
    from chalicelib.events import due  # noqa: PLC0415

    return due.due(bootstrap.runtime(), event.to_dict())


@app.on_sqs_message(queue_arn=MERGED, batch_size=10, maximum_concurrency=16)
def webhooks(event: SQSEvent) -> dict[str, Any]:
    from chalicelib.events import webhooks  # noqa: PLC0415

    return webhooks.webhooks(bootstrap.runtime(), event.to_dict())


@app.on_sqs_message(queue_arn=MERGED, batch_size=5, maximum_concurrency=16)
def notify(event: SQSEvent) -> dict[str, Any]:
    from chalicelib.events import notify  # noqa: PLC0415

    return notify.notify(bootstrap.runtime(), event.to_dict())


@app.on_sqs_message(queue_arn=MERGED, batch_size=10, maximum_concurrency=16)
def automations(event: SQSEvent) -> dict[str, Any]:
    from chalicelib.events import automations  # noqa: PLC0415

    return automations.automations(bootstrap.runtime(), event.to_dict())


@app.schedule(Cron(10, "*", "*", "*", "?", "*"))
def schedule_due(event: CloudWatchEvent) -> None:
    from chalicelib.events import due  # noqa: PLC0415

    due.schedule_due(bootstrap.runtime(), event.to_dict())


@app.schedule(Rate(5, unit=Rate.MINUTES))
def take_pulse(event: CloudWatchEvent) -> None:
    from chalicelib.events import pulse  # noqa: PLC0415

    pulse.take_pulse(bootstrap.runtime(), event.to_dict())


@app.schedule(Rate(5, unit=Rate.MINUTES))
def wake_webhooks(event: CloudWatchEvent) -> None:
    from chalicelib.events import webhooks  # noqa: PLC0415

    webhooks.schedule_webhooks(bootstrap.runtime(), event.to_dict())
