"""A tenant's configuration: read whole, cached for five seconds, changed one commit at a time."""

from __future__ import annotations

from random import Random

import pytest

from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from chalicelib.table.config import TENANTS_KEPT, ConfigChanged, Name, read_config, stream_of
from chalicelib.table.config_commit import Change, change_config
from chalicelib.table.journal import Head, entries_query, entry_from, verified
from chalicelib.table.memory import MemoryTable
from tests.twins import StandingClock, caller_of, fresh, runtime_on
from tests.twins.bookshop import dry, keyed
from tests.twins.faulty import FaultyTable

COLOUR, SIZE = Name("setting", "colour"), Name("setting", "size")


def put(
    rt: Runtime, name: Name, value: str, tenant: str = "shop", command: Command | None = None
) -> Committed[ConfigChanged]:
    return change_config(rt, caller_of(tenant), command or fresh(), "put", lambda _: Change(name, {"value": value}))


def value_of(rt: Runtime, name: Name, tenant: str = "shop") -> str | None:
    known = rt.config.load(rt.table, tenant).get(name)
    return None if known is None else str(known.body["value"])


@pytest.fixture
def table() -> MemoryTable:
    return MemoryTable()


def process(table: MemoryTable) -> tuple[Runtime, StandingClock]:
    return runtime_on(table)


def test_what_a_process_has_written_it_reads(table: MemoryTable) -> None:
    rt, _ = process(table)
    assert value_of(rt, COLOUR) is None
    put(rt, COLOUR, "red")
    assert value_of(rt, COLOUR) == "red"
    put(rt, COLOUR, "blue")
    assert value_of(rt, COLOUR) == "blue"


def test_another_process_sees_it_within_five_seconds(table: MemoryTable) -> None:
    rt, clock = process(table)
    put(rt, COLOUR, "red")
    assert value_of(rt, COLOUR) == "red"
    put(process(table)[0], COLOUR, "blue")
    clock.elapsed += 4.9
    assert value_of(rt, COLOUR) == "red"
    clock.elapsed += 0.2
    assert value_of(rt, COLOUR) == "blue"


def test_what_reading_costs(table: MemoryTable) -> None:
    rt, clock = process(table)
    put(rt, COLOUR, "red")
    for elapsed, (gets, queries) in [(0.0, (0, 1)), (4.9, (0, 0)), (0.2, (1, 0)), (4.9, (0, 0)), (0.2, (1, 0))]:
        clock.elapsed += elapsed
        before = table.meter.cost
        rt.config.load(table, "shop")
        cost = table.meter.cost - before
        assert (cost.get, cost.query, cost.requests) == (gets, queries, gets + queries)


def test_a_tenant_with_no_configuration_is_asked_for_once_as_well(table: MemoryTable) -> None:
    rt, _ = process(table)
    assert rt.config.load(table, "new").revision == 0
    before = table.meter.cost
    rt.config.load(table, "new")
    assert table.meter.cost == before


def test_tenants_do_not_see_each_other(table: MemoryTable) -> None:
    rt, _ = process(table)
    put(rt, COLOUR, "red")
    put(rt, COLOUR, "blue", tenant="other")
    assert (value_of(rt, COLOUR), value_of(rt, COLOUR, "other")) == ("red", "blue")


def test_a_process_keeps_the_tenants_it_asked_for_last(table: MemoryTable) -> None:
    rt, clock = process(table)
    for number in range(TENANTS_KEPT):
        rt.config.load(table, f"tenant-{number}")
    clock.elapsed += 6
    rt.config.load(table, "tenant-0")
    rt.config.load(table, "one more")
    before = table.meter.cost
    rt.config.load(table, "tenant-0")
    rt.config.load(table, "one more")
    assert table.meter.cost == before
    rt.config.load(table, "tenant-1")
    assert (table.meter.cost - before).query == 1


def test_what_is_derived_lives_as_long_as_its_revision(table: MemoryTable) -> None:
    rt, clock = process(table)
    built: list[int] = []

    def derived() -> str:
        config = rt.config.load(table, "shop")

        def build() -> str:
            built.append(config.revision)
            return f"of {config.revision}"

        return config.derived("key", build)

    put(rt, COLOUR, "red")
    assert [derived(), derived()] == ["of 1", "of 1"]
    clock.elapsed += 6
    assert derived() == "of 1"
    put(rt, SIZE, "large")
    assert derived() == "of 2"
    assert built == [1, 2]


def test_a_change_is_an_entry_and_counts_the_revision_on(table: MemoryTable) -> None:
    rt, _ = process(table)
    put(rt, COLOUR, "red")
    put(rt, SIZE, "large")
    put(rt, COLOUR, "blue")
    config = read_config(table, "shop")
    assert config.revision == 3
    stream = stream_of("shop", COLOUR)
    entries = [entry_from(stream, attrs) for attrs in table.query(entries_query(stream, 1, 99)).items]
    assert [(entry.sequence, entry.header["config_version"]) for entry in entries] == [(1, 1), (2, 3)]
    assert [entry.facts[0]["body"] for entry in entries] == [{"value": "red"}, {"value": "blue"}]
    assert verified(entries[0], Head())
    assert verified(entries[1], entries[0].head)
    known = config.get(COLOUR)
    assert known is not None
    assert known.head == entries[1].head


def test_two_changes_at_once_are_two_revisions() -> None:
    table = FaultyTable(MemoryTable())
    rt, _ = runtime_on(table)
    other, _ = runtime_on(table.table)
    table.meanwhile = lambda transactions: transactions == 0 and put(other, SIZE, "large")
    put(rt, COLOUR, "red")
    config = read_config(table, "shop")
    assert config.revision == 2
    assert set(config.aggregates) == {COLOUR, SIZE}


def test_a_change_with_a_key_is_made_once(table: MemoryTable) -> None:
    rt, _ = process(table)
    first = put(rt, COLOUR, "red", command=keyed("k"))
    put(rt, COLOUR, "blue")
    again = put(rt, COLOUR, "red", command=keyed("k"))
    assert again == Committed(first.answer, replayed=True)
    assert value_of(rt, COLOUR) == "blue"


def test_a_dry_run_changes_nothing(table: MemoryTable) -> None:
    rt, _ = process(table)
    answer = change_config(rt, caller_of(), dry(), "put", lambda _: Change(COLOUR, {"value": "red"})).answer
    assert answer.body == {"value": "red"}
    assert value_of(rt, COLOUR) is None


def test_a_configuration_larger_than_a_page_is_read_whole(table: MemoryTable) -> None:
    rt, _ = process(table)
    for number in range(5):
        put(rt, Name("setting", f"{number}"), Random(number).randbytes(250_000).hex())
    before = table.meter.cost
    config = read_config(table, "shop")
    assert (table.meter.cost - before).query > 1
    assert len(config.aggregates) == config.revision == 5
