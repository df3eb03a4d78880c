"""The journal: one immutable entry per aggregate changed by a committed operation, in the same transaction.

access pattern      | key                                                  | items | cost                 | by
an entry            | {t}#M#{member} / J#{program:04}#{seq:08}             | 0–1   | 1 Get, 1 RU          | Stream
entries of a stream | {t}#M#{member} / J#{program:04}#{first:08}…{last:08} | 0–n   | 1 Query a page, 1 RU | entries_query

item  | key                                      | in index                                         | cost
entry | {t}#M#{member} / J#{program:04}#{seq:08} | gsi2 {t}#E#{hour}#{shard:02} / {recorded_at:013} | 2 WU + 1 IU
entry | {t}#G#{group} / J#{program:04}#{seq:08}  | gsi2 {t}#E#{hour}#{shard:02} / {recorded_at:013} | 2 WU + 1 IU
entry | {t}#O#{order} / J#{program:04}#{seq:08}  | gsi2 {t}#E#{hour}#{shard:02} / {recorded_at:013} | 2 WU + 1 IU
entry | {t}#CFG#{kind}#{id} / J#0000#{seq:08}    | gsi2 {t}#E#{hour}#{shard:02} / {recorded_at:013} | 2 WU + 1 IU

Program 0000 is the profile's own stream, and that of every configuration aggregate. The sequence is the aggregate's
version, so a stream has no gaps and reads strongly. Every entry carries the hash of the one before. Personal data goes
to `private`, which erasure may remove: the hash covers only a salted digest of it. How much of an entry has been undone
is the one thing of it that changes: `undone`, which the hash does not cover.

Every schema of an entry keeps `kind`, both keys, the place in gsi2 and `quiet` as they are: by these an older version
hands on what it cannot read (table/placeholders.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from typing import Any, cast

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute

from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant, moment
from chalicelib.kit.facts import Body, Fact, encode
from chalicelib.table.damaged import readable
from chalicelib.table.items import BodyAttribute, StampbookItem, compact_json, from_attrs, to_attrs
from chalicelib.table.protocol import Absent, Attrs, Between, Equals, Key, Lacks, Put, Query, Write

HASH_DIGITS = 32
ENTRY_SHARDS = 16
_TIMES = range(10**13)  # what the index has room for
_HASH = re.compile(f"[0-9a-f]{{{HASH_DIGITS}}}")


class EntryItem(StampbookItem):
    kind = UnicodeAttribute(default="entry")
    body = BodyAttribute()
    private = BodyAttribute(null=True)
    hash = UnicodeAttribute()
    quiet = BooleanAttribute(null=True)
    undone = UnicodeAttribute(null=True)
    gsi2pk = UnicodeAttribute()
    gsi2sk = UnicodeAttribute()


@dataclass(frozen=True, slots=True)
class Stream:
    tenant: str
    pk: str
    program: int = 0

    def key(self, sequence: int) -> Key:
        return Key(self.pk, f"J#{self.program:04}#{sequence:08}")


@dataclass(frozen=True, slots=True)
class Head:
    """Where a stream stands: the version of its aggregate and the hash of its last entry."""

    version: int = 0
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    stream: Stream
    sequence: int
    header: Mapping[str, Any]
    facts: tuple[Body, ...]
    private: Mapping[str, Any] | None
    hash: str
    undone: Mapping[int, int] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        return self.stream.key(self.sequence)

    @property
    def head(self) -> Head:
        return Head(self.sequence, self.hash)

    @property
    def recorded_at(self) -> Instant:
        return cast(Instant, self.header["recorded_at"])

    @property
    def effective_at(self) -> Instant:
        return cast(Instant, self.header["effective_at"])


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Header:
    """What is the same for every entry that one operation writes. `day` is the local one of the effective time, where
    an entry counts by day, in the `zone` that its program has; `days` those of the facts of one entry that tell an instant."""

    operation: str
    command: str
    caller: Caller
    recorded_at: Instant
    effective_at: Instant
    config_version: int
    place: str = ""
    day: int | None = None
    zone: str = ""
    days: tuple[int, ...] = ()

    def body(self, head: Head, after: Mapping[str, Any] | None) -> dict[str, Any]:
        optional = {"place": self.place, "day": self.day, "days": self.days, "after": after}
        hushed = {"publish": False} if self.caller.quiet else {}
        return (
            {
                "operation": self.operation,
                "command": self.command,
                "actor": [self.caller.kind, self.caller.id, self.caller.name],
                "request_id": self.caller.request_id,
                "channel": self.caller.channel,
                "recorded_at": self.recorded_at,
                "effective_at": self.effective_at,
                "config_version": self.config_version,
                "previous": head.hash,
            }
            | {name: value for name, value in optional.items() if value}
            | hushed
        )


def new_entry(
    stream: Stream,
    head: Head,
    header: Header,
    facts: Sequence[Fact],
    private: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> Entry:
    """The entry that follows `head`. `private` must hold a `salt`: without one a digest of a name could be guessed.
    `after` sums up how the aggregate stands with it, for answers and for reading the past."""
    lines = header.body(head, after)
    if private is not None:
        lines["private_digest"] = _digest(private)
    bodies = tuple(encode(fact) for fact in facts)
    return Entry(stream, head.version + 1, lines, bodies, private, _digest([lines, bodies]))


def entry_put(entry: Entry) -> Put:
    return Put(to_attrs(_item(entry)), Absent())


def is_new_entry(write: Write) -> bool:
    """Not the mark of one that is there."""
    return write.key.sk.startswith("J#") and isinstance(write, Put) and write.condition == Absent()


def undone_put(entry: Entry, fact: int, amount: int) -> Put:
    """So much more of one of its facts is undone: the one thing of an entry that changes, outside the hash, and only if
    nobody undid any of it since it was read."""
    return all_undone_put(entry, {fact: amount})


def all_undone_put(entry: Entry, amounts: Mapping[int, int]) -> Put:
    """The same of several of its facts at once."""
    before = _undone_text(entry.undone)
    more = {fact: entry.undone.get(fact, 0) + amount for fact, amount in amounts.items()}
    after = replace(entry, undone={**entry.undone, **more})
    return Put(to_attrs(_item(after)), Equals("undone", before) if before else Lacks("undone"))


def index_place(entry: Entry) -> Key:
    """Where gsi2 has it."""
    hour = moment(entry.recorded_at).strftime("%Y%m%d%H")
    shard = int(entry.hash[:2], 16) % ENTRY_SHARDS
    return Key(f"{entry.stream.tenant}#E#{hour}#{shard:02}", f"{entry.recorded_at:013}")


def published(entry: Entry) -> bool:
    """Quiet entries stay out of the feed and away from the topic."""
    return bool(entry.header.get("publish", True))


def hash_of(attrs: Attrs) -> str:
    """Of an entry, or of anything else that a commit is known by. DamagedItemError for what has none."""
    return readable(lambda attrs: str(attrs["hash"]["S"]), attrs)


def entry_from(stream: Stream, attrs: Attrs) -> Entry:
    """DamagedItemError for what lacks anything that every entry has."""
    return readable(partial(_entry_from, stream), attrs)


def _entry_from(stream: Stream, attrs: Attrs) -> Entry:
    """Read by the hundred: what the item holds is taken from it as it lies there."""
    values = from_attrs(EntryItem, attrs).attribute_values
    header, facts = values["body"]
    _check_shape(header, facts, values["hash"])
    undone = _undone(values.get("undone"))
    sequence = int(values["sk"].rsplit("#", 1)[1])
    return Entry(stream, sequence, header, tuple(facts), values.get("private"), values["hash"], undone)


def _check_shape(header: Mapping[str, Any], facts: Sequence[Body], digest: str) -> None:
    """What whoever follows the journal rests on, whatever the facts are about."""
    told = [header["operation"], header["previous"], *[fact["type"] for fact in facts]]
    recorded_at, effective_at = header["recorded_at"], header["effective_at"]
    if not (
        header["operation"]
        and set(map(type, told)) == {str}
        and type(recorded_at) is type(effective_at) is int
        and recorded_at in _TIMES
        and effective_at in _TIMES
        and _HASH.fullmatch(digest)
    ):
        raise ValueError("it lacks what every entry has")


def entries_query(stream: Stream, first: int, last: int, *, reverse: bool = False, limit: int | None = None) -> Query:
    """Entries of one stream from sequence `first` to `last`, oldest first unless reversed."""
    between = Between(stream.key(first).sk, stream.key(last).sk)
    return Query(stream.pk, between, reverse=reverse, limit=limit)


def verified(entry: Entry, before: Head) -> bool:
    """Whether the entry is the true successor of `before`: nothing edited, removed or reordered."""
    return follows(entry, before) and intact(entry)


def follows(entry: Entry, before: Head) -> bool:
    return entry.sequence == before.version + 1 and entry.header["previous"] == before.hash


def intact(entry: Entry) -> bool:
    """Whether it is what was written: its hash says so."""
    if entry.private is not None and entry.header.get("private_digest") != _digest(entry.private):
        return False
    return entry.hash == _digest([entry.header, entry.facts])


def _item(entry: Entry) -> EntryItem:
    key, by_time = entry.key, index_place(entry)
    return EntryItem(
        pk=key.pk,
        sk=key.sk,
        body=[entry.header, entry.facts],
        private=entry.private,
        hash=entry.hash,
        quiet=None if published(entry) else True,
        undone=_undone_text(entry.undone) or None,
        gsi2pk=by_time.pk,
        gsi2sk=by_time.sk,
    )


def _undone_text(undone: Mapping[int, int]) -> str:
    """`1:30,2:5`: of fact 1 so much, of fact 2 so much."""
    return ",".join(f"{fact}:{amount}" for fact, amount in sorted(undone.items()))


def _undone(text: str | None) -> dict[int, int]:
    """ValueError for what is not written like this."""
    if text is None:
        return {}
    parts = (part.partition(":") for part in text.split(","))
    undone = {int(fact): int(amount) for fact, _, amount in parts}
    if _undone_text(undone) != text or min(undone.values()) < 0:
        raise ValueError("its mark is none that is ever written")
    return undone


def _digest(value: Any) -> str:
    return sha256(compact_json(value)).hexdigest()[:HASH_DIGITS]
