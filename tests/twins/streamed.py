"""A table with a stream: what its transactions put becomes records, handed over in events shaped like Lambda's."""

from __future__ import annotations

import json
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Absent, Attrs, Draw, Key, Page, Put, Query, Write

ARN = "arn:aws:dynamodb:eu-central-1:000000000000:table/stampbook-test/stream/2026-01-15T12:00:00.000"
EVENTS = Path(__file__).resolve().parents[1] / "events"

Record = dict[str, Any]
_FIRST_NUMBER = 98  # so that a few records later the numbers get a digit more


class StreamedTable:
    """`records` are all that the stream has, oldest first; a put that wants nothing there is an INSERT."""

    def __init__(self, table: MemoryTable | None = None) -> None:
        self.table = table or MemoryTable()
        self.records: list[Record] = []
        self._lock = threading.Lock()

    def get(self, key: Key) -> Attrs | None:
        return self.table.get(key)

    def batch_get(self, keys: Sequence[Key]) -> dict[Key, Attrs]:
        return self.table.batch_get(keys)

    def query(self, query: Query) -> Page:
        return self.table.query(query)

    def batch_put(self, items: Iterable[Attrs]) -> None:
        self.table.batch_put(items)

    def transact(self, writes: Sequence[Write], token: str) -> None:
        with self._lock:
            self.table.transact(writes, token)
            for write in writes:
                item = write.item if isinstance(write, Put) else self._drawn(write)
                if item is not None:
                    name = "INSERT" if write.condition == Absent() else "MODIFY"
                    self.records.append(record(item, _FIRST_NUMBER + len(self.records), name))

    def _drawn(self, write: Write) -> Attrs | None:
        """What a draw has left behind."""
        return self.table.get(write.key) if isinstance(write, Draw) else None

    def entries(self) -> list[Record]:
        """The records of new journal entries, which is what the mapping's filter lets pass."""
        entries = (one for one in self.records if one["dynamodb"]["NewImage"]["kind"] == {"S": "entry"})
        return [one for one in entries if one["eventName"] == "INSERT"]


def record(item: Attrs, number: int, name: str = "INSERT") -> Record:
    image = {key: _as_json(value) for key, value in item.items()}
    return {
        "eventID": f"{number:032x}",
        "eventName": name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-central-1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1768478400.0,
            "Keys": {"pk": image["pk"], "sk": image["sk"]},
            "NewImage": image,
            "SequenceNumber": str(number),
            "SizeBytes": len(json.dumps(image)),
            "StreamViewType": "NEW_IMAGE",
        },
        "eventSourceARN": ARN,
    }


def image_of(one: Record) -> Attrs:
    """The item that a record tells of."""
    image = one["dynamodb"]["NewImage"]
    return {name: {"B": b64decode(value["B"])} if "B" in value else value for name, value in image.items()}


def stream_event(records: Iterable[Record], shard: str | None = None) -> dict[str, Any]:
    """With a shard, as from a mapping with a tumbling window."""
    event: dict[str, Any] = {"Records": list(records)}
    if shard is None:
        return event
    window = {"start": "2026-01-15T12:00:00Z", "end": "2026-01-15T12:00:01Z"}
    return event | {
        "window": window,
        "state": {},
        "shardId": shard,
        "eventSourceARN": ARN,
        "isFinalInvokeForWindow": False,
        "isWindowTerminatedEarly": False,
    }


def recorded(name: str) -> Any:
    """An event from tests/events."""
    return json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))


def _as_json(value: Any) -> Any:
    return {"B": b64encode(value["B"]).decode()} if "B" in value else dict(value)
