"""A batch of SQS messages: each handled by itself, those that failed reported by their ids."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.events.log import Note, noted

Handle = Callable[[dict[str, Any], Note], None]


def handle_messages(event: Mapping[str, Any], operation: str, handle: Handle) -> dict[str, Any]:
    """`handle` gets the body and the note of its log line. Whatever it raises, the message comes again, alone."""
    failed = [record["messageId"] for record in event["Records"] if not _handled(record, operation, handle)]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _handled(record: Mapping[str, Any], operation: str, handle: Handle) -> bool:
    request_id = _request_id(record)
    try:
        with noted(operation, request_id) as note:
            handle(json.loads(record["body"]), note)
    except Exception:  # noqa: BLE001 - it has been told; a poison message dies alone, its neighbours go on
        return False
    return True


def _request_id(record: Mapping[str, Any]) -> str:
    """The id of the request that caused the message; its own where none did."""
    given = record.get("messageAttributes", {}).get("request_id", {}).get("stringValue")
    return str(given or record["messageId"])
