"""The contract of the table's reads, kept by the twin, by moto and by DynamoDB Local."""

from __future__ import annotations

from itertools import chain

import pytest

from chalicelib.table.protocol import (
    MAX_ITEM_BYTES,
    Attrs,
    Below,
    Between,
    Delete,
    InvalidRequest,
    Key,
    Prefix,
    Put,
    Query,
    SortRange,
    Table,
)
from tests.store.table_items import (
    BEER,
    RUM,
    WINE,
    all_pages,
    due,
    fill,
    fresh,
    item,
    keys_of,
    listed,
    sized,
)

# --- batches ---------------------------------------------------------------------------------------------------------


def test_a_batch_reads_what_is_there(table: Table) -> None:
    table.transact([Put(item(BEER, left=1)), Put(item(WINE))], fresh())
    assert table.batch_get([BEER, RUM, WINE]) == {BEER: item(BEER, left=1), WINE: item(WINE)}
    assert table.batch_get([]) == {}


def test_a_batch_reads_a_hundred_large_items(table: Table, engine: str) -> None:
    count = 10 if engine == "moto" else 50
    keys = [Key("cellar", f"{n:02}") for n in range(count)]
    table.batch_put(sized(key, 390_000) for key in keys)
    assert set(table.batch_get(keys)) == set(keys)


@pytest.mark.parametrize(
    "keys",
    [[Key("bar", str(n)) for n in range(101)], [BEER, WINE, BEER], [Key("", "beer")], [BEER, Key("bar", "")]],
    ids=["101 keys", "one key twice", "empty pk", "empty sk"],
)
def test_a_batch_of_impossible_keys_is_refused(table: Table, engine: str, keys: list[Key]) -> None:
    if engine == "moto" and not all(map(all, keys)):
        pytest.skip("moto looks for empty keys and finds nothing")
    with pytest.raises(InvalidRequest):
        table.batch_get(keys)


def test_any_number_of_items_can_be_put(table: Table) -> None:
    fill(table, [f"{n:03}" for n in range(60)])
    table.batch_put([])
    assert len(table.query(Query("shelf")).items) == 60


def test_items_put_in_a_batch_replace_and_are_indexed(table: Table) -> None:
    table.batch_put([listed(BEER, "1", card="old")])
    table.batch_put([listed(BEER, "2", card="new")])
    assert table.query(Query("list", index="gsi1")).items == (listed(BEER, "2", card="new"),)


@pytest.mark.parametrize(
    "bad",
    [[item(BEER), item(BEER)], [item(Key("bar", ""))], [sized(BEER, MAX_ITEM_BYTES + 1)]],
    ids=["one key twice", "empty sk", "too large"],
)
def test_a_batch_with_an_impossible_item_is_refused_whole(table: Table, engine: str, bad: list[Attrs]) -> None:
    if engine == "moto" and "body" in bad[0]:
        pytest.skip("moto puts what stands before an item that is too large")
    with pytest.raises(InvalidRequest):
        table.batch_put([item(WINE), *bad])
    assert table.get(WINE) is None


# --- queries ---------------------------------------------------------------------------------------------------------


def test_a_partition_is_read_in_the_order_of_utf8_bytes(table: Table) -> None:
    in_order = ["A", "Z", "a", "z", "ä", "ł", "ヽ", "\uffee", "🍺"]
    fill(table, in_order[::-1])
    assert keys_of(table.query(Query("shelf"))) == in_order
    assert keys_of(table.query(Query("shelf", reverse=True))) == in_order[::-1]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (Below("J"), ["A#1", "B", "I"]),
        (Below("B"), ["A#1"]),
        (Below("A"), []),
        (Between("B", "J"), ["B", "I", "J"]),
        (Between("C", "C"), []),
        (Between("J", "J"), ["J"]),
        (Prefix("J"), ["J", "J#1", "J#2"]),
        (Prefix("J#"), ["J#1", "J#2"]),
        (Prefix("X"), []),
        (Prefix("🍺"), ["🍺", "🍺🍺"]),
    ],
)
def test_ranges_of_sort_keys(table: Table, sort: SortRange, expected: list[str]) -> None:
    fill(table, ["A#1", "B", "I", "J", "J#1", "J#2", "K", "🍺", "🍺🍺"])
    fill(table, ["B", "J#1"], pk="another shelf")
    assert keys_of(table.query(Query("shelf", sort))) == expected
    assert keys_of(table.query(Query("shelf", sort, reverse=True))) == expected[::-1]
    assert list(chain(*all_pages(table, Query("shelf", sort, limit=1)))) == expected


def test_pages_of_a_limit(table: Table) -> None:
    fill(table, list("abcde"))
    assert all_pages(table, Query("shelf", limit=2)) == [["a", "b"], ["c", "d"], ["e"]]
    assert all_pages(table, Query("shelf", limit=2, reverse=True)) == [["e", "d"], ["c", "b"], ["a"]]


def test_a_full_page_names_the_next_even_if_nothing_is_behind(table: Table, engine: str) -> None:
    if engine == "moto":
        pytest.skip("moto looks ahead and leaves the start key out")
    fill(table, list("ab"))
    assert table.query(Query("shelf", limit=2)).next == {"pk": "shelf", "sk": "b"}
    assert table.query(Query("shelf", limit=3)).next is None


def test_a_page_may_start_behind_an_item_that_has_gone(table: Table) -> None:
    fill(table, list("abcd"))
    first = table.query(Query("shelf", limit=2))
    table.transact([Delete(Key("shelf", "b"))], fresh())
    assert keys_of(table.query(Query("shelf", start=first.next))) == ["c", "d"]
    assert keys_of(table.query(Query("shelf", start=first.next, reverse=True))) == ["a"]


def test_a_page_ends_at_one_megabyte(table: Table, engine: str) -> None:
    table.batch_put(sized(Key("cellar", f"{n}"), 400_000) for n in range(5))
    if engine == "moto":
        assert all_pages(table, Query("cellar")) == [["0", "1"], ["2", "3"], ["4"]]  # it ends before 1 MB is full
    else:
        assert all_pages(table, Query("cellar")) == [["0", "1", "2"], ["3", "4"]]
    assert all_pages(table, Query("cellar", limit=2)) == [["0", "1"], ["2", "3"], ["4"]]


@pytest.mark.parametrize(
    "query",
    [Query(""), Query("shelf", Prefix("")), Query("shelf", Below("")), Query("shelf", Between("", "b"))],
    ids=["pk", "prefix", "end", "first"],
)
def test_an_empty_key_is_refused(table: Table, query: Query) -> None:
    with pytest.raises(InvalidRequest):
        table.query(query)


@pytest.mark.parametrize(
    "query",
    [
        Query("shelf", Between("c", "b")),
        Query("shelf", limit=0),
        Query("list", index="gsi1", start={"pk": "shelf", "sk": "b"}),
        Query("shelf", start={"pk": "shelf"}),
        Query("shelf", start={"pk": "shelf", "sk": ""}),
        Query("shelf", start={"pk": "another", "sk": "b"}),
        Query("shelf", Prefix("a"), start={"pk": "shelf", "sk": "b"}),
    ],
    ids=[
        "backwards",
        "limit 0",
        "start of the table on an index",
        "half a start",
        "empty start",
        "start of another partition",
        "start outside of the range",
    ],
)
def test_impossible_ranges_and_starts_are_refused(table: Table, engine: str, query: Query) -> None:
    if engine == "moto":
        pytest.skip("moto answers these")
    with pytest.raises(InvalidRequest):
        table.query(query)


def test_an_expired_item_stays_readable_until_it_is_swept(table: Table) -> None:
    table.transact([Put(item(BEER, ttl=1))], fresh())
    assert table.get(BEER) == item(BEER, ttl=1)


# --- indexes ---------------------------------------------------------------------------------------------------------


def test_the_first_index_shows_keys_and_card(table: Table) -> None:
    table.transact([Put(listed(BEER, "1", card="Beer", price=3)), Put(item(WINE, card="Wine"))], fresh())
    assert table.query(Query("list", index="gsi1")).items == (listed(BEER, "1", card="Beer"),)


def test_the_others_show_keys_only(table: Table) -> None:
    table.transact(
        [Put(due(BEER, "2026-01-31", card="Beer")), Put(item(WINE, gsi2pk="h", gsi2sk="1", card="W"))], fresh()
    )
    assert table.query(Query("due", index="gsi3")).items == (due(BEER, "2026-01-31"),)
    assert table.query(Query("h", index="gsi2")).items == (item(WINE, gsi2pk="h", gsi2sk="1"),)


def test_an_item_with_half_a_key_is_not_in_the_index(table: Table) -> None:
    table.transact([Put(item(BEER, gsi1pk="list")), Put(item(WINE, gsi1sk="1"))], fresh())
    assert table.query(Query("list", index="gsi1")).items == ()


def test_an_index_follows_what_is_written(table: Table) -> None:
    def days() -> list[str]:
        return [entry["gsi3sk"]["S"] for entry in table.query(Query("due", index="gsi3")).items]

    table.transact([Put(due(BEER, "2026-01-31")), Put(due(WINE, "2026-01-15"))], fresh())
    assert days() == ["2026-01-15", "2026-01-31"]
    table.transact([Put(due(WINE, "2026-02-15"))], fresh())
    assert days() == ["2026-01-31", "2026-02-15"]
    table.transact([Put(item(BEER))], fresh())
    assert days() == ["2026-02-15"]
    table.transact([Delete(WINE)], fresh())
    assert days() == []


def test_ranges_of_an_index_speak_of_its_own_keys(table: Table) -> None:
    table.batch_put(due(Key("bar", f"{9 - n}"), f"2026-01-{n:02}") for n in range(1, 10))
    until = Query("due", Below("2026-01-04"), index="gsi3")
    assert keys_of(table.query(until)) == ["8", "7", "6"]
    assert all_pages(table, Query("due", Between("2026-01-02", "2026-01-06"), "gsi3", 2)) == [
        ["7", "6"],
        ["5", "4"],
        ["3"],
    ]


@pytest.mark.parametrize("reverse", [False, True])
def test_items_with_one_index_key_are_all_paged_through(table: Table, reverse: bool) -> None:
    table.batch_put(listed(Key(f"bar{n % 3}", f"{n}"), "same") for n in range(9))
    pages = all_pages(table, Query("list", index="gsi1", limit=2, reverse=reverse))
    assert [len(page) for page in pages] == [2, 2, 2, 2, 1]
    assert sorted(chain(*pages)) == [f"{n}" for n in range(9)]


def test_the_start_key_of_an_index_names_all_four_keys(table: Table) -> None:
    table.batch_put([listed(BEER, "1"), listed(WINE, "2")])
    page = table.query(Query("list", index="gsi1", limit=1))
    assert page.next == {"pk": "bar", "sk": "beer", "gsi1pk": "list", "gsi1sk": "1"}
