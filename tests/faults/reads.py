"""What is only looked at, as cases: each through every page there is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from chalicelib.areas.access.operations import authenticate
from chalicelib.areas.feeds.operations import daily_counts
from chalicelib.areas.jobs.operations import get_operation, list_operations
from chalicelib.areas.members.model import Identifier
from chalicelib.areas.members.operations import find_member, get_member, list_members
from chalicelib.areas.orders.operations import find_order, get_order, list_returns
from chalicelib.areas.programs.operations import get_program, get_tenant, list_programs
from chalicelib.areas.rewards.model import Wish
from chalicelib.areas.rewards.operations import ALL, get_reward, list_rewards, value_of_points
from chalicelib.areas.rules.operations import get_rule, list_rules
from chalicelib.areas.tiers.operations import get_tiers
from chalicelib.errors import Refused
from chalicelib.flows import read_analytics
from chalicelib.flows.available_rewards import available_rewards, validate_redemptions
from chalicelib.flows.evaluate_cart import CartQuestion, evaluate_cart
from chalicelib.flows.list_expiries import list_expiries
from chalicelib.flows.list_member_orders import list_member_orders
from chalicelib.flows.list_redemptions import get_redemption, list_redemptions
from chalicelib.flows.read_feed import read_feed
from chalicelib.flows.read_histogram import read_histogram
from chalicelib.flows.read_liability import read_liability
from chalicelib.flows.read_metrics import read_metrics
from chalicelib.flows.read_program_histogram import read_program_histogram
from chalicelib.flows.read_statement import Wanted, read_statement
from chalicelib.flows.trace_earning import trace_earning
from chalicelib.flows.trace_spend import trace_spend
from chalicelib.flows.verify_tenant import verify_tenant
from chalicelib.kit.periods import day_of, local_day
from tests.faults.built import at_work
from tests.faults.case import NOTHING, Case
from tests.faults.fed import spoilt
from tests.faults.world import World
from tests.twins import by_hand, fresh, rewarded
from tests.twins.bookshop import BookShop, card, dry, sale
from tests.unit.flows.wishes import bag_of, second_entry, third_entry

Looked = Callable[[World, BookShop], Any]


def paged(page_of: Callable[[str | None], Any]) -> list[Any]:
    items: list[Any] = []
    cursor = None
    while True:
        page = page_of(cursor)
        items += page.items
        if page.next_cursor is None or not page.items:
            return items
        cursor = page.next_cursor


def counts(world: World, shop: BookShop) -> object:
    today = local_day(shop.clock.now(), "UTC")
    return daily_counts(shop.rt, shop.caller, today - 1, today)


def refused_again(world: World, shop: BookShop) -> str:
    """What is ordered cannot be ordered: that counts if nobody has changed the redemption meanwhile."""
    with pytest.raises(Refused) as refused:
        rewarded.deliver(shop, world.names["ada"], bag_of(world.names["ada"]), "ordered", dry())
    return refused.value.code


YEAR = day_of(date(2026, 1, 1)), day_of(date(2026, 12, 31))
YEARS = day_of(date(2026, 1, 1)), day_of(date(2027, 12, 31))
LOOKED: dict[str, Looked] = {
    "authenticate": lambda world, shop: authenticate(shop.rt, world.names["key"], world.names["secret"]),
    "get_member": lambda world, shop: get_member(shop.rt, shop.caller, world.names["ada"]),
    "find_member": lambda world, shop: find_member(shop.rt, shop.caller, Identifier(type="card", value="0001")),
    "list_members": lambda world, shop: paged(lambda cursor: list_members(shop.rt, shop.caller, 1, cursor)),
    "get_order": lambda world, shop: get_order(shop.rt, shop.caller, world.names["order"]),
    "find_order": lambda world, shop: find_order(shop.rt, shop.caller, "B1"),
    "list_returns": lambda world, shop: list_returns(shop.rt, shop.caller, world.names["order"]),
    "list_member_orders": lambda world, shop: paged(
        lambda cursor: list_member_orders(shop.rt, shop.caller, world.names["bob"], 1, cursor)
    ),
    "read_account": lambda world, shop: shop.account(world.names["bob"]),
    "list_holds": lambda world, shop: by_hand.holds(shop, world.names["ada"]),
    "list_expiries": lambda world, shop: list_expiries(shop.rt, shop.caller, (world.names["ada"], 1)),
    "list_pending": lambda world, shop: by_hand.pending(shop, world.names["ada"]),
    "read_statement": lambda world, shop: paged(
        lambda cursor: read_statement(shop.rt, shop.caller, (world.names["bob"], 1), 2, cursor)
    ),
    "read_statement, by state": lambda world, shop: paged(
        lambda cursor: read_statement(shop.rt, shop.caller, (world.names["ada"], 1), 2, cursor, Wanted(state="any"))
    ),
    "read_histogram": lambda world, shop: read_histogram(
        shop.rt, shop.caller, (world.names["bob"], 1), "points", (day_of(date(2026, 1, 1)), day_of(date(2027, 12, 31)))
    ),
    "read_program_histogram": lambda world, shop: read_program_histogram(
        shop.rt, shop.caller, 1, None, (day_of(date(2026, 1, 1)), day_of(date(2027, 12, 31)))
    ),
    "read_liability": lambda world, shop: read_liability(shop.rt, shop.caller, 1),
    "read_metrics": lambda world, shop: read_metrics(shop.rt, shop.caller, (world.names["bob"], 1), YEAR),
    "analyse_members": lambda world, shop: read_analytics.analyse_members(shop.rt, shop.caller, YEARS),
    "analyse_orders": lambda world, shop: read_analytics.analyse_orders(shop.rt, shop.caller, 1, YEARS),
    "analyse_tiers": lambda world, shop: read_analytics.analyse_tiers(shop.rt, shop.caller, 1, YEARS),
    "analyse_referrals": lambda world, shop: read_analytics.analyse_referrals(shop.rt, shop.caller, YEARS),
    "past_account": lambda world, shop: shop.account(world.names["bob"], "2026-01-01"),
    "trace_spend": lambda world, shop: trace_spend(
        shop.rt, shop.caller, world.names["ada"], third_entry(world.names["ada"])
    ),
    "trace_earning": lambda world, shop: trace_earning(
        shop.rt, shop.caller, world.names["ada"], second_entry(world.names["ada"])
    ),
    "prove_account": lambda world, shop: shop.proof(world.names["bob"]),
    "evaluate_cart": lambda world, shop: evaluate_cart(
        shop.rt, shop.caller, fresh(), CartQuestion(sale("B3", 40_00), card("0009"), {"points": 10})
    ),
    "simulate_order": lambda world, shop: shop.simulate(card("0009"), sale("B3", 40_00)),
    "read_feed": lambda world, shop: paged(lambda cursor: read_feed(shop.rt, shop.caller, 2, cursor)),
    "daily_counts": counts,
    "get_operation": lambda world, shop: get_operation(shop.rt, shop.caller, world.names["operation"]),
    "list_operations": lambda world, shop: list_operations(shop.rt, shop.caller, 10, None),
    "get_tenant": lambda world, shop: get_tenant(shop.rt, shop.caller),
    "list_programs": lambda world, shop: list_programs(shop.rt, shop.caller),
    "get_program": lambda world, shop: get_program(shop.rt, shop.caller, 1),
    "list_rules": lambda world, shop: list_rules(shop.rt, shop.caller, 1),
    "get_rule": lambda world, shop: get_rule(shop.rt, shop.caller, 1, "base"),
    "verify_tenant": lambda world, shop: list(verify_tenant(shop.rt, shop.caller.tenant, threads=1)),
    "list_rewards": lambda world, shop: paged(lambda cursor: list_rewards(shop.rt, shop.caller, 1, ALL, (), 1, cursor)),
    "get_reward": lambda world, shop: get_reward(shop.rt, shop.caller, 1, "bag", ()),
    "value_of_points": lambda world, shop: value_of_points(shop.rt, shop.caller, 1, "money", Wish(points=10)),
    "available_rewards": lambda world, shop: paged(
        lambda cursor: available_rewards(shop.rt, shop.caller, world.names["ada"], 1, 0, (), 1, cursor)
    ),
    "validate_redemptions": lambda world, shop: validate_redemptions(
        shop.rt, shop.caller, world.names["ada"], 1, [("bag", Wish())]
    ),
    "change_delivery, refused": refused_again,
    "list_redemptions": lambda world, shop: paged(
        lambda cursor: list_redemptions(shop.rt, shop.caller, world.names["ada"], 1, 1, cursor)
    ),
    "get_redemption": lambda world, shop: get_redemption(
        shop.rt, shop.caller, world.names["ada"], bag_of(world.names["ada"])
    ),
    "get_tiers": lambda world, shop: get_tiers(shop.rt, shop.caller, 1),
}
READS = (
    *(Case(name, "read", at_work, looked, mends=NOTHING) for name, looked in LOOKED.items()),
    Case("verify_tenant, what differs", "read", spoilt, LOOKED["verify_tenant"], mends=NOTHING, lawful=False),
)
