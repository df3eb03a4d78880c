"""The active rules replayed give exactly what they gave: whatever lives members and groups have led, by whatever rules."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.areas.orders.model import Sale
from chalicelib.areas.rules.model import Rule
from chalicelib.flows.start_simulation import MAX_DAYS, SimulationAsked
from chalicelib.kit.periods import local_day
from tests.simulation.run import drawn, lived
from tests.twins import at
from tests.twins.bookshop import FIRST, POINTS, card, fixed, member, open_shop, per_euro, rule, sale
from tests.twins.grouped import household, leave
from tests.unit.replayed.trying import asked, replayed
from tests.unit.rules.any_shop import carts, rule_sets


def given_by_rules(report: dict[str, Any], side: str) -> dict[tuple[str, str], Any]:
    """By rule and tier: how many orders and accounts, and how much of each unit."""
    found = {}
    for one in report["rules"]:
        for told in ({"tier": ""} | one, *one["tiers"]):
            gave = told[side]
            found[one["rule_id"], told["tier"]] = tuple(gave.get(name) for name in ("orders", "accounts", "credited"))
    return found


@pytest.mark.parametrize("seed", range(0, 12, 2))
def test_after_any_lives_of_members_and_groups(seed: int) -> None:
    """Late orders, returns, caps, groups that form and part, lost answers and tills at once included. In shops of odd seeds rules
    also take off prices and give stamps: what is recorded of rules is points, and stamps are not replayed."""
    world, failure = lived(seed, drawn(seed, 80))
    assert failure is None
    today = local_day(world.clock.now(), world.program.zone)
    report = replayed(world.shop, SimulationAsked(today - MAX_DAYS + 1, today))
    recorded = given_by_rules(report, "recorded")
    assert given_by_rules(report, "active") == given_by_rules(report, "simulated") == recorded
    assert sum(gave[0] or 0 for gave in recorded.values()) > 0


def test_of_rules_that_ask_what_the_account_was_before_each_order() -> None:
    """Of a member, of a household, and of one who leaves it; late, in debt, with points that wait and that have passed."""
    rules = (
        rule("base", effects=[per_euro()]),
        rule("first", when=FIRST, effects=[fixed(1)]),
        rule("loyal", when={"times": "orders", "per": "month", "at_least": 2}, effects=[fixed(2)]),
        rule("rich", when={"ask": "balance.points", "at_least": 200}, effects=[fixed(4)]),
        rule("gold", effects=[{"kind": "multiply", "unit": "points", "by_tier": {"silver": "2", "gold": "3"}}]),
        rule("twice", effects=[fixed(16)], limits={"per_member": [{"per": "month", "times": 2}]}),
        rule("most", effects=[per_euro()], limits={"per_member": [{"per": "ever", "amount": 300, "unit": "points"}]}),
        rule("ours", when={"ask": "member.group", "is": True}, effects=[fixed(8)]),
    )
    waits = {"expiry": {"type": "days", "days": 20}, "available_after": 5}
    shop = open_shop(now="2026-03-01", rules=rules, program={"units": [POINTS | {"policies": [waits]}]})
    ada, bob = shop.member("ada"), shop.member("bob")
    home = ""
    for number, (on, buyer) in enumerate(
        [("01", ada), ("08", bob), ("09", ada), ("15", bob), ("28", ada), ("30", bob)]
    ):
        shop.clock.at = at(f"2026-03-{on}")
        shop.buy(member(buyer), sale(f"S{number}", 180_00, on=f"2026-03-{on}"))
        shop.buy(member(buyer), sale(f"L{number}", 30_00, on="2026-02-20"))
        if number == 1:
            home = household(shop, ada, bob)
        if number == 3:
            leave(shop, home, bob)
    report = replayed(shop, asked(last="2026-03-30"))
    recorded = given_by_rules(report, "recorded")
    assert given_by_rules(report, "active") == recorded
    assert [name for name, tier in recorded if not tier and recorded[name, tier][0]] == sorted(
        one.rule_id for one in rules
    )


@settings(max_examples=20, deadline=timedelta(seconds=20))
@given(rule_sets(most=5), st.lists(carts(), min_size=1, max_size=4))
def test_of_any_rules_and_any_carts(rules: list[Rule], sold: list[Sale]) -> None:
    """Rules on carts take nothing off what is recorded, and nothing off what is replayed as recorded."""
    shop = open_shop(rules=rules, program={"units": [POINTS, POINTS | {"code": "stamps"}]})
    for number, cart in enumerate(sold):
        shop.buy(card("ada"), cart.model_copy(update={"number": f"A{number}"}))
    report = replayed(shop, asked())
    recorded, active = given_by_rules(report, "recorded"), given_by_rules(report, "active")
    assert {place: gave[2] for place, gave in active.items() if gave[2]} == {
        place: gave[2] for place, gave in recorded.items() if gave[2]
    }
    assert report["in_all"]["sold"]["orders"] == len(sold)
