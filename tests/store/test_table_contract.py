"""The contract of the table's writes, kept by the twin, by moto and by DynamoDB Local."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib.table.protocol import (
    MAX_ITEM_BYTES,
    Absent,
    AsRead,
    Attrs,
    Check,
    Delete,
    Equals,
    InvalidRequest,
    Key,
    Lacks,
    Page,
    Present,
    Put,
    Query,
    Table,
    TransactionCancelled,
    Write,
)
from tests.store.table_items import (
    BEER,
    RUM,
    WINE,
    fresh,
    item,
    keys_of,
    listed,
    sized,
)

FAILED = "ConditionalCheckFailed"


# --- reading and writing ---------------------------------------------------------------------------------------------


def test_what_was_put_can_be_read(table: Table) -> None:
    stored: Attrs = {
        **item(BEER, price=350, name="Łódź stout 🍺", empty=""),
        "raw": {"B": b"\x00\xff"},
        "sold": {"BOOL": True},
        "gone": {"NULL": True},
        "tags": {"L": [{"S": "dark"}, {"M": {"abv": {"N": "7.5"}}}]},
    }
    table.transact([Put(stored)], fresh())
    assert table.get(BEER) == stored


def test_nothing_is_read_where_nothing_is(table: Table) -> None:
    assert table.get(BEER) is None
    assert table.query(Query("bar")) == Page((), None)


def test_a_put_replaces_the_whole_item(table: Table) -> None:
    table.transact([Put(item(BEER, price=1, old="x"))], fresh())
    table.transact([Put(item(BEER, price=2))], fresh())
    assert table.get(BEER) == item(BEER, price=2)


def test_a_delete_removes_the_item_and_may_be_repeated(table: Table) -> None:
    table.transact([Put(item(BEER))], fresh())
    table.transact([Delete(BEER)], fresh())
    table.transact([Delete(BEER)], fresh())
    assert table.get(BEER) is None


def test_numbers_come_back_in_normal_form(table: Table, engine: str) -> None:
    if engine == "moto":
        pytest.skip("moto gives a number back as it was written")
    written = {"a": "0030.50", "b": "1e5", "c": "-0", "d": "1E-7", "e": "100", "f": "-0.10"}
    table.transact([Put({**item(BEER), **{name: {"N": text} for name, text in written.items()}})], fresh())
    stored = table.get(BEER) or {}
    assert [stored[name]["N"] for name in written] == ["30.5", "100000", "0", "0.0000001", "100", "-0.1"]


def test_what_a_reader_does_to_an_item_stays_with_the_reader(table: Table) -> None:
    mine = item(BEER, price=1)
    table.transact([Put(mine)], fresh())
    mine["price"]["N"] = "2"
    answer: Any = table.get(BEER)
    answer["price"]["N"] = "3"
    assert table.get(BEER) == item(BEER, price=1)


# --- transactions ----------------------------------------------------------------------------------------------------


def test_a_transaction_writes_all_of_it(table: Table) -> None:
    table.transact([Put(item(BEER, left=1)), Put(item(WINE))], fresh())
    table.transact([Put(item(RUM), Absent()), Delete(WINE, Present()), Check(BEER, Equals("left", 1))], fresh())
    assert keys_of(table.query(Query("bar"))) == ["beer", "rum"]


def test_a_cancelled_transaction_writes_nothing_and_says_why_for_each_write(table: Table) -> None:
    table.transact([Put(item(BEER, left=1, of="Kraków"))], fresh())
    writes: list[Write] = [
        Put(item(RUM), Absent()),
        Put(item(BEER), Absent()),
        Delete(WINE, Present()),
        Check(Key("bar", "gin"), Equals("left", 1)),
        Put(item(Key("bar", "mead"))),
    ]
    with pytest.raises(TransactionCancelled) as cancelled:
        table.transact(writes, fresh())
    assert cancelled.value.reasons == (None, FAILED, FAILED, FAILED, None)
    assert keys_of(table.query(Query("bar"))) == ["beer"]


@pytest.mark.parametrize(
    ("write", "passes"),
    [
        (Put(item(BEER), Absent()), False),
        (Put(item(RUM), Absent()), True),
        (Put(item(BEER), Present()), True),
        (Put(item(RUM), Present()), False),
        (Put(item(BEER), Equals("left", 3)), True),
        (Put(item(BEER), Equals("left", 4)), False),
        (Put(item(BEER), Equals("left", "3")), False),
        (Put(item(BEER), Equals("of", "Kraków")), True),
        (Put(item(BEER), Equals("of", "Lwów")), False),
        (Put(item(BEER), Equals("nothing", 3)), False),
        (Put(item(BEER), Lacks("nothing")), True),
        (Put(item(BEER), Lacks("left")), False),
        (Put(item(RUM), Lacks("left")), False),
        (Put(item(RUM), Equals("left", 3)), False),
        (Put(item(BEER), AsRead({"left": {"N": "3"}, "of": {"S": "Kraków"}, "nothing": None})), True),
        (Put(item(BEER), AsRead({"left": {"N": "3"}, "of": {"S": "Lwów"}})), False),
        (Put(item(BEER), AsRead({"left": None})), False),
        (Put(item(BEER), AsRead({"nothing": {"N": "3"}})), False),
        (Put(item(BEER), AsRead({"nothing": None})), True),
        (Put(item(RUM), AsRead({"nothing": None})), False),
        (Delete(BEER, Equals("left", 3)), True),
        (Delete(BEER, Equals("left", 4)), False),
        (Delete(RUM, Absent()), True),
        (Check(BEER, Present()), True),
        (Check(BEER, Absent()), False),
        (Check(BEER, Equals("left", 3)), True),
    ],
)
def test_conditions(table: Table, write: Write, passes: bool) -> None:
    table.transact([Put(item(BEER, left=3, of="Kraków"))], fresh())
    if passes:
        table.transact([write], fresh())
    else:
        with pytest.raises(TransactionCancelled) as cancelled:
            table.transact([write], fresh())
        assert cancelled.value.reasons == (FAILED,)


def test_an_item_is_as_it_was_read_while_nobody_has_changed_a_byte_of_it(table: Table) -> None:
    stored = {**item(BEER, status="open"), "raw": {"B": b"\x00\xff"}}
    table.transact([Put(stored)], fresh())
    as_read = AsRead({"raw": {"B": b"\x00\xff"}, "status": {"S": "open"}})
    table.transact([Put({**stored, "raw": {"B": b"\x00\xfe"}}, as_read)], fresh())
    with pytest.raises(TransactionCancelled):
        table.transact([Put(stored, as_read)], fresh())


def test_a_condition_may_name_an_attribute_that_is_a_reserved_word(table: Table) -> None:
    table.transact([Put(item(BEER, status="open"))], fresh())
    table.transact([Put(item(BEER, status="shut"), Equals("status", "open"))], fresh())
    assert table.get(BEER) == item(BEER, status="shut")


def test_a_hundred_writes_are_one_transaction(table: Table) -> None:
    table.transact([Put(item(Key("bar", f"{n:03}"))) for n in range(100)], fresh())
    assert len(table.query(Query("bar")).items) == 100


@pytest.mark.parametrize(
    "writes",
    [
        [Put(item(Key("bar", f"{n:03}"))) for n in range(101)],
        [Put(item(BEER)), Delete(BEER)],
        [Check(BEER, Absent()), Put(item(BEER))],
        [Put(item(Key("", "beer")))],
        [Put(item(Key("bar", "")))],
        [Put(item(BEER)), Put(sized(WINE, MAX_ITEM_BYTES + 1))],
        [Put(item(BEER, gsi1pk="", gsi1sk="x"))],
        [Put(item(BEER, gsi1sk=""))],
        [Put(item(Key("bar" + "r" * 2046, "beer")))],
        [Put(item(Key("bar", "b" * 1025)))],
        [Put(listed(BEER, "x" * 1025))],
    ],
    ids=[
        "too many writes",
        "put and delete of one key",
        "check and put of one key",
        "empty pk",
        "empty sk",
        "too large",
        "empty index pk",
        "empty index sk alone",
        "long pk",
        "long sk",
        "long index sk",
    ],
)
def test_a_transaction_that_breaks_a_limit_is_our_defect_and_writes_nothing(table: Table, writes: list[Write]) -> None:
    with pytest.raises(InvalidRequest):
        table.transact(writes, fresh())
    assert table.query(Query("bar")).items == ()


@pytest.mark.parametrize(
    "writes",
    [
        [],
        [Put({"pk": {"S": "bar"}})],
        [Put(item(BEER, gsi2pk=1, gsi2sk="x"))],
        [Put(sized(Key("bar", f"{n:02}"), 400_000)) for n in range(11)],
        [Put({**item(BEER), "price": {"N": "abc"}})],
        [Put({**item(BEER), "price": {"N": "1" * 39}})],
        [Put({**item(BEER), "price": {"N": "1", "S": "x"}})],
        [Put({**item(BEER), "tags": {"SS": []}})],
    ],
    ids=[
        "nothing",
        "no sk",
        "number as index key",
        "4 MB in all",
        "no number",
        "39 digits",
        "two types",
        "empty set",
    ],
)
def test_limits_that_moto_does_not_know(table: Table, engine: str, writes: list[Write]) -> None:
    if engine == "moto":
        pytest.skip("moto takes these, the real engine refuses them")
    with pytest.raises(InvalidRequest):
        table.transact(writes, fresh())
    assert table.query(Query("bar")).items == ()


def test_the_largest_item_goes_in(table: Table, engine: str) -> None:
    if engine == "moto":
        pytest.skip("moto refuses an item of exactly 400 KB")
    table.transact([Put(sized(BEER, MAX_ITEM_BYTES))], fresh())
    assert table.get(BEER) is not None


# --- tokens ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def table_with_tokens(table: Table, engine: str) -> Table:
    if engine == "moto":
        pytest.skip("moto ignores the token and applies a repeated transaction again")
    return table


def test_the_same_transaction_sent_twice_is_applied_once(table_with_tokens: Table) -> None:
    opening: list[Write] = [Put(item(BEER, left=1), Absent())]
    token = fresh()
    table_with_tokens.transact(opening, token)
    table_with_tokens.transact([Delete(BEER)], fresh())
    table_with_tokens.transact(opening, token)
    assert table_with_tokens.get(BEER) is None


def test_a_token_is_refused_for_other_writes(table_with_tokens: Table) -> None:
    token = fresh()
    table_with_tokens.transact([Put(item(BEER, left=1))], token)
    with pytest.raises(InvalidRequest):
        table_with_tokens.transact([Put(item(BEER, left=2))], token)
    assert table_with_tokens.get(BEER) == item(BEER, left=1)


def test_a_cancelled_transaction_leaves_its_token_free(table_with_tokens: Table) -> None:
    token = fresh()
    with pytest.raises(TransactionCancelled):
        table_with_tokens.transact([Check(BEER, Present())], token)
    table_with_tokens.transact([Put(item(BEER))], token)
    assert table_with_tokens.get(BEER) == item(BEER)


def test_a_token_has_at_most_36_characters(table_with_tokens: Table) -> None:
    table_with_tokens.transact([Put(item(BEER))], fresh().ljust(36, "x"))
    with pytest.raises(InvalidRequest):
        table_with_tokens.transact([Put(item(WINE))], fresh().ljust(37, "x"))


# --- many at once ----------------------------------------------------------------------------------------------------


def test_of_writers_on_one_version_at_most_one_wins(table: Table, engine: str) -> None:
    """Two at once may both be told to try again; never do both succeed."""
    if engine == "moto":
        pytest.skip("moto loses writes under threads")
    table.transact([Put(item(BEER, version=0))], fresh())

    def write(version: int) -> bool:
        try:
            table.transact([Put(item(BEER, version=version + 1), Equals("version", version))], fresh())
        except TransactionCancelled:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        for version in range(5):
            won = list(pool.map(write, [version] * 8)).count(True)
            assert won == 1 or (won == 0 and write(version))
    assert table.get(BEER) == item(BEER, version=5)
