"""Whom a run of a rule goes through: members who are named, those of the segments that it is for, or all there are.

A part has some shards of their lists, and goes on behind the member whom its offset names; of several segments, in the one
that stands before it. Named members are one part, and its offset counts them.

reads    named ones: nothing; else 1 Query two hundred of a shard of a list
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import NamedTuple

from chalicelib.areas.jobs.model import Operation, Part
from chalicelib.areas.rules.model import Audience
from chalicelib.areas.segments import store as segments
from chalicelib.flows.listed_owners import listed_in_segment, listed_members
from chalicelib.flows.owner_chunks import shards_of
from chalicelib.kit.ids import is_id, number_of, shown
from chalicelib.table.protocol import Table

_NUMBERS = 1 << 53  # of members: an offset is a segment's place and one of them


class Met(NamedTuple):
    """A member, where the part goes on behind them, and in which of the segments they were found."""

    member_id: str
    offset: int
    place: int = 0


def audience_mark(audience: Audience) -> str:
    """Another where it is for others: then offsets would mean others as well."""
    return sha256(audience.model_dump_json().encode()).hexdigest()[:16]


def parts_for(audience: Audience, most: int) -> int:
    return 1 if audience.members else most


def members_met(table: Table, operation: Operation, part: Part, audience: Audience) -> Iterator[Met]:
    """Behind the part's offset."""
    if audience.members:
        known = list(dict.fromkeys(audience.members))
        yield from (Met(one, at + 1) for at, one in enumerate(known) if at >= part.offset and is_id("member", one))
        return
    first, number = divmod(part.offset, _NUMBERS)
    shards = shards_of(operation, part)
    for place, segment in enumerate(segments_met(audience) or (None,)):
        if place >= first:
            after = shown("member", number) if place == first and number else None
            for member in _listed(table, operation.tenant, segment, after, shards):
                yield Met(member, place * _NUMBERS + number_of("member", member), place)


def segments_met(audience: Audience) -> tuple[str, ...]:
    """In the order in which they are gone through."""
    return tuple(dict.fromkeys(audience.segments))


def _listed(table: Table, tenant: str, segment: str | None, after: str | None, shards: range) -> Iterator[str]:
    if segment is None:
        yield from listed_members(table, tenant, after, shards)
        return
    yield from map(segments.listed_member, listed_in_segment(table, tenant, segment, after, shards))
