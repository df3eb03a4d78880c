"""A file earns by the rules of the moment at which it was read, all of it; the next one by those in force then."""

from __future__ import annotations

from functools import partial

import pytest

from chalicelib.areas.accounts import store as accounts
from chalicelib.aws.memory_queues import failed_of, sqs_event
from chalicelib.events.imports import imports
from chalicelib.table.config import Config, read_config
from chalicelib.table.config_pin import PinnedConfig, packed_config, unpacked_config
from chalicelib.table.journal import entry_from
from chalicelib.table.memory import MemoryTable
from tests.twins.bookshop import FIRST, BookShop, card, open_shop, per_euro, rule, sale
from tests.unit.imports.drops import Importing, importing, sold

TWICE = [per_euro(2)]
LINES = [sold(f"A-{number}", str(number), "10.00") for number in range(6)]


def config_of(shop: BookShop) -> Config:
    return read_config(shop.rt.table, shop.caller.tenant)


def deliver(shop: Importing) -> None:
    one = shop.queues.waiting["imports"].pop(0)
    assert failed_of(shop.consume, sqs_event("imports", [one])) == set()


def config_versions(shop: Importing, *cards: str) -> set[int]:
    """Of the first entry in the account of each."""
    found: set[int] = set()
    for number in cards:
        stream = accounts.stream("shop", shop.shop.member_with(number), 1)
        stored = shop.rt.table.get(stream.key(1))
        assert stored is not None
        found.add(entry_from(stream, stored).header["config_version"])
    return found


def balances(shop: Importing, *cards: str) -> list[int]:
    return [shop.shop.balance(shop.shop.member_with(number)) for number in cards]


def test_rules_changed_between_two_chunks_change_nothing_of_the_file_and_all_of_the_next() -> None:
    shop = importing()
    before = config_of(shop.shop).revision
    operation = shop.drop(*LINES, parts=1, chunk_rows=2)
    deliver(shop)
    deliver(shop)
    assert len(shop.accounts()) == 2
    shop.shop.define(rule(effects=TWICE))
    shop.work()
    assert shop.operation(operation.operation_id).state == "done"
    everybody = [str(number) for number in range(6)]
    assert balances(shop, *everybody) == [10] * 6
    assert config_versions(shop, *everybody) == {before}
    shop.imported(sold("B-1", "next", "10.00"), key="imports/shop/orders/july.csv")
    assert balances(shop, "next") == [20]
    assert config_versions(shop, "next") == {before + 1}


def test_a_till_goes_by_the_new_rules_while_the_file_goes_by_the_old() -> None:
    shop = importing()
    shop.drop(*LINES, parts=1, chunk_rows=2)
    deliver(shop)
    shop.shop.define(rule(effects=TWICE))
    shop.shop.buy(card("5"), sale("TILL", 10_00))
    shop.work()
    assert balances(shop, "0", "5") == [10, 30]


def test_a_file_dropped_after_a_change_goes_by_it_even_where_somebody_held_the_old_rules_in_memory() -> None:
    table = MemoryTable()
    shop = importing(table)
    shop.rt.config.load(shop.rt.table, "shop")
    shop.shop.at_another_till(table).define(rule(effects=TWICE))
    shop.drop(*LINES, parts=1)
    (route,) = shop.queues.waiting["imports"]
    shop.queues.waiting["imports"] = []
    assert failed_of(partial(imports, shop.rt), sqs_event("imports", [route])) == set()  # within the same second
    shop.work()
    assert balances(shop, "0") == [20]


def test_what_is_pinned_is_the_whole_configuration_and_of_one_tenant() -> None:
    shop = open_shop(rules=(rule(), rule("welcome", when=FIRST)))
    known = config_of(shop)
    assert unpacked_config(packed_config(known)) == known
    pin = PinnedConfig(known)
    pin.forget("shop")
    assert pin.load(shop.rt.table, "shop") is known
    with pytest.raises(LookupError, match="other"):
        pin.load(shop.rt.table, "other")
