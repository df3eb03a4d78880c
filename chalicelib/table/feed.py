"""The feed: every published entry of a tenant under a number of its own, dense from 1, in the order it was relayed.

access pattern           | key                                         | items | cost                  | by
where the feed stands    | {t}#FEED / HEAD                             | 0–1   | 1 Get, 1 RU           | read_head
references from a number | {t}#FEED / P#{page:010} + P#{next_page:010} | 0–2   | 1 BatchGet, 1 RU each | read_references
the entries they name    | {t}#M#{member} / J#{program:04}#{seq:08}    | 0–100 | 1 BatchGet, 1 RU each | Reference

item      | key                     | in index | cost
feed      | {t}#FEED / HEAD         | –        | 2 WU
feed_page | {t}#FEED / P#{page:010} | –        | 2 WU
feed_page | {t}#FEED / Q#{page:010} | –        | 2 WU

HEAD is read before anything else of the feed and is the condition of every write to it, so pages and counters need none
of their own: whoever read one of them too early finds HEAD moved.

Quiet entries are counted and not numbered. Their references stand in pages of their own, which nobody reads but who asks
whether an entry has been dealt with.

A stream's *checkpoint* is the last sequence number that the feed has dealt with, kept per shard. What is delivered again
lies at or below it. It is forgotten when the stream itself has forgotten the record (24 hours).

What a repair put into the feed has no checkpoint. HEAD says up to which time of recording there may be such entries:
who would add one that is not younger looks it up first (table/feed_search).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

from pynamodb.attributes import UnicodeAttribute

from chalicelib.kit.clock import Instant
from chalicelib.kit.ids import EntryRef, entry_id
from chalicelib.table.damaged import readable
from chalicelib.table.items import UNREADABLE, BodyAttribute, IntegerAttribute, StampbookItem, from_attrs, to_attrs
from chalicelib.table.journal import Entry, Stream, published
from chalicelib.table.placeholders import UNREADABLE_ENTRY, entry_or_placeholder
from chalicelib.table.protocol import Absent, Attrs, Condition, Equals, Key, Put, Table, key_of

Lane = Literal["P", "Q"]  # of pages: the numbered references, and the quiet ones

LANES: tuple[Lane, ...] = ("P", "Q")
PAGE_SIZE = 100
CHECKPOINT_KEPT_MS = 26 * 3_600_000
_OWNERS = ("M#", "G#")
_OF_A_REFERENCE = [str, int, int, list, int]
_TIMES = range(10**13)
_NUMBERS = range(1, 10**10 * PAGE_SIZE)  # as many as pages can be named for


class UnreadableEntryError(Exception):
    """What should be a journal entry is none that this version of the code can read."""


class HeadItem(StampbookItem):
    kind = UnicodeAttribute(default="feed")
    version = IntegerAttribute()
    next = IntegerAttribute()
    quiet = IntegerAttribute(null=True)
    repaired_to = IntegerAttribute(null=True)
    body = BodyAttribute()


class PageItem(StampbookItem):
    kind = UnicodeAttribute(default="feed_page")
    opened_at = IntegerAttribute(null=True)
    body = BodyAttribute()


class Place(NamedTuple):
    """Which entry it is, within its tenant."""

    owner: str
    program: int
    sequence: int


class Reference(NamedTuple):
    """Where a published entry is, and what a reader may choose it by. `owner` is its stream's key without the tenant."""

    owner: str
    program: int
    sequence: int
    types: tuple[str, ...]
    recorded_at: Instant

    @property
    def place(self) -> Place:
        return Place(self.owner, self.program, self.sequence)

    @property
    def is_placeholder(self) -> bool:
        """Whoever put it there could not read the entry."""
        return self.types == (UNREADABLE_ENTRY,)

    def stream(self, tenant: str) -> Stream:
        return Stream(tenant, f"{tenant}#{self.owner}", self.program)


class Checkpoint(NamedTuple):
    """Sequence numbers are decimal strings of different lengths: they compare as the integers they are."""

    sequence_number: str
    at: Instant


@dataclass(frozen=True, slots=True)
class FeedHead:
    """`next` is the number that the next published entry gets, `quiet` the next quiet one; `version` counts the
    transactions that moved the head. No repair has added an entry recorded after `repaired_to`."""

    next: int = 1
    version: int = 0
    checkpoints: Mapping[str, Checkpoint] = field(default_factory=dict)
    quiet: int = 1
    repaired_to: Instant = 0

    def next_of(self, lane: Lane) -> int:
        return self.next if lane == "P" else self.quiet

    def has_seen(self, shard: str, sequence_number: str) -> bool:
        known = self.checkpoints.get(shard)
        return known is not None and int(sequence_number) <= int(known.sequence_number)

    def moved(self, shard: str, sequence_number: str, published: int, now: Instant, quiet: int = 0) -> FeedHead:
        kept = {name: one for name, one in self.checkpoints.items() if now - one.at < CHECKPOINT_KEPT_MS}
        checkpoints = {**kept, shard: Checkpoint(sequence_number, now)}
        return replace(self._grown(published, quiet), checkpoints=checkpoints)

    def repaired(self, entries: Sequence[Entry]) -> FeedHead:
        """With these at its end, which no stream delivered."""
        loud = sum(map(published, entries))
        latest = max(entry.recorded_at for entry in entries)
        return replace(self._grown(loud, len(entries) - loud), repaired_to=max(self.repaired_to, latest))

    def mended(self) -> FeedHead:
        """With other words in its pages, under the same numbers."""
        return self._grown(0, 0)

    def _grown(self, published: int, quiet: int) -> FeedHead:
        return replace(self, next=self.next + published, quiet=self.quiet + quiet, version=self.version + 1)


def feed_pk(tenant: str) -> str:
    return f"{tenant}#FEED"


def head_key(tenant: str) -> Key:
    return Key(feed_pk(tenant), "HEAD")


def read_head(table: Table, tenant: str) -> FeedHead:
    return head_from(table.get(head_key(tenant)))


def head_from(attrs: Attrs | None) -> FeedHead:
    return FeedHead() if attrs is None else readable(_head_from, attrs)


def _head_from(attrs: Attrs) -> FeedHead:
    item = from_attrs(HeadItem, attrs)
    checkpoints = {shard: Checkpoint(str(number), int(at)) for shard, (number, at) in item.body.items()}
    quiet, repaired_to = item.quiet or 1, item.repaired_to or 0
    numbers = all(int(one.sequence_number) >= 0 for one in checkpoints.values())
    if not (numbers and item.next in _NUMBERS and quiet in _NUMBERS and item.version > 0 and repaired_to in _TIMES):
        raise ValueError("a feed that stands nowhere")
    return FeedHead(item.next, item.version, checkpoints, quiet, repaired_to)


def head_put(tenant: str, before: FeedHead, after: FeedHead) -> Put:
    key = head_key(tenant)
    item = HeadItem(
        pk=key.pk,
        sk=key.sk,
        version=after.version,
        next=after.next,
        quiet=after.quiet if after.quiet > 1 else None,
        repaired_to=after.repaired_to or None,
        body=dict(after.checkpoints),
    )
    unchanged: Condition = Absent() if before.version == 0 else Equals("version", before.version)
    return Put(to_attrs(item), unchanged)


def page_key(tenant: str, number: int, lane: Lane = "P") -> Key:
    """The page that holds the entry of this number."""
    return Key(feed_pk(tenant), f"{lane}#{(number - 1) // PAGE_SIZE:010}")


def open_page_key(tenant: str, head: FeedHead, lane: Lane) -> Key | None:
    """The page that the next reference joins; None when it opens one."""
    number = head.next_of(lane)
    return None if (number - 1) % PAGE_SIZE == 0 else page_key(tenant, number, lane)


def page_puts(
    tenant: str, head: FeedHead, lane: Lane, open_page: Attrs | None, references: Sequence[Reference], now: Instant
) -> list[Put]:
    """The open page with what joins it, and the pages that follow."""
    before = references_from(open_page)
    first = head.next_of(lane) - len(before)
    whole = (*before, *references)
    opened_at = [now if open_page is None else opened_at_of(open_page), *[now] * len(references)]
    return [
        _page_put(page_key(tenant, first + start, lane), opened_at[place], whole[start : start + PAGE_SIZE])
        for place, start in enumerate(range(0, len(whole), PAGE_SIZE))
        if references
    ]


def mended_put(page: Attrs, references: Mapping[Place, Reference]) -> Put:
    """The page with these references where it had placeholders of them."""
    body = [references.get(one.place, one) if one.is_placeholder else one for one in references_from(page)]
    return _page_put(key_of(page), opened_at_of(page), body)


def opened_at_of(page: Attrs) -> Instant | None:
    """When it got its first reference: those of every page before it were there by then. None for one that does not say."""
    return readable(_opened_at, page)


def references_from(page: Attrs | None) -> tuple[Reference, ...]:
    return () if page is None else readable(_references, page)


def _opened_at(page: Attrs) -> Instant | None:
    opened_at: Instant | None = from_attrs(PageItem, page).opened_at
    return opened_at


def _references(page: Attrs) -> tuple[Reference, ...]:
    body = from_attrs(PageItem, page).body
    return tuple(_reference(*one) for one in body)


def _reference(owner: Any, program: Any, sequence: Any, types: Any, at: Any) -> Reference:
    if [type(one) for one in (owner, program, sequence, types, at)] != _OF_A_REFERENCE or not (
        at in _TIMES and all(type(one) is str for one in types)
    ):
        raise ValueError("a reference to nothing")
    return Reference(owner, program, sequence, tuple(types), at)


def read_references(table: Table, tenant: str, after: int, limit: int) -> tuple[Reference, ...]:
    """The references behind the number `after`, at most `limit` (up to 100): 1 BatchGet of one or two pages.

    A BatchGet is no snapshot: a second page may have been read later than the first. So nothing of it counts unless the
    first was full.
    """
    first, last = page_key(tenant, after + 1), page_key(tenant, after + limit)
    found = table.batch_get(list(dict.fromkeys((first, last))))
    references = references_from(found.get(first))
    if len(references) == PAGE_SIZE and last != first:
        references += references_from(found.get(last))
    return references[after % PAGE_SIZE :][:limit]


def reference_to(entry: Entry) -> Reference:
    types = dict.fromkeys(str(body["type"]) for body in entry.facts)
    stream = entry.stream
    return Reference(owner_of(stream), stream.program, entry.sequence, tuple(types), entry.recorded_at)


def place_of(entry: Entry) -> Place:
    return Place(owner_of(entry.stream), entry.stream.program, entry.sequence)


def owner_of(stream: Stream) -> str:
    return stream.pk.removeprefix(f"{stream.tenant}#")


def name_of(entry: Entry) -> str:
    """The entry's id, by which consumers know a repeat. Streams that nobody owns have names of their own kind."""
    owner, stream = owner_of(entry.stream), entry.stream
    if owner.startswith(_OWNERS):
        return entry_id(EntryRef(owner[2:], stream.program, entry.sequence))
    return f"{owner.replace('#', ':')}:{stream.program}:{entry.sequence}"


def entry_of_image(image: Attrs) -> Entry:
    """The entry that a stream record holds, or the placeholder of one of a newer schema; UnreadableEntryError for what
    is none."""
    try:
        tenant = image["gsi2pk"]["S"].rsplit("#", 3)[0]
        program = int(image["sk"]["S"].split("#")[1])
        entry = entry_or_placeholder(Stream(tenant, image["pk"]["S"], program), image)
        name_of(entry)
    except UNREADABLE as fault:
        raise UnreadableEntryError(f"{image.get('pk')} {image.get('sk')}: {fault!r}") from fault
    return entry


def _page_put(key: Key, opened_at: Instant | None, references: Iterable[Reference]) -> Put:
    item = PageItem(pk=key.pk, sk=key.sk, opened_at=opened_at, body=list(references))
    return Put(to_attrs(item))
