"""Read the feed of a member or a group: all that happened to it, in every program, oldest first, by cursor.

reads    1 Query of profile and accounts, which say how far each of its journals has come; 1 BatchGet of entries (none when
         nothing is new), and where all of them are quiet, the next, ten in all

It is made of the owner's journals as they stand: strongly consistent, and nothing is written for it. A cursor says how far
each journal is told, so every entry comes once, whoever writes meanwhile. Numbers count from 1 without a gap in the order in
which entries were recorded. So that this order never changes, an entry is told when it is ten seconds old: a commit takes two
at most, and clocks differ by less than the rest.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from chalicelib.areas.groups.model import no_group
from chalicelib.errors import NotFound
from chalicelib.flows.read_feed import MAX_ANSWER_BYTES, MAX_NUMBER, MOST_READS, FeedEvent, OwnFeedPage, event_of
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.ids import MAX_PROGRAM, number_of, owner_kind
from chalicelib.kit.paging import another_list, decode_cursor, encode_cursor
from chalicelib.runtime import Runtime
from chalicelib.table.damaged import readable
from chalicelib.table.items import compact_json
from chalicelib.table.journal import Entry, published
from chalicelib.table.keys import accounts_query, owner_stream
from chalicelib.table.pages import every_item
from chalicelib.table.placeholders import entry_for_reader
from chalicelib.table.protocol import Attrs, Table

SETTLED_MS = 10_000
_READ_TOGETHER = 100


class Timed(NamedTuple):
    """An entry at its time among those of other journals: no earlier than whatever was told before it."""

    at: Instant
    entry: Entry


@dataclass(slots=True)
class Walk:
    """How far it has come: `told` of each journal, by program, `number` of them in all that anybody may see, up to `at`."""

    number: int = 0
    at: Instant = 0
    told: dict[int, int] = field(default_factory=dict)

    def packed(self) -> list[int]:
        return [
            self.number,
            self.at,
            *(part for program in sorted(self.told) for part in (program, self.told[program])),
        ]


def read_own_feed(rt: Runtime, caller: Caller, owner: str, limit: int, cursor: str | None) -> OwnFeedPage:
    """NotFound: member, group. InvalidInput `invalid_cursor`."""
    number_of(owner_kind(owner), owner)
    scope = f"{caller.tenant}/{owner}/feed"
    walk = Walk() if cursor is None else _walk(decode_cursor(scope, cursor))
    journals_end = come_to(rt.table, caller.tenant, owner)
    if 0 not in journals_end:
        raise _nobody(owner)
    items: list[FeedEvent] = []
    more, settled = True, rt.clock.now() - SETTLED_MS
    for _ in range(MOST_READS):
        waiting = {program: last for program, last in journals_end.items() if last > walk.told.get(program, 0)}
        journals = _entries(rt.table, caller.tenant, owner, walk, waiting)
        more = _tell(items, journals, walk, waiting, limit, settled)
        if items or not more:
            break
    return OwnFeedPage(items=tuple(items), next_cursor=encode_cursor(scope, walk.packed()), more=more)


def _walk(place: Any) -> Walk:
    match place:
        case [int() as number, int() as at, *rest] if (
            len(rest) % 2 == 0
            and 0 <= number <= MAX_NUMBER
            and at >= 0
            and all(type(one) is int and one >= 0 for one in rest)
            and all(program <= MAX_PROGRAM for program in rest[::2])
        ):
            return Walk(number, at, dict(zip(rest[::2], rest[1::2], strict=True)))
    raise another_list()


def come_to(table: Table, tenant: str, owner: str) -> dict[int, int]:
    """The last entry of each journal, by program and 0 for the profile: their versions are their journals'. 1 Query."""
    return {
        0 if (sk := item["sk"]["S"]) == "A#PROFILE" else int(sk.removeprefix("B#")): readable(_version, item)
        for item in every_item(table, accounts_query(tenant, owner))
    }


def _nobody(owner: str) -> NotFound:
    if owner_kind(owner) == "group":
        return no_group(owner)
    return NotFound("member_not_found", f"There is no member {owner[:64]}.", param="member_id")


def _version(attrs: Attrs) -> int:
    return int(attrs["version"]["N"])


def _entries(table: Table, tenant: str, owner: str, walk: Walk, waiting: Mapping[int, int]) -> dict[int, deque[Timed]]:
    """What comes next of each journal, a hundred in all."""
    programs = sorted(waiting)[:_READ_TOGETHER]
    share = _READ_TOGETHER // max(1, len(programs))
    firsts = {program: walk.told.get(program, 0) + 1 for program in programs}
    places = [
        (owner_stream(tenant, owner, program), sequence)
        for program, first in firsts.items()
        for sequence in range(first, min(first + share, waiting[program] + 1))
    ]
    keys = [stream.key(sequence) for stream, sequence in places]
    found = table.batch_get(keys) if keys else {}
    journals: dict[int, deque[Timed]] = {}
    for (stream, sequence), key in zip(places, keys, strict=True):
        journal = journals.setdefault(stream.program, deque())
        before = journal[-1].at if journal else walk.at
        entry = entry_for_reader(stream, sequence, before, found.get(key))
        journal.append(Timed(max(entry.recorded_at, before), entry))
    return journals


def _tell(
    items: list[FeedEvent],
    journals: dict[int, deque[Timed]],
    walk: Walk,
    waiting: Mapping[int, int],
    limit: int,
    settled: Instant,
) -> bool:
    """In the order of their times, while of every journal the next one is known. Whether there is more that has settled."""
    room = MAX_ANSWER_BYTES
    while journals:
        program = min(journals, key=lambda one: (journals[one][0].at, one))
        at, entry = journals[program][0]
        room -= len(compact_json(entry.facts))
        if at > settled:
            return False
        if len(items) == limit or (room < 0 and items):
            return True
        journals[program].popleft()
        walk.told[program], walk.at = entry.sequence, at
        if published(entry):
            walk.number += 1
            items.append(event_of(walk.number, entry))
        if not journals[program]:
            del journals[program]
            if entry.sequence < waiting[program]:
                return True
    return any(walk.told.get(program, 0) < last for program, last in waiting.items())
