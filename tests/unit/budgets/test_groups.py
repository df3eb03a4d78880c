"""A member of a group costs one request more, whatever the group has and however many are in it; nobody else pays for groups."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest

from chalicelib.areas.groups.model import Membership
from chalicelib.areas.groups.operations import get_group, list_groups, list_memberships
from chalicelib.areas.groups.store import membership_put
from chalicelib.flows.cancel_earning import cancel_earning
from chalicelib.flows.expire_earning import expire_earning
from chalicelib.flows.list_group_orders import list_group_orders
from chalicelib.flows.opened import InGroup
from chalicelib.flows.trace_earning import trace_earning
from chalicelib.flows.trace_spend import trace_spend
from chalicelib.table.memory import MemoryTable
from chalicelib.table.meter import Cost
from tests.twins import by_hand, fresh, grouped
from tests.twins.bookshop import POINTS, BookShop, goods_back, keyed, member, open_shop, sale
from tests.unit.budgets.test_budgets import BUDGETS, without_reading

DAY_MS = 86_400_000
LARGER = {1: 0, 37: 0, 366: 2}  # what an account of so many lots takes beyond one KB, in units of a transaction


@dataclass(frozen=True)
class Home:
    """Ada and Bob are in a group, whose account has so many lots; Carol and Dan are in none."""

    shop: BookShop
    table: MemoryTable
    ada: str
    bob: str
    carol: str
    dan: str
    group: str
    order: str

    def earned(self) -> str:
        """The id of what Bob earns for the group."""
        earning = self.shop.earn(self.bob, 1).answer.earning
        assert earning is not None
        return str(earning.earning_id)

    def price(self, act: Callable[[], object]) -> Cost:
        self.shop.rt.config.load(self.table, self.shop.caller.tenant)
        before = self.table.meter.cost
        act()
        return self.table.meter.cost - before


def home(lots: int = 1, who_may_spend: str = "everyone") -> Home:
    table = MemoryTable()
    unit = {**POINTS, "policies": [{"expiry": {"type": "days", "days": 1_000}}]}
    shop = open_shop(table, program={"units": [unit]})
    ada, bob, carol, dan = (shop.member(name) for name in ("ada", "bob", "carol", "dan"))
    group = grouped.household(shop, ada, bob, who_may_spend=who_may_spend)
    order = shop.buy(member(bob), sale("first")).answer.order_id
    for owner in (carol, dan):
        shop.earn(owner, 10)
    for _ in range(lots - 1):
        shop.clock.at += DAY_MS
        shop.earn(ada, 10)
    assert len(shop.account(group).wallets[0].expiring) == lots
    return Home(shop, table, ada, bob, carol, dan, group, order)


ALSO = Cost(batch_get=1)
POOLED: dict[str, tuple[Callable[[Home], object], Cost]] = {
    "evaluate": (lambda at: at.shop.simulate(member(at.bob), sale("A")), BUDGETS["evaluate by id"] + ALSO),
    "record an order": (
        lambda at: at.shop.buy(member(at.bob), sale("A")),
        BUDGETS["record an order by id"] + ALSO + Cost(index_units=1),  # it is in the group's list as well
    ),
    "earn": (lambda at: at.shop.earn(at.bob, 1), BUDGETS["earn"] + ALSO),
    "spend": (lambda at: at.shop.spend(at.bob, 1), BUDGETS["spend"] + ALSO),
    "spend with a key": (lambda at: at.shop.spend(at.bob, 1, keyed("k")), BUDGETS["spend with a key"] + ALSO),
    "spend for the group": (lambda at: grouped.spend_for(at.shop, at.group, at.bob, 1), BUDGETS["spend"] + ALSO),
    "hold": (lambda at: by_hand.hold(at.shop, at.bob, 1), BUDGETS["hold"] + ALSO),
    "earn for the group": (lambda at: at.shop.earn(InGroup(at.group, at.bob), 1), BUDGETS["earn"] + ALSO),
    "hold for the group": (lambda at: by_hand.hold(at.shop, InGroup(at.group, at.bob), 1), BUDGETS["hold"] + ALSO),
}
OF_THE_GROUP: dict[str, tuple[Callable[[Home], object], Cost]] = {
    "balance": (lambda at: at.shop.account(at.group), BUDGETS["balance"]),
    "earn by nobody": (lambda at: at.shop.earn(at.group, 1), BUDGETS["earn"]),
    "grant": (lambda at: by_hand.grant(at.shop, at.group, 1), BUDGETS["grant"]),
    "deduct": (lambda at: by_hand.deduct(at.shop, at.group, 1), BUDGETS["deduct"]),
    "pin a tier": (lambda at: at.shop.pin(at.group, "gold"), BUDGETS["pin a tier for good"]),
    "return": (  # the group's profile and account instead of the member's snapshot
        lambda at: at.shop.bring_back(at.order, goods_back("R", 10_00)),
        Cost(get=1, batch_get=1, transact=1, write_units=8, index_units=2),
    ),
}
WRITING = (POOLED.keys() | OF_THE_GROUP.keys()) - {"evaluate", "balance"}


@pytest.mark.parametrize("lots", LARGER)
def test_a_member_of_a_group_costs_one_request_more_and_the_group_none(lots: int) -> None:
    at = home(lots)
    for name, (act, budget) in (POOLED | OF_THE_GROUP).items():
        larger = Cost(write_units=LARGER[lots] if name in WRITING else 0)
        assert without_reading(at.price(partial(act, at))) == budget + larger, name


def test_the_order_that_an_earning_waits_for_costs_a_group_no_request_either() -> None:
    at, budget = home(), BUDGETS["earn, waiting for an order"]
    for who, cost in ((at.bob, budget + ALSO), (InGroup(at.group, at.bob), budget + ALSO), (at.group, budget)):
        waiting = partial(by_hand.promise, at.shop, who, 1, order_id=at.order)
        assert without_reading(at.price(waiting)) == cost, who


def test_it_does_not_matter_how_many_are_in_the_group() -> None:
    few, many = home(who_may_spend="chosen"), home(who_may_spend="chosen")
    at = many.shop.clock.now()
    puts = [
        membership_put("shop", many.group, Membership(member_id=f"mem_{number:011}", joined_at=at), new=True)
        for number in range(998)
    ]
    for start in range(0, len(puts), 100):
        many.table.transact(puts[start : start + 100], f"some {start}")
    for name, (act, _) in POOLED.items():
        if "spend" not in name and "hold" not in name:
            assert few.price(partial(act, few)) == many.price(partial(act, many)), name


@pytest.mark.parametrize("lots", LARGER)
def test_what_is_done_to_an_earning_of_a_group_costs_what_a_members_does(lots: int) -> None:
    at = home(lots)
    first, second, third = (at.earned() for _ in range(3))
    spend_id = grouped.spend_for(at.shop, at.group, at.bob, 1).answer.spend_id
    rt, caller, larger = at.shop.rt, at.shop.caller, Cost(write_units=LARGER[lots])
    acts: dict[str, tuple[Callable[[], object], Cost]] = {
        "cancel an earning": (partial(cancel_earning, rt, caller, fresh(), at.group, second), larger),
        "expire an earning": (partial(expire_earning, rt, caller, fresh(), at.group, third), larger),
        "trace of a spend": (partial(trace_spend, rt, caller, at.group, spend_id), Cost()),
        "trace of an earning": (partial(trace_earning, rt, caller, at.group, first), Cost()),
    }
    for name, (act, more) in acts.items():
        assert without_reading(at.price(act)) == BUDGETS[name] + more, name


def test_sending_costs_the_same_to_and_from_a_group() -> None:
    at = home()
    between_members = without_reading(at.price(lambda: at.shop.send(at.carol, at.dan, 1)))
    assert without_reading(at.price(lambda: at.shop.send(at.carol, at.group, 1))) == between_members
    assert without_reading(at.price(lambda: at.shop.send(at.group, at.carol, 1))) == between_members
    by = at.price(lambda: grouped.send_for(at.shop, at.group, at.bob, at.carol, 1))
    assert without_reading(by) == between_members


CHANGES: dict[str, tuple[Callable[[Home], object], Cost]] = {
    "create": (
        lambda at: grouped.found(at.shop, at.carol),
        Cost(query=1, transact=1, write_units=12, index_units=3),
    ),
    "join": (
        lambda at: grouped.join(at.shop, at.group, at.carol),
        Cost(get=1, query=1, transact=1, write_units=12, index_units=2),
    ),
    "leave": (
        lambda at: grouped.leave(at.shop, at.group, at.bob),
        Cost(batch_get=1, query=1, transact=1, write_units=12, index_units=2),
    ),
    "choose": (
        lambda at: grouped.choose(at.shop, at.group, at.bob),
        Cost(batch_get=1, transact=1, write_units=6, index_units=1),
    ),
    "rename": (
        lambda at: grouped.change(at.shop, at.group, name="The Byrons"),
        Cost(batch_get=1, transact=1, write_units=4, index_units=1),
    ),
    "name the primary member": (
        lambda at: grouped.change(at.shop, at.group, primary_member_id=at.bob),
        Cost(batch_get=1, transact=1, write_units=6, index_units=1),
    ),
    "look": (lambda at: get_group(at.shop.rt, at.shop.caller, at.group), Cost(get=1)),
    "directory": (lambda at: list_groups(at.shop.rt, at.shop.caller, 25, None), Cost(query=16, batch_get=1)),
    "orders": (
        lambda at: list_group_orders(at.shop.rt, at.shop.caller, at.group, 25, None),
        Cost(query=1, batch_get=1),
    ),
    "list": (lambda at: list_memberships(at.shop.rt, at.shop.caller, at.group, 25, None), Cost(get=1, query=1)),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_a_group_costs_its_budget(name: str) -> None:
    act, budget = CHANGES[name]
    at = home()
    assert without_reading(at.price(lambda: act(at))) == budget


def test_a_page_of_the_directory_costs_a_query_and_a_batch_however_many_there_are() -> None:
    """A page that is full goes through no more shards than it must."""
    at = home()
    for number in range(160):
        grouped.found(at.shop, at.shop.member(f"{number}"))
    page = at.price(lambda: list_groups(at.shop.rt, at.shop.caller, 5, None))
    assert without_reading(page) == Cost(query=1, batch_get=1)


def test_a_page_of_a_groups_orders_costs_the_same_however_many_there_are() -> None:
    at = home()
    for number in range(30):
        at.shop.buy(member(at.bob), sale(f"B{number}"))
    page = at.price(lambda: list_group_orders(at.shop.rt, at.shop.caller, at.group, 25, None))
    assert without_reading(page) == Cost(query=1, batch_get=1)
    nothing = grouped.household(at.shop, at.carol)
    asked = at.price(lambda: list_group_orders(at.shop.rt, at.shop.caller, nothing, 25, None))
    assert without_reading(asked) == Cost(query=1, get=1)


def test_a_return_leaves_the_order_where_its_group_lists_it() -> None:
    at = home()
    cost = at.price(lambda: at.shop.bring_back(at.order, goods_back("R", 10_00)))
    assert cost.index_units == 2  # of the entry, and of the card in its buyer's list


@pytest.mark.parametrize("lots", LARGER)
def test_who_has_left_pays_what_they_paid_before(lots: int) -> None:
    at = home(lots)
    grouped.leave(at.shop, at.group, at.bob)
    assert without_reading(at.price(lambda: at.shop.earn(at.bob, 1))).requests == BUDGETS["earn"].requests
    assert without_reading(at.price(lambda: at.shop.earn(at.carol, 1))) == BUDGETS["earn"]
