"""Records of the table's stream, read by its own API and shaped as Lambda hands them over."""

from __future__ import annotations

from base64 import b64encode
from typing import Any


def as_lambda_has_it(record: Any, arn: str) -> dict[str, Any]:
    """Binary attributes as base64, times as numbers."""
    change = dict(record["dynamodb"])
    created = change.pop("ApproximateCreationDateTime", None)
    for part in ("Keys", "NewImage", "OldImage"):
        if part in change:
            change[part] = {name: _value(value) for name, value in change[part].items()}
    if created is not None:
        change["ApproximateCreationDateTime"] = created.timestamp()
    return {**record, "eventSourceARN": arn, "dynamodb": change}


def _value(value: Any) -> Any:
    return {"B": b64encode(value["B"]).decode()} if "B" in value else value
