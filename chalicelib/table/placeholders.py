"""What stands for a journal entry that this version of the code cannot read, for a newer one wrote it before a step back.

Whatever its schema, an entry has its keys, its time and whether it is quiet outside of its body, each where every version
looks for it. That is enough to hand it on: by its place, under the one type `entry.unreadable`, with the schema it needs.
"""

from __future__ import annotations

import re
from typing import Any

from chalicelib.errors import NewerDataError
from chalicelib.kit.clock import Instant
from chalicelib.table.damaged import DamagedItemError, readable
from chalicelib.table.items import UNREADABLE, newer_schema
from chalicelib.table.journal import Entry, EntryItem, Stream, entry_from
from chalicelib.table.protocol import Attrs

UNREADABLE_ENTRY = "entry.unreadable"
_TIME = re.compile("[0-9]{13}")


def entry_or_placeholder(stream: Stream, attrs: Attrs) -> Entry:
    """A placeholder for an entry of a newer schema, and only for such; raises one of UNREADABLE for what is damaged."""
    schema = newer_schema(EntryItem, attrs)
    if schema is None:
        return entry_from(stream, attrs)
    return placeholder(stream, *readable(_place, attrs), schema, quiet="quiet" in attrs)


def entry_for_reader(stream: Stream, sequence: int, recorded_at: Instant, attrs: Attrs | None) -> Entry:
    """A placeholder for what is damaged or gone as well, which needs no schema: a reader of the feed must come on."""
    try:
        return entry_or_placeholder(stream, attrs or {})
    except UNREADABLE:
        return placeholder(stream, sequence, recorded_at, None)


def stand_in(stream: Stream, sequence: int, attrs: Attrs) -> Entry:
    """A placeholder for whatever lies under an entry's key, at the time that the index has it, if that is one."""
    try:
        _, recorded_at = readable(_place, attrs)
    except DamagedItemError:
        recorded_at = 0
    return placeholder(stream, sequence, recorded_at, None, quiet="quiet" in attrs)


def _place(attrs: Attrs) -> tuple[int, Instant]:
    """Sequence and time, where every schema has them."""
    told = attrs["gsi2sk"]["S"]
    if not _TIME.fullmatch(told):
        raise ValueError("the index has it at no time")
    return int(attrs["sk"]["S"].rsplit("#", 1)[1]), int(told)


def placeholder(
    stream: Stream, sequence: int, recorded_at: Instant, schema: int | None, *, quiet: bool = False
) -> Entry:
    header: dict[str, Any] = {
        "operation": UNREADABLE_ENTRY,
        "actor": ["unknown", "", ""],
        "recorded_at": recorded_at,
        "effective_at": recorded_at,
    }
    needed = {} if schema is None else {"schema": schema}
    hushed = {"publish": False} if quiet else {}
    return Entry(stream, sequence, header | hushed, ({"type": UNREADABLE_ENTRY, "v": 1, **needed},), None, "")


def is_placeholder(entry: Entry) -> bool:
    return bool(entry.header["operation"] == UNREADABLE_ENTRY)


def must_be_read(entry: Entry, named: str) -> None:
    """For whoever writes it down for good. Raises what says that it cannot be read."""
    if not is_placeholder(entry):
        return
    where = f"{entry.key.pk} {entry.key.sk}: {named}"
    if schema_of(entry) is None:
        raise DamagedItemError(f"{where} cannot be read")
    raise NewerDataError("newer_data", f"{where} was written by a newer version, which can read it.")


def schema_of(entry: Entry) -> int | None:
    """Which schema a placeholder asks for."""
    needed: int | None = entry.facts[0].get("schema")
    return needed
