"""A batch of SQS messages: each handled by itself, those that failed reported by their ids."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from chalicelib.events.log import Note, noted


class Delivery(NamedTuple):
    """This receiving of a message: its receipt, and the how manieth it is."""

    receipt: str
    received: int


Handle = Callable[[dict[str, Any], Note, Delivery], None]


def handle_messages(event: Mapping[str, Any], operation: str, handle: Handle) -> dict[str, Any]:
    """`handle` gets the body, the note of its log line and the delivery. Whatever it raises, the message comes again, alone."""
    failed = [record["messageId"] for record in event["Records"] if not _handled(record, operation, handle)]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _handled(record: Mapping[str, Any], operation: str, handle: Handle) -> bool:
    request_id = _request_id(record)
    try:
        with noted(operation, request_id) as note:
            handle(json.loads(record["body"]), note, _delivery(record))
    except Exception:  # noqa: BLE001 - it has been told; a poison message dies alone, its neighbours go on
        return False
    return True


def _delivery(record: Mapping[str, Any]) -> Delivery:
    return Delivery(record["receiptHandle"], int(record["attributes"]["ApproximateReceiveCount"]))


def _request_id(record: Mapping[str, Any]) -> str:
    """The id of the request that caused the message; its own where none did."""
    given = record.get("messageAttributes", {}).get("request_id", {}).get("stringValue")
    return str(given or record["messageId"])
