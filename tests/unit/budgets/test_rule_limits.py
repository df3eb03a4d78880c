"""What limits of rules cost a purchase: nothing where no limited rule gives anything, nothing for limits of members, two
write units for each limit for all and each budget."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.areas.rules.model import Rule
from chalicelib.flows.evaluate_cart import CartQuestion, evaluate_cart
from chalicelib.flows.look_at_rule import look_at_rule
from chalicelib.table.memory import MemoryTable
from chalicelib.table.meter import Cost
from tests.twins import fresh, happenings, perked
from tests.twins.bookshop import BookShop, dry, goods_back, member, open_shop, rule, sale
from tests.twins.limited import a, gift, points

SLICE = 2
SALE = Cost(query=1, transact=1, write_units=6, index_units=2)
RETURN = Cost(get=1, query=1, transact=1, write_units=8, index_units=2)
BOTH = gift(5, a("day", 99), in_all=10_000, budget=points(10_000))


@dataclass(frozen=True)
class Till:
    shop: BookShop
    table: MemoryTable
    ada: str

    def price(self, act: Callable[[], object]) -> Cost:
        """The configuration is in memory. Reads are counted as requests."""
        self.shop.rt.config.load(self.table, self.shop.caller.tenant)
        before = self.table.meter.cost
        act()
        cost = self.table.meter.cost - before
        return cost - Cost(read_units=cost.read_units)

    def sale(self, number: str) -> Cost:
        return self.price(lambda: self.shop.buy(member(self.ada), sale(number)))


def till(*rules: Rule) -> Till:
    """Ada has bought before."""
    table = MemoryTable()
    shop = open_shop(table, rules=(rule(), *rules))
    ada = shop.member("ada")
    shop.buy(member(ada), sale("before"))
    return Till(shop, table, ada)


@pytest.mark.parametrize(
    ("limited", "slices"),
    [
        (gift(5, a("day", 99), {"per": "month", "amount": 900, "unit": "points"}), 0),
        (gift(5, in_all=10), 1),
        (gift(5, in_all=10_000), 1),
        (gift(5, budget=points(10_000)), 1),
        (BOTH, 2),
        (gift(5, in_all=10, more={"audience": {"places": ["elsewhere"]}}), 0),
    ],
)
def test_a_sale_costs_two_units_for_each_limit_for_all(limited: Rule, slices: int) -> None:
    assert till(limited).sale("A1") == SALE + Cost(write_units=slices * SLICE)


@pytest.mark.parametrize(("limits", "slices"), [({"per_member": [a("day", 99)]}, 0), ({"in_all": 10_000}, 1)])
def test_whatever_it_gives_and_whatever_sets_it_off_a_limit_for_all_costs_two_units(
    limits: dict[str, Any], slices: int
) -> None:
    def price(**fields: Any) -> tuple[Cost, Cost]:
        """Of a sale, and of coming by."""
        at = till()
        perked.offer(at.shop, "cup", perked.TREAT)
        for on in ("order", "check_in"):
            at.shop.define(rule(on, trigger={"on": on}, effects=[{"kind": "grant_perk", "perk": "cup"}], **fields))
        visit = happenings.check_in()
        return at.sale("A1"), at.price(lambda: happenings.record(at.shop, at.ada, visit))

    more = Cost(write_units=slices * SLICE)
    assert price(limits=limits) == tuple(cost + more for cost in price())


def test_a_sale_without_limited_rules_costs_what_it_did() -> None:
    assert till().sale("A1") == SALE


def test_a_return_costs_two_units_for_each_that_it_gives_back_to() -> None:
    at = till(BOTH)
    at.sale("A1")
    order = at.shop.order_id("A1")
    some = at.price(lambda: at.shop.bring_back(order, goods_back("R1", 50_00, quantity="0.5")))
    assert some == RETURN + Cost(write_units=SLICE)
    assert at.price(lambda: at.shop.bring_back(order, goods_back("R2", 50_00, quantity="0.5"))) == RETURN + Cost(
        write_units=2 * SLICE
    )


def test_what_is_known_to_be_gone_costs_nothing_to_leave_out() -> None:
    at = till(gift(5, in_all=2))
    assert at.sale("A1") == SALE + Cost(write_units=SLICE)
    found_out = at.sale("A2")
    assert (found_out.transact, found_out.query) == (
        3,
        4,
    )  # refused, noted, recorded; snapshot twice, slices, what lapsed
    assert at.sale("A3") == SALE


def test_whoever_only_asks_reads_nothing_more() -> None:
    at = till(BOTH)
    assert at.price(lambda: at.shop.simulate(member(at.ada), sale("try"))) == Cost(query=1)
    cart = CartQuestion(sale("try"), member(at.ada))
    assert at.price(lambda: evaluate_cart(at.shop.rt, at.shop.caller, fresh(), cart)) == Cost(query=1)
    assert at.price(lambda: at.shop.buy(member(at.ada), sale("A1"), dry())) == Cost(get=1, query=3)


def test_a_rule_is_defined_at_a_query_and_its_slices_more() -> None:
    at = till()
    plain = at.price(lambda: at.shop.define(gift(5)))
    assert at.price(lambda: at.shop.define(gift(5, a("day")))) == plain
    assert at.price(lambda: at.shop.define(gift(5, in_all=10))) == plain + Cost(query=1, write_units=SLICE)
    assert at.price(lambda: at.shop.define(gift(5, in_all=10))) == plain


@pytest.mark.parametrize(
    ("limited", "queries"),
    [
        (gift(5, a("day", 99)), 0),
        (gift(5, in_all=10_000), 1),
        (gift(5, budget=points(10_000)), 1),
        (BOTH, 2),
    ],
)
def test_whoever_looks_at_a_rule_pays_for_what_it_limits_for_all(limited: Rule, queries: int) -> None:
    it = till(limited)
    assert it.price(lambda: look_at_rule(it.shop.rt, it.shop.caller, 1, "gift")) == Cost(query=1 + queries)
