"""The table's stream: new journal entries go to the relay.

A stream is read by shards, and the feed remembers how far each has come. Lambda names the shard of a batch only where its
event source mapping has a tumbling window (`shardId`). Where an event has none, the stream's ARN stands for its one shard:
true of the local clouds, never to be relied on where a table may have several, for one shard's checkpoint would hide
another's records. One batch per shard at a time (parallelization factor 1), for the same reason.

A record that cannot be read ends the batch: what comes before it is relayed, its sequence number is reported, and Lambda
tries again from there, in halves, until it hands that one record to the destination for failures and goes on. An entry
that a newer version of the code has written is no such record: it is handed on as a placeholder, and told as an error.

Beats come among the entries (table/pulse): the last of those that are done with is answered.
"""

from __future__ import annotations

from base64 import b64decode
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.events.log import RELAY, Note, fault, noted, trace, unread
from chalicelib.flows.answer_beat import answer_beat
from chalicelib.flows.relay_entries import Arrival, relay_entries
from chalicelib.kit.logs import Work
from chalicelib.runtime import Runtime
from chalicelib.table.feed import UnreadableEntryError, entry_of_image
from chalicelib.table.items import UNREADABLE
from chalicelib.table.journal import Entry
from chalicelib.table.placeholders import is_placeholder
from chalicelib.table.protocol import TableError
from chalicelib.table.pulse import beat_of, is_beat

Record = Mapping[str, Any]


def relay(rt: Runtime, event: Mapping[str, Any]) -> dict[str, Any]:
    """Answers the first record that must come again, if any; with a tumbling window, its (empty) state as well."""
    records: Sequence[Record] = event.get("Records") or ()
    failed: list[str] = []
    if records:
        with noted(RELAY, str(records[0].get("eventID", ""))) as note:
            failed = _relayed(rt, str(event.get("shardId") or records[0]["eventSourceARN"]), records, note)
    answer: dict[str, Any] = {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}
    return answer | {"state": {}} if "window" in event else answer


def _relayed(rt: Runtime, shard: str, records: Sequence[Record], note: Note) -> list[str]:
    arrivals, failed = _readable(records)
    note.tenant = arrivals[0].entry.stream.tenant if len({one.entry.stream.tenant for one in arrivals}) == 1 else None
    for unrelayed in relay_entries(rt, shard, arrivals):
        fault(unrelayed.fault, [_cause(one.entry)[1] for one in unrelayed.arrivals])
        failed |= {one.sequence_number for one in unrelayed.arrivals}
    _tell_each_request(note, arrivals, failed)
    note.failed = len(failed)
    _answer_last_beat(rt, records, failed)
    return sorted(failed, key=int)[:1]


def _answer_last_beat(rt: Runtime, records: Sequence[Record], failed: set[str]) -> None:
    """Of those before whatever failed: the others come again. A beat unanswered is told, and fails no batch."""
    before = min(map(int, failed), default=None)
    try:
        beats = [
            beat_of(record["dynamodb"]["NewImage"])
            for record in records
            if is_beat(record["dynamodb"].get("NewImage") or {})
            and (before is None or int(record["dynamodb"]["SequenceNumber"]) < before)
        ]
        if beats:
            answer_beat(rt, max(beats))
    except (*UNREADABLE, TableError) as why:
        fault(why)


def _tell_each_request(note: Note, arrivals: Sequence[Arrival], failed: set[str]) -> None:
    """A line for each request that wrote any of the entries, so that its id finds what became of them."""
    done, again = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for arrival in arrivals:
        (again if arrival.sequence_number in failed else done)[_cause(arrival.entry)] += 1
    for cause in done | again:
        tenant, request_id = cause
        trace(note, Work(RELAY, request_id or note.request_id, tenant), done[cause], again[cause])
    note.done = done.total()


def _cause(entry: Entry) -> tuple[str, str]:
    """Tenant and request."""
    return entry.stream.tenant, str(entry.header.get("request_id") or "")


def _readable(records: Sequence[Record]) -> tuple[list[Arrival], set[str]]:
    """The entries up to the first record that cannot be read, and that one's number."""
    arrivals: list[Arrival] = []
    for record in records:
        change = record["dynamodb"]
        number = str(change["SequenceNumber"])
        if not _is_new_entry(record):
            continue
        try:
            entry = entry_of_image(_image(change["NewImage"]))
        except (UnreadableEntryError, ValueError) as why:
            fault(why)
            return arrivals, {number}
        if is_placeholder(entry):
            unread(entry)
        arrivals.append(Arrival(number, entry))
    return arrivals, set()


def _is_new_entry(record: Record) -> bool:
    """The mapping filters by the same; whatever else passes is not ours."""
    image = record["dynamodb"].get("NewImage") or {}
    return record.get("eventName") == "INSERT" and image.get("kind") == {"S": "entry"}


def _image(image: Mapping[str, Any]) -> dict[str, Any]:
    """Lambda hands binary attributes over as base64. ValueError for what is not."""
    return {
        name: {"B": b64decode(value["B"], validate=True)} if "B" in value else value for name, value in image.items()
    }
