"""What a limit for all costs the operation that takes from it: two write units, and nothing more until a slice is short."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from chalicelib.table.memory import MemoryTable
from chalicelib.table.meter import Cost
from tests.twins import caller_of, fresh, runtime_on
from tests.twins.bookshop import dry, refused
from tests.twins.rationed import Rationed, taken

OWN = Cost(query=1, transact=1, read_units=1, write_units=2, index_units=1)  # the taker's journal, and an entry in it
SLICE = 2


@dataclass(frozen=True)
class Priced:
    shop: Rationed
    table: MemoryTable

    def __call__(self, act: Callable[[], object]) -> Cost:
        """The configuration is in memory, and just asked for."""
        self.shop.quota()
        before = self.table.meter.cost
        act()
        return self.table.meter.cost - before


@pytest.fixture
def price() -> Priced:
    table = MemoryTable()
    return Priced(Rationed(runtime_on(table)[0], caller_of()), table)


def beside(cost: Cost) -> Cost:
    """What it takes beyond the taker's own."""
    return cost - OWN


def emptied(price: Priced, who: str) -> Rationed:
    """Of 1,000 there is nothing left where they take from."""
    price.shop.limit(1_000)
    quota = price.shop.quota()
    price.shop.take(who, quota.share(quota.slice_of(who)))
    return price.shop


@pytest.mark.parametrize("total", [10, 100, 1_000, 10**9])
def test_taking_costs_two_units_and_no_request_however_much_there_is(price: Priced, total: int) -> None:
    price.shop.limit(total)
    assert beside(price(lambda: price.shop.take("ada", 1))) == Cost(write_units=SLICE)
    assert beside(price(lambda: price.shop.take("bob", 2))) == Cost(write_units=SLICE)


def test_giving_back_costs_the_same(price: Priced) -> None:
    price.shop.limit(1_000)
    had = taken(price.shop.take("ada", 5))
    assert beside(price(lambda: price.shop.give_back("ada", had))) == Cost(write_units=SLICE)


def test_whose_slice_is_short_pays_a_refusal_one_query_and_one_slice_more(price: Priced) -> None:
    shop = emptied(price, "ada")
    refusal = Cost(query=1, transact=1, read_units=1, write_units=2)  # the whole decision is made again
    assert beside(price(lambda: shop.take("ada", 1))) - refusal == Cost(query=1, read_units=1, write_units=2 * SLICE)
    assert beside(price(lambda: shop.take("ada", 1))) == Cost(write_units=SLICE)


def test_who_finds_nothing_left_reads_it_once_and_notes_it(price: Priced) -> None:
    price.shop.limit(1_000)
    price.shop.take("ada", 1_000)

    def ask() -> None:
        with refused("stock_gone"):
            price.shop.take("bob", 1)

    found = price(ask)
    assert (found.query, found.get, found.transact) == (3, 1, 2)  # journal, slices, journal; revision; refusal, note
    assert price(ask) == Cost(query=1, read_units=1)


def test_a_trial_reads_the_slices_and_writes_nothing(price: Priced) -> None:
    price.shop.limit(1_000)
    price.shop.take("bob", 1)
    assert price(lambda: price.shop.take("ada", 1, command=dry())) == Cost(query=2, read_units=2)


@pytest.mark.parametrize(
    ("before", "after", "slices"), [(10, 20, 1), (10, 1_000, 16), (1_000, 900, 16), (5_000, 10, 16)]
)
def test_another_total_costs_a_query_and_its_slices(price: Priced, before: int, after: int, slices: int) -> None:
    price.shop.limit(before)
    plain = price(lambda: price.shop.limit(before))
    price.shop.take("ada", 5)
    assert price(lambda: price.shop.limit(after, command=fresh())) - plain == Cost(
        query=1, read_units=1, write_units=slices * SLICE
    )


def test_all_slices_together_are_one_read_unit(price: Priced) -> None:
    price.shop.limit(10**15)
    for number in range(200):
        price.shop.take(f"mem_{number}", 10**9)
    assert price(price.shop.stand) == Cost(query=1, read_units=1)
