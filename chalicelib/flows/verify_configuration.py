"""Verify a tenant's configuration: each part is what its last change says, and the revision counts every change.

reads    1 Query of the configuration, 1 Query of the journal of each of its parts; again where something differs
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from typing import Any

from chalicelib.flows.verify_members import LOOKS, PAUSE_SECONDS
from chalicelib.flows.verify_stream import Aggregate, Difference, Place, verify_stream
from chalicelib.flows.verify_tally import Tally
from chalicelib.runtime import Runtime
from chalicelib.table import config
from chalicelib.table.config import ConfigChanged, Name, read_config, stream_of
from chalicelib.table.journal import Entry, entries_query
from chalicelib.table.pages import every_item
from chalicelib.table.patient import PatientTable
from chalicelib.table.placeholders import is_placeholder
from chalicelib.table.protocol import Table

_LAST = 99_999_999


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
    known = read_config(table, tenant)
    changes = 0
    for name, aggregate in known.aggregates.items():
        changes += yield from _part(table, tenant, name, aggregate, tally)
    if changes != known.revision:
        yield Difference("configuration", f"its revision is {known.revision} after {changes} changes")


def _part(
    table: Table, tenant: str, name: Name, kept: config.Aggregate, tally: Tally
) -> Generator[Difference, None, int]:
    """Answers how many changes it has seen."""
    stream = stream_of(tenant, name)
    part = Aggregate(Place(f"{name.kind} {name.id}", "configuration"), stream, kept.head)
    said: Mapping[str, Any] | None = None
    changes = 0

    def see(entry: Entry) -> None:
        nonlocal said, changes
        tally.add_entry(entry)
        if part.covers(entry):
            changes += 1
            said = None if is_placeholder(entry) else _said(entry)

    yield from verify_stream(part, every_item(table, entries_query(stream, 1, _LAST)), see)
    if said is not None and said != kept.body:
        yield Difference(part.place.owner, "configuration: it is not what its last change says")
    return changes


def _said(entry: Entry) -> Mapping[str, Any] | None:
    """The whole definition after the change."""
    bodies = [fact.get("body") for fact in entry.facts if fact.get("type") == ConfigChanged.type]
    return bodies[-1] if bodies else None
