"""The journal: entries that follow each other without a gap, and show whoever tampered with them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from chalicelib.kit.facts import Fact
from chalicelib.table.journal import (
    Entry,
    Head,
    Header,
    Stream,
    entries_query,
    entry_from,
    entry_put,
    new_entry,
    verified,
)
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Query, TransactionCancelled
from tests.twins import at, caller_of

STREAM = Stream("shop", "shop#M#mem_00000000001", 1)
NOON = at("2026-06-15")


@dataclass(frozen=True, slots=True)
class Noted(Fact):
    type = "noted"

    what: str


def entry(head: Head, what: str = "note", private: dict[str, str] | None = None, place: str = "") -> Entry:
    header = Header("note_it", "cmd", caller_of(), NOON + 1, NOON, 7, place)
    return new_entry(STREAM, head, header, [Noted(what)], private)


def stored_and_read(table: MemoryTable, *entries: Entry) -> list[Entry]:
    for number, one in enumerate(entries):
        table.transact([entry_put(one)], f"token-{number}")
    return [entry_from(STREAM, attrs) for attrs in table.query(entries_query(STREAM, 1, 99)).items]


def test_an_entry_comes_back_as_it_was_written() -> None:
    first = entry(Head(), private={"salt": "s", "name": "Ada"}, place="till 1")
    assert stored_and_read(MemoryTable(), first) == [replace(first, facts=({"type": "noted", "v": 1, "what": "note"},))]
    assert first.header == {
        "operation": "note_it",
        "command": "cmd",
        "actor": ["api_key", "key_1", "till"],
        "request_id": "req-1",
        "channel": "native",
        "recorded_at": NOON + 1,
        "effective_at": NOON,
        "config_version": 7,
        "previous": "",
        "place": "till 1",
        "private_digest": first.header["private_digest"],
    }


def test_entries_follow_each_other_and_stand_in_order() -> None:
    first = entry(Head(), "one")
    second = entry(first.head, "two")
    read = stored_and_read(MemoryTable(), first, second)
    assert [one.sequence for one in read] == [1, 2]
    assert verified(read[0], Head())
    assert verified(read[1], read[0].head)


def test_no_place_is_taken_twice() -> None:
    table = MemoryTable()
    stored_and_read(table, entry(Head(), "one"))
    with pytest.raises(TransactionCancelled) as cancelled:
        table.transact([entry_put(entry(Head(), "instead"))], "another")
    assert cancelled.value.reasons == ("ConditionalCheckFailed",)


def test_streams_of_two_programs_of_one_member_are_apart() -> None:
    table = MemoryTable()
    stored_and_read(table, entry(Head(), "one"))
    other = replace(STREAM, program=2)
    assert not table.query(entries_query(other, 1, 99)).items
    table.transact([entry_put(replace(entry(Head(), "two"), stream=other))], "t")
    assert len(table.query(entries_query(other, 1, 99)).items) == 1


@pytest.mark.parametrize(
    "tamper",
    [
        lambda one: replace(one, facts=({"type": "noted", "v": 1, "what": "much more"},)),
        lambda one: replace(one, header={**one.header, "actor": ["api_key", "key_2", "thief"]}),
        lambda one: replace(one, sequence=3),
        lambda one: replace(one, private={"salt": "s", "name": "Eve"}),
        lambda one: replace(one, header={**one.header, "previous": "0" * 32}),
    ],
    ids=["facts", "header", "place", "private", "order"],
)
def test_whatever_is_edited_shows(tamper: object) -> None:
    first = entry(Head())
    second = entry(first.head, private={"salt": "s", "name": "Ada"})
    assert verified(second, first.head)
    assert callable(tamper)
    assert not verified(tamper(second), first.head)


def test_an_entry_left_out_shows() -> None:
    first = entry(Head())
    third = entry(entry(first.head).head)
    assert not verified(third, first.head)


def test_erasing_what_is_private_breaks_no_chain() -> None:
    first = entry(Head(), private={"salt": "s", "name": "Ada"})
    assert verified(replace(first, private=None), Head())


def test_the_same_name_under_another_salt_has_another_digest() -> None:
    one, other = (entry(Head(), private={"salt": salt, "name": "Ada"}) for salt in ("s", "t"))
    assert one.header["private_digest"] != other.header["private_digest"]


def test_entries_are_listed_by_tenant_and_hour() -> None:
    table = MemoryTable()
    first = entry(Head())
    stored_and_read(table, first)
    shard = int(first.hash[:2], 16) % 16
    [found] = table.query(Query(f"shop#E#2026061512#{shard:02}", index="gsi2")).items
    assert found["sk"] == {"S": "J#0001#00000001"}
