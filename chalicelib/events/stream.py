"""The table's stream: new journal entries go to the relay.

A stream is read by shards, and the feed remembers how far each has come. Lambda names the shard of a batch only where its
event source mapping has a tumbling window (`shardId`). Where an event has none, the stream's ARN stands for its one shard:
true of the local clouds, never to be relied on where a table may have several, for one shard's checkpoint would hide
another's records. One batch per shard at a time (parallelization factor 1), for the same reason.

What may be done at another time is reported, and Lambda delivers again from there. A record that cannot be read, and those
of a tenant whose feed cannot be, are not: nobody else's may wait for them. They are told as errors and given up to the
dead letters of the relay, once, which is when nothing before them comes again. An entry that a newer version of the code
has written is no such record: it is handed on as a placeholder, and told as an error.

Beats come among the entries (table/pulse): the last of those that are done with is answered.
"""

from __future__ import annotations

from base64 import b64decode
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.aws.errors import CloudError
from chalicelib.events.log import RELAY, Note, fault, noted, trace, unread
from chalicelib.flows.answer_beat import answer_beat
from chalicelib.flows.feed_commit import entry_to_tell
from chalicelib.flows.give_up_records import GivenUp, give_up_records
from chalicelib.flows.relay_entries import Arrival, relay_entries
from chalicelib.kit.logs import Work
from chalicelib.runtime import Runtime
from chalicelib.table.feed import UnreadableEntryError
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
    arrivals, lost = _readable(records)
    note.tenant = arrivals[0].entry.stream.tenant if len({one.entry.stream.tenant for one in arrivals}) == 1 else None
    again: set[str] = set()
    for unrelayed in relay_entries(rt, shard, arrivals):
        fault(unrelayed.fault, [_cause(one.entry)[1] for one in unrelayed.arrivals])
        if unrelayed.comes_again:
            again |= {one.sequence_number for one in unrelayed.arrivals}
        else:
            lost += (_given_up(one) for one in unrelayed.arrivals)
    again |= _left_behind(rt, shard, lost, again)
    failed = again | {one.sequence_number for one in lost}
    _tell_each_request(note, arrivals, failed)
    note.failed = len(failed)
    _answer_last_beat(rt, records, again)
    return sorted(again, key=int)[:1]


def _left_behind(rt: Runtime, shard: str, lost: Sequence[GivenUp], again: set[str]) -> set[str]:
    """Gives up what lies before whatever comes again; the others come with it. Answers what could not be given up."""
    before = min(map(int, again), default=None)
    now = [one for one in lost if before is None or int(one.sequence_number) < before]
    try:
        give_up_records(rt, shard, now)
    except CloudError as why:
        fault(why)
        return {one.sequence_number for one in now}
    return set()


def _given_up(arrival: Arrival) -> GivenUp:
    return GivenUp(arrival.sequence_number, arrival.entry.stream.tenant, arrival.entry.recorded_at)


def _answer_last_beat(rt: Runtime, records: Sequence[Record], again: set[str]) -> None:
    """Of those that do not come again. A beat unanswered is told, and fails no batch."""
    before = min(map(int, again), default=None)
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


def _readable(records: Sequence[Record]) -> tuple[list[Arrival], list[GivenUp]]:
    """The entries, and the records that are to be entries and cannot be read."""
    arrivals, lost = list[Arrival](), list[GivenUp]()
    for record in records:
        change = record["dynamodb"]
        number = str(change["SequenceNumber"])
        if not _is_new_entry(record):
            continue
        try:
            entry = entry_to_tell(_image(change["NewImage"]))
        except (UnreadableEntryError, ValueError) as why:
            fault(why)
            lost.append(GivenUp(number, _tenant(change), int(change["ApproximateCreationDateTime"] * 1000)))
            continue
        if is_placeholder(entry):
            unread(entry)
        arrivals.append(Arrival(number, entry))
    return arrivals, lost


def _tenant(change: Mapping[str, Any]) -> str:
    """Every key begins with it. A key is a string, whatever else is damaged."""
    return str(change["NewImage"]["pk"]["S"]).partition("#")[0]


def _is_new_entry(record: Record) -> bool:
    """The mapping filters by the same; whatever else passes is not ours."""
    image = record["dynamodb"].get("NewImage") or {}
    return record.get("eventName") == "INSERT" and image.get("kind") == {"S": "entry"}


def _image(image: Mapping[str, Any]) -> dict[str, Any]:
    """Lambda hands binary attributes over as base64. ValueError for what is not."""
    return {
        name: {"B": b64decode(value["B"], validate=True)} if "B" in value else value for name, value in image.items()
    }
