"""Read the feed: what happened in a tenant, oldest first, by cursor; it never ends.

    reads    1 BatchGet of one or two feed pages, 1 BatchGet of the entries (none when nothing is new); behind what a consumer has
             taken 1 Get more

Both are strongly consistent. The cursor of an empty page is good for ever: whoever keeps the last one misses nothing
and gets nothing twice. What cannot be read, for a newer version wrote it before a step back to this one, is told as such
with its number, id and time; asked for the same number that newer version tells it whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chalicelib.areas.feeds.model.consumers import no_consumer
from chalicelib.areas.feeds.store import read_consumer
from chalicelib.errors import InvalidInput
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import rfc3339
from chalicelib.kit.facts import Body
from chalicelib.kit.paging import another_list, decode_cursor, encode_cursor
from chalicelib.kit.periods import iso_day
from chalicelib.kit.wire import Time
from chalicelib.runtime import Runtime
from chalicelib.table.feed import Reference, name_of, read_references
from chalicelib.table.items import compact_json
from chalicelib.table.journal import Entry
from chalicelib.table.placeholders import entry_for_reader
from chalicelib.table.protocol import Table

MAX_ANSWER_BYTES = 2_000_000  # of facts: a page ends early rather than outgrow what a Lambda may answer
MAX_NUMBER = 10**12 - 1  # pages of a hundred have ten digits
MOST_READS = 10  # of the feed of one owner or order, where all that is read is quiet


class FeedActor(Frozen):
    """By kind and id: names of people stay out of the feed."""

    kind: str
    id: str


class FeedEvent(Frozen):
    """`number` counts this tenant's published entries without a gap. `facts` have a `type`, a version `v` and fields.

    One fact `entry.unreadable` stands for an entry that this version of Stampbook cannot read; `schema` says which it
    needs. The same number tells the entry itself when a version that can read it is at work again.
    """

    number: int
    entry_id: str
    operation: str
    recorded_at: Time
    effective_at: Time
    actor: FeedActor
    facts: tuple[dict[str, Any], ...]


class FeedPage(Frozen):
    """`next_cursor` is always there: where nothing is new it asks again from here."""

    items: tuple[FeedEvent, ...]
    next_cursor: str


class OwnFeedPage(FeedPage):
    """`more`: there is more of it by now, also where this page is empty, for all that was read of it is in no feed."""

    more: bool


def read_feed(rt: Runtime, caller: Caller, limit: int, cursor: str | None, consumer_id: str | None = None) -> FeedPage:
    """From the beginning, or behind what a cursor or a consumer names. Who: view on `feed`. InvalidInput: `invalid_cursor`,
    `two_beginnings`; NotFound `consumer_not_found`."""
    scope = f"{caller.tenant}/feed"
    if consumer_id is not None:
        after = _taken(rt, caller, cursor, consumer_id)
    else:
        after = 0 if cursor is None else _number(scope, cursor)
    references = read_references(rt.table, caller.tenant, after, limit)
    entries = told_entries(rt.table, caller.tenant, references)
    items = tuple(event_of(after + place, entry) for place, entry in enumerate(_fitting(entries), start=1))
    return FeedPage(items=items, next_cursor=encode_cursor(scope, after + len(items)))


def _taken(rt: Runtime, caller: Caller, cursor: str | None, consumer_id: str) -> int:
    if cursor is not None:
        text = "A cursor and a consumer both say where the feed goes on: send one of them."
        raise InvalidInput("two_beginnings", text, param="consumer")
    known = read_consumer(rt.table, caller.tenant, consumer_id)
    if known is None:
        raise no_consumer(consumer_id, "consumer")
    return known.number


def _number(scope: str, cursor: str) -> int:
    match decode_cursor(scope, cursor):
        case int() as number if 0 <= number <= MAX_NUMBER:
            return int(number)
    raise another_list()


def told_entries(table: Table, tenant: str, references: Sequence[Reference]) -> list[Entry]:
    """What they refer to, in their order: 1 BatchGet for a hundred."""
    streams = [reference.stream(tenant) for reference in references]
    keys = [stream.key(reference.sequence) for stream, reference in zip(streams, references, strict=True)]
    found = table.batch_get(keys) if keys else {}
    return [
        entry_for_reader(stream, reference.sequence, reference.recorded_at, found.get(key))
        for reference, stream, key in zip(references, streams, keys, strict=True)
    ]


def _fitting(entries: Sequence[Entry]) -> Sequence[Entry]:
    """The first of them at least, whatever its size: a reader must come on."""
    room = MAX_ANSWER_BYTES
    for place, entry in enumerate(entries):
        room -= len(compact_json(entry.facts))
        if room < 0 and place:
            return entries[:place]
    return entries


def event_of(number: int, entry: Entry) -> FeedEvent:
    kind, actor_id, _ = entry.header["actor"]
    return FeedEvent(
        number=number,
        entry_id=name_of(entry),
        operation=entry.header["operation"],
        recorded_at=entry.recorded_at,
        effective_at=entry.effective_at,
        actor=FeedActor(kind=kind, id=actor_id),
        facts=tuple(map(told_fact, entry.facts)),
    )


def told_fact(body: Body) -> dict[str, Any]:
    """As it is kept, days and instants written as everywhere in the API."""
    return {name: _shown(name, value) for name, value in body.items()}


def _shown(name: str, value: Any) -> Any:
    if type(value) is not int:
        return value
    if name.endswith("_on"):
        return iso_day(value)
    return rfc3339(value) if name.endswith("_at") or name == "to" else value
