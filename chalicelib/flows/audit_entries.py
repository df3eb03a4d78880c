"""What reading the log by time and reading it by entity share: entries by the hundred, and how each is told."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.areas.audit.model import AuditActor, AuditEntry, entity_of
from chalicelib.areas.audit.refusals import Refusal
from chalicelib.flows.read_feed import told_fact
from chalicelib.kit.clock import Instant
from chalicelib.table.feed import name_of, owner_of
from chalicelib.table.items import compact_json
from chalicelib.table.journal import Entry, Stream, published
from chalicelib.table.placeholders import entry_for_reader, must_be_read
from chalicelib.table.protocol import Table

LOOKED_AT = 300  # entries, at most, for one page
READ_TOGETHER = 100

Wherefrom = tuple[Stream, int, Instant]  # and about when, should it be there no more


def entries_of(table: Table, places: Sequence[Wherefrom]) -> list[AuditEntry]:
    """In their order. 1 BatchGet."""
    return [*map(audited, _read(table, places))]


def whole_entries_of(table: Table, places: Sequence[Wherefrom]) -> list[AuditEntry]:
    """The same for whoever writes them down for good: raises what says that one cannot be read."""
    entries = _read(table, places)
    for entry in entries:
        must_be_read(entry, "this entry")
    return [*map(audited, entries)]


def _read(table: Table, places: Sequence[Wherefrom]) -> list[Entry]:
    found = table.batch_get([stream.key(sequence) for stream, sequence, _ in places]) if places else {}
    return [entry_for_reader(stream, sequence, at, found.get(stream.key(sequence))) for stream, sequence, at in places]


def size_of(entry: AuditEntry) -> int:
    return len(compact_json(entry.facts))


def audited(entry: Entry) -> AuditEntry:
    kind, actor_id, name = entry.header["actor"]
    types = tuple(dict.fromkeys(str(fact["type"]) for fact in entry.facts))
    return AuditEntry(
        entry_id=name_of(entry),
        entity=entity_of(owner_of(entry.stream)),
        program_id=entry.stream.program or None,
        operation=entry.header["operation"],
        types=types,
        recorded_at=entry.recorded_at,
        effective_at=entry.effective_at,
        actor=AuditActor(kind=kind, id=actor_id, name=name),
        channel=entry.header.get("channel", ""),
        request_id=entry.header.get("request_id", ""),
        quiet=not published(entry),
        facts=tuple(map(told_fact, entry.facts)),
    )


def audited_refusal(one: Refusal, name: str) -> AuditEntry:
    """As an entry of nobody's journal."""
    return AuditEntry(
        entry_id=name.replace("#", ":"),
        entity="",
        program_id=None,
        operation=one.operation,
        types=(one.type,),
        recorded_at=one.at,
        effective_at=one.at,
        actor=AuditActor(kind="api_key", id=one.key_id, name=one.key_name),
        channel="api",
        request_id=one.request_id,
        quiet=True,
        facts=({"type": one.type, "v": 1, "code": one.code, "times": one.times},),
    )
