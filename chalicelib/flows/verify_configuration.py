"""Verify a tenant's configuration: each part is what its last change says, and the revision counts every change.

reads    1 Query of the configuration, 1 Query of the journal of each of its parts; again where something differs

A part that cannot be read is told, and its journal followed nevertheless.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Any, TypeVar

from chalicelib.flows.verify_stream import Aggregate, Difference, Place, unreadable, verify_stream
from chalicelib.flows.verify_tally import Tally
from chalicelib.flows.verify_undone import LOOKS, PAUSE_SECONDS
from chalicelib.runtime import Runtime
from chalicelib.table import config
from chalicelib.table.config import ConfigChanged, stream_of
from chalicelib.table.items import UNREADABLE
from chalicelib.table.journal import Entry, entries_query
from chalicelib.table.pages import every_item
from chalicelib.table.patient import PatientTable
from chalicelib.table.placeholders import is_placeholder
from chalicelib.table.protocol import Attrs, Table

_LAST = 99_999_999
_WHOLE = "configuration"

ReadT = TypeVar("ReadT")


def verify_configuration(rt: Runtime, tenant: str) -> tuple[tuple[Difference, ...], Tally]:
    """What differs at every look, and what the entries add up to."""
    table = PatientTable(rt)
    tally = Tally()
    different = list(_look(table, tenant, tally))
    for _ in range(LOOKS - 1):
        if not different:
            break
        rt.clock.sleep(PAUSE_SECONDS)
        tally = Tally()
        again = list(_look(table, tenant, tally))
        different = [one for one in different if one in again]
    return tuple(different), tally


def _look(table: Table, tenant: str, tally: Tally) -> Iterator[Difference]:
    """All of the configuration is read before any of its journals."""
    revision: int | None = 0
    changes = 0
    for attrs in list(every_item(table, config.config_query(tenant))):
        name = config.name_of(attrs)
        if name is None:
            revision = yield from _read(Place(_WHOLE, "its revision"), config.revision_from, attrs)
        else:
            place = Place(f"{name.kind} {name.id}", _WHOLE)
            kept = yield from _read(place, config.aggregate_from, attrs)
            changes += yield from _part(
                table, Aggregate(place, stream_of(tenant, name), None if kept is None else kept.head), kept, tally
            )
    if revision not in (changes, None):
        yield Difference(_WHOLE, f"its revision is {revision} after {changes} changes")


def _read(place: Place, read: Callable[[Attrs], ReadT], attrs: Attrs) -> Generator[Difference, None, ReadT | None]:
    """None for what cannot be read, which is told."""
    try:
        return read(attrs)
    except UNREADABLE as why:
        yield Difference(place.owner, f"{place.name} {unreadable(why)}")
        return None


def _part(
    table: Table, part: Aggregate, kept: config.Aggregate | None, tally: Tally
) -> Generator[Difference, None, int]:
    """Answers how many changes it has seen."""
    said: Mapping[str, Any] | None = None
    changes = 0

    def see(entry: Entry) -> None:
        nonlocal said, changes
        tally.add_entry(entry)
        if part.covers(entry):
            changes += 1
            said = None if is_placeholder(entry) else _said(entry)

    yield from verify_stream(part, every_item(table, entries_query(part.stream, 1, _LAST)), see)
    if kept is not None and said is not None and said != kept.body:
        yield Difference(part.place.owner, f"{_WHOLE}: it is not what its last change says")
    return changes


def _said(entry: Entry) -> Mapping[str, Any] | None:
    """The whole definition after the change."""
    bodies = [fact.get("body") for fact in entry.facts if fact.get("type") == ConfigChanged.type]
    return bodies[-1] if bodies else None
