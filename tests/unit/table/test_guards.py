"""Guards: what a key was used for, kept for 30 days beside what it did."""

from __future__ import annotations

from chalicelib.kit.command import Command
from chalicelib.table.guards import KEPT_SECONDS, GuardItem, guard_puts, recall_guarded
from chalicelib.table.items import from_attrs
from chalicelib.table.journal import Entry, Head, Header, Stream, entry_put, new_entry
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Absent
from tests.twins import at, caller_of, fresh
from tests.twins.bookshop import keyed

NOW = at("2026-06-15")
STREAM = Stream("shop", "shop#M#mem_00000000001", 3)


def entry_of(command: Command) -> Entry:
    return new_entry(STREAM, Head(4, "h"), Header("op", command.id, caller_of(), NOW, NOW, 1), [])


def test_a_command_without_a_key_costs_no_guard_and_no_look() -> None:
    table, command = MemoryTable(), fresh()
    assert guard_puts("shop", command, entry_of(command), NOW) == ()
    assert recall_guarded(table, "shop", command) is None
    assert table.meter.cost.requests == 0


def test_a_guard_is_written_once_and_forgotten_after_thirty_days() -> None:
    [put] = guard_puts("shop", keyed("k"), entry_of(keyed("k")), NOW)
    assert put.condition == Absent()
    assert int(from_attrs(GuardItem, put.item).ttl) == NOW // 1000 + 30 * 24 * 3600
    assert KEPT_SECONDS == 30 * 24 * 3600


def test_a_key_leads_to_the_entry_it_made() -> None:
    table, command = MemoryTable(), keyed("a key with spaces # and signs, of any length" * 5)
    entry = entry_of(command)
    assert recall_guarded(table, "shop", command) is None
    table.transact([entry_put(entry), *guard_puts("shop", command, entry, NOW)], "t")
    assert recall_guarded(table, "shop", command) == entry
    assert recall_guarded(table, "other", command) is None
    assert recall_guarded(table, "shop", keyed("another")) is None


def test_a_guard_keeps_no_key_in_plain_text() -> None:
    [put] = guard_puts("shop", keyed("ada@example.org"), entry_of(keyed("ada@example.org")), NOW)
    assert "ada@example.org" not in str(put.item).replace("body of ada@example.org", "")
