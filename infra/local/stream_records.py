"""Records of the table's stream, read by its own API and shaped as Lambda hands them over."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

PAGE = 1_000
EMPTY_PAGES = 100  # a stretch without any record behind it ends here


class StretchGoneError(Exception):
    """The stream no longer has all of it."""


def stretch_of(streams: Any, arn: str, shard: str, first: str, last: str) -> list[dict[str, Any]]:
    """The shard's records from one sequence number to another, both included."""
    iterator = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard, ShardIteratorType="AT_SEQUENCE_NUMBER", SequenceNumber=first
    )["ShardIterator"]
    found: list[dict[str, Any]] = []
    for _ in range(EMPTY_PAGES):
        answer = streams.get_records(ShardIterator=iterator, Limit=PAGE)
        for record in answer["Records"]:
            if int(record["dynamodb"]["SequenceNumber"]) > int(last):
                return found
            found.append(as_lambda_has_it(record, arn))
            if record["dynamodb"]["SequenceNumber"] == last:
                return found
        iterator = answer.get("NextShardIterator")
        if iterator is None:
            break
    raise StretchGoneError(f"{shard} has no record {last} (any more).")


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
