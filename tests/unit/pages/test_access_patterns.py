"""What docs/table.md says of keys, indexes and costs is what the table is asked and what the meter counts."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from chalicelib.table.indexes import INDEXES, index_key
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Attrs, Key, Page, Put, key_of
from infra.local.pages.access_patterns import CONFIGURED, AccessPattern, KeptItem, Place, Store, parse_store, stores
from infra.local.pages.cells import MalformedError
from infra.local.pages.table import classes_by_kind, item_classes
from tests.unit.pages.full_shop import Asked, FullShop, full_shop
from tests.unit.pages.reads import READS, known, names

ROOT = Path(__file__).resolve().parents[3]
STORES = stores()
PATTERNS = [(store, pattern) for store in STORES for pattern in store.patterns]
ITEMS = [(store, item) for store in STORES for item in store.items]
WITH_HASHES = ("id", "value", "number")  # what may have a # in it
SEVERAL = (
    "account",
    "member",
    "order",
)  # of a higher schema where there is a group or a cap: an older version goes on with all others
ENGINE = {"attributes", "dynamo", "dynamo_errors", "indexes", "limits", "memory", "meter", "ordered", "protocol"}


@pytest.fixture(scope="module")
def full() -> FullShop:
    return full_shop()


def titled(store: Store, name: str) -> str:
    return f"{store.name}: {name}"


def spelt(place: Place, full: FullShop) -> tuple[str | None, str, str]:
    """The key with the sample's names in it."""
    sk = re.sub(r"^(.*?)(\{\w+(?::0\d+)?\})…(\{\w+(?::0\d+)?\})$", r"\1\2 … \1\3", place.sk)
    return place.index, place.pk.format(**names(full)), sk.format(**names(full))


# --- reads -----------------------------------------------------------------------------------------------------------


def test_every_read_of_the_page_is_made_here() -> None:
    assert set(READS) == {(store.name, pattern.name) for store, pattern in PATTERNS}


@pytest.mark.parametrize(("store", "pattern"), PATTERNS, ids=[titled(s, p.name) for s, p in PATTERNS])
def test_a_read_asks_what_its_row_says_and_costs_what_it_says(
    store: Store, pattern: AccessPattern, full: FullShop
) -> None:
    rt, table = full.asking()
    known(rt, full)
    table.asked.clear()
    before = full.table.meter.cost
    answer = READS[store.name, pattern.name](rt, full)
    assert answer.items if isinstance(answer, Page) else answer
    cost = full.table.meter.cost - before
    if pattern.cost == CONFIGURED:
        assert (table.asked, cost.requests) == ([], 0)
        _, pk, sk = spelt(pattern.place, full)
        assert full.table.get(Key(pk, sk))
        return
    request, units = told(pattern)
    assert table.asked == [Asked(request, *spelt(pattern.place, full))]
    assert cost.read_units == units


def told(pattern: AccessPattern) -> tuple[str, float]:
    """The request, and the units of all its keys."""
    words = re.match(r"1 (\w+).*, ([\d.]+) RU( each)?", pattern.cost)
    assert words
    keys = len(pattern.place.sk.split(" + ")) if words[3] else 1
    return words[1], float(words[2]) * keys


def test_every_function_of_a_store_that_reads_is_in_a_row() -> None:
    """A function that takes the table or answers a query is an access pattern; so is what nobody calls one."""
    unsaid = []
    for store in STORES:
        told_of = {function for pattern in store.patterns for function in pattern.by}
        module = importlib.import_module(store.module)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            own = function.__module__ == store.module and not name.startswith("_")
            hints = function.__annotations__
            if own and ("Table" in hints.values() or hints.get("return") == "Query") and name not in told_of:
                unsaid.append(f"{store.module}.{name}")
    assert unsaid == []


def test_nobody_else_makes_a_query() -> None:
    """Reads are asked for where the page can see them."""
    on_page = {f"{store.module.replace('.', '/')}.py" for store in STORES}
    engine = {f"chalicelib/table/{name}.py" for name in ENGINE}
    makers = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "chalicelib").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Query", "Key")
    }
    assert makers & on_page
    assert makers - on_page - engine == set()


# --- items -----------------------------------------------------------------------------------------------------------


def test_every_item_of_a_full_shop_is_where_its_row_says(full: FullShop) -> None:
    assert [(item["kind"]["S"], key_of(item)) for item in full.items if len(rows_of(item)) != 1] == []


@pytest.mark.parametrize(
    ("store", "item"),
    ITEMS,
    ids=[
        f"{i.kind} of {titled(s, ' in '.join((i.place.key, *(one.index or '' for one in i.listed))))}" for s, i in ITEMS
    ],
)
def test_a_put_costs_what_its_row_says(store: Store, item: KeptItem, full: FullShop) -> None:
    kept = [one for one in full.items if item in rows_of(one) and (not item.listed) == (not listed_in(one))]
    assert kept, f"the full shop has no {item.kind} as {store.module} describes it"
    assert item.cost in {put_cost(one) for one in kept}


@pytest.mark.parametrize("index", INDEXES)
def test_what_is_in_an_index_is_there_under_the_rows_key(index: str, full: FullShop) -> None:
    listed = [one for one in full.items if index in listed_in(one)]
    assert listed
    for one in listed:
        [row] = rows_of(one)
        assert index in [place.index for place in row.listed]


def test_items_have_the_attributes_of_their_class_and_their_version(full: FullShop) -> None:
    classes = classes_by_kind(STORES, item_classes())
    assert set(classes) == {item["kind"]["S"] for item in full.items}
    for item in full.items:
        declared = classes[item["kind"]["S"]].get_attributes()
        assert set(item) <= set(declared)
        assert {name for name, one in declared.items() if not one.null} <= set(item)
    for kind, cls in classes.items():
        schemas = {int(item["v"]["N"]) for item in full.items if item["kind"]["S"] == kind}
        assert max(schemas) == cls.get_attributes()["v"].default
        assert len(schemas) == 1 or kind in SEVERAL


def rows_of(item: Attrs) -> list[KeptItem]:
    """The rows that have this kind at this key, in these indexes and as few others as can be."""
    fitting = [row for _, row in ITEMS if row.kind == item["kind"]["S"] and fits(row, item)]
    fewest = min((len(row.listed) for row in fitting), default=0)
    return [row for row in fitting if len(row.listed) == fewest]


def fits(row: KeptItem, item: Attrs) -> bool:
    if not matched(row.place, key_of(item)):
        return False
    return all(
        any(place.index == index and matched(place, key) for place in row.listed)
        for index in INDEXES
        if (key := index_key(index, item)) is not None
    )


def matched(place: Place, key: Key) -> bool:
    return bool(re.fullmatch(form(place.pk), key.pk) and re.fullmatch(form(place.sk), key.sk))


def form(text: str) -> str:
    """`B#{program:04}` as an expression: four digits, or whatever is no #."""
    parts = re.split(r"\{(\w+)(?::0(\d+))?\}", text)
    made = re.escape(parts[0])
    for name, digits, rest in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        one = rf"\d{{{digits}}}" if digits else ".+" if name in WITH_HASHES else "[^#]+"
        made += one + re.escape(rest)
    return made


def listed_in(item: Attrs) -> list[str]:
    return [index for index in INDEXES if index_key(index, item) is not None]


def put_cost(item: Attrs) -> str:
    table = MemoryTable()
    table.transact([Put(item)], "a token")
    units = table.meter.cost
    return f"{units.write_units} WU" + (f" + {units.index_units} IU" if units.index_units else "")


# --- what is refused -------------------------------------------------------------------------------------------------

GOOD = "access pattern | key | items | cost | by\na thing | {t}#THING / S | 0–1 | 1 Get, 1 RU | read"
ITEM = "item | key | in index | cost\nthing | {t}#THING / S | – | 2 WU"


def refusal(docstring: str) -> str:
    with pytest.raises(MalformedError) as refused:
        parse_store("things", "chalicelib.areas.things.store", docstring)
    return str(refused.value)


def test_a_table_as_it_should_be_is_read() -> None:
    store = parse_store("things", "m", f"Where things are.\n\n{GOOD}\n\n{ITEM}\n\nAnd so on | whatever.")
    assert [(one.name, one.place.key, one.by) for one in store.patterns] == [("a thing", "{t}#THING / S", ("read",))]
    assert [(one.kind, one.listed, one.cost) for one in store.items] == [("thing", (), "2 WU")]


def test_an_item_may_be_in_two_indexes() -> None:
    item = ITEM.replace("–", "gsi1 {t}#ALL / {thing}, gsi2 {t}#NEW / {thing}")
    [kept] = parse_store("things", "m", f"Where things are.\n\n{GOOD}\n\n{item}").items
    assert [(place.index, place.key) for place in kept.listed] == [
        ("gsi1", "{t}#ALL / {thing}"),
        ("gsi2", "{t}#NEW / {thing}"),
    ]


@pytest.mark.parametrize(
    ("row", "told_about"),
    [
        ("a thing | {t}#THING / S | 0–1 | 1 Get, 1 RU", "has not the cells"),
        ("a thing | {t}#THING / S | | 1 Get, 1 RU | read", "has not the cells"),
        ("a thing | {t}#THING | 0–1 | 1 Get, 1 RU | read", "is no key"),
        ("a thing | gsi4 {t}#THING / S | 0–1 | 1 Get, 1 RU | read", "is no key"),
        ("a thing | {t}#{no:4} / S | 0–1 | 1 Get, 1 RU | read", "is no key"),
        ("a thing | {t}#THING / S | some | 1 Get, 1 RU | read", "is not of the form"),
        ("a thing | {t}#THING / S | 0–1 | cheap | read", "is not of the form"),
    ],
)
def test_a_malformed_row_is_refused_with_its_place(row: str, told_about: str) -> None:
    message = refusal(f"{GOOD}\n{row}")
    assert told_about in message
    assert "areas.things.store" in message


@pytest.mark.parametrize("row", ["thing | {t}#THING / S | {t}#LIST / a | 2 WU", "thing | gsi1 {t}#T / S | – | 2 WU"])
def test_an_item_is_in_the_table_and_listed_in_an_index(row: str) -> None:
    assert "`key` is the table's" in refusal(f"{GOOD}\n\n{ITEM}\n{row}")


@pytest.mark.parametrize("docstring", ["", "Where things are.", "access pattern  key  cost\na thing  THING  1 Get"])
def test_a_store_without_its_table_is_refused(docstring: str) -> None:
    assert "no access patterns" in refusal(docstring)


def test_a_store_must_say_where_it_keeps_a_class_and_a_kind_must_have_one() -> None:
    unkept: Iterable[Store] = [store for store in STORES if store.name != "orders"]
    with pytest.raises(MalformedError, match="no store says where it keeps order, return"):
        classes_by_kind(unkept, item_classes())
    with pytest.raises(MalformedError, match="no item class has the kind thing"):
        classes_by_kind([*STORES, parse_store("things", "m", f"{GOOD}\n\n{ITEM}")], item_classes())
