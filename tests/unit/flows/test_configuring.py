"""Programs, rules and tiers: what may be defined, and what may not be changed under members' feet."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.areas.programs.model import ProgramDefinition, TenantSettings
from chalicelib.areas.programs.operations import create_program, get_program, get_tenant, list_programs, put_tenant
from chalicelib.areas.rules.operations import get_rule, list_rules
from chalicelib.areas.rules.store import MAX_RULES
from chalicelib.areas.tiers.model import TierScheme
from chalicelib.areas.tiers.operations import get_tiers
from chalicelib.errors import NotFound
from chalicelib.flows.define_rule import define_rule
from chalicelib.flows.define_tiers import define_tiers
from chalicelib.flows.replace_program import replace_program
from chalicelib.kit.ids import MAX_PROGRAM
from chalicelib.table.config import Name
from tests.twins import fresh
from tests.twins.bookshop import (
    POINTS,
    PROGRAM,
    TIERS,
    BookShop,
    card,
    fixed,
    goods_back,
    open_shop,
    per_euro,
    refused,
    rule,
    sale,
)
from tests.twins.configured import stored


@pytest.fixture
def shop() -> BookShop:
    return open_shop()


def program(**fields: Any) -> ProgramDefinition:
    return ProgramDefinition.model_validate(PROGRAM | fields)


# --- tenant and programs -------------------------------------------------------------------------------------------------


def test_a_tenants_settings_are_replaced(shop: BookShop) -> None:
    assert get_tenant(shop.rt, shop.caller).name == "shop"
    settings = TenantSettings.model_validate({"name": "Books & Co", "member_fields": {"vegan": "boolean"}})
    put_tenant(shop.rt, shop.caller, fresh(), settings)
    assert get_tenant(shop.rt, shop.caller) == settings


def test_programs_are_numbered_from_one(shop: BookShop) -> None:
    second = create_program(shop.rt, shop.caller, fresh(), program(name="Second")).answer
    assert second.program_id == 2
    assert [one.program_id for one in list_programs(shop.rt, shop.caller)] == [1, 2]
    assert get_program(shop.rt, shop.caller, 2) == second
    for number in (0, 3, 1024):
        with refused("program_not_found", "program_id", NotFound):
            get_program(shop.rt, shop.caller, number)


def test_programs_have_an_end(shop: BookShop) -> None:
    stored(shop, (Name("program", f"{MAX_PROGRAM:04}"), {}))
    with refused("too_many_programs"):
        create_program(shop.rt, shop.caller, fresh(), program())


def test_a_unit_stays_with_its_decimals(shop: BookShop) -> None:
    stamps = {"code": "stamps", "name": "Stamps"}
    with refused("unit_in_use", "units"):
        replace_program(shop.rt, shop.caller, fresh(), 1, program(units=[stamps]))
    with refused("decimals_frozen", "units"):
        replace_program(shop.rt, shop.caller, fresh(), 1, program(units=[POINTS | {"decimals": 2}]))
    with refused("program_not_found", "program_id", NotFound):
        replace_program(shop.rt, shop.caller, fresh(), 2, program())
    replace_program(shop.rt, shop.caller, fresh(), 1, program(units=[POINTS, stamps]))
    assert [unit.code for unit in get_program(shop.rt, shop.caller, 1).units] == ["points", "stamps"]


def test_a_new_policy_moves_nothing_that_was_earned(shop: BookShop) -> None:
    ada = shop.buy(card("1"), sale("A1")).answer.member_id
    policies = [
        {"expiry": {"type": "end_of_month", "months": 12}},
        {"effective_from": "2026-06-16", "expiry": {"type": "days", "days": 1}},
    ]
    replace_program(shop.rt, shop.caller, fresh(), 1, program(units=[POINTS | {"policies": policies}]))
    shop.clock.move_to("2026-06-16")
    shop.buy(card("1"), sale("A2", 7_00, on="2026-06-16"))
    shop.buy(card("1"), sale("A3", 5_00, on="2026-06-15"))
    shop.clock.move_to("2026-06-18")
    assert shop.balance(ada) == 105


# --- rules ---------------------------------------------------------------------------------------------------------------


def test_a_rule_works_from_its_definition_on_and_is_replaced_under_its_id(shop: BookShop) -> None:
    assert shop.buy(card("1"), sale("A1")).answer.account.balances == {"points": 100}
    shop.define(rule(effects=[fixed(1)]))
    assert shop.buy(card("1"), sale("A2")).answer.account.balances == {"points": 101}
    assert [one.rule_id for one in list_rules(shop.rt, shop.caller, 1)] == ["base"]
    assert get_rule(shop.rt, shop.caller, 1, "base").effects[0].kind == "fixed"
    with refused("rule_not_found", "rule_id", NotFound):
        get_rule(shop.rt, shop.caller, 1, "another")


def test_a_rule_credits_a_unit_and_asks_for_tiers_that_are_there(shop: BookShop) -> None:
    with refused("unknown_unit", "effects.0.unit"):
        shop.define(rule(effects=[per_euro(unit="stamps")]))
    with refused("unknown_tier", "audience.tiers"):
        shop.define(rule(audience={"tiers": ["gold", "platinum"]}))
    with refused("program_not_found", "program_id", NotFound):
        define_rule(shop.rt, shop.caller, fresh(), 2, rule())
    plain = open_shop(tenant="plain", tiers=None)
    with refused("unknown_tier", "audience.tiers"):
        plain.define(rule(audience={"tiers": ["gold"]}))


def test_rules_have_an_end_but_may_still_be_replaced(shop: BookShop) -> None:
    body = rule("x").model_dump(mode="json")
    stored(shop, *((Name("rule", f"0001#r{number:04}"), body) for number in range(MAX_RULES - 1)))
    with refused("too_many_rules"):
        shop.define(rule("one-more"))
    shop.define(rule("base", name="renamed"))
    assert get_rule(shop.rt, shop.caller, 1, "base").name == "renamed"


def test_rules_are_each_programs_own(shop: BookShop) -> None:
    create_program(shop.rt, shop.caller, fresh(), program(name="Second"))
    define_rule(shop.rt, shop.caller, fresh(), 2, rule("other"))
    assert [one.rule_id for one in list_rules(shop.rt, shop.caller, 2)] == ["other"]
    assert [one.rule_id for one in list_rules(shop.rt, shop.caller, 1)] == ["base"]


# --- tiers ---------------------------------------------------------------------------------------------------------------


def test_members_move_at_their_next_operation(shop: BookShop) -> None:
    ada = shop.buy(card("1"), sale("A1", 150_00)).answer.member_id
    steps = [
        {"tier_id": "guest", "name": "Guest", "threshold": 0},
        {"tier_id": "friend", "name": "F", "threshold": 100},
    ]
    define_tiers(shop.rt, shop.caller, fresh(), 1, TierScheme.model_validate(TIERS | {"tiers": steps}))
    assert shop.account(ada).tier == "friend"
    assert shop.spend(ada, 1).answer.account.tier == "friend"
    assert [line.tier for line in shop.statement(ada)[-1].lines if line.type == "tier.changed"] == ["friend"]


def test_tiers_count_a_unit_that_is_there(shop: BookShop) -> None:
    with refused("unknown_unit", "unit"):
        define_tiers(shop.rt, shop.caller, fresh(), 1, TierScheme.model_validate(TIERS | {"unit": "stamps"}))
    with refused("program_not_found", "program_id", NotFound):
        define_tiers(shop.rt, shop.caller, fresh(), 2, TierScheme.model_validate(TIERS))
    assert get_tiers(shop.rt, shop.caller, 1) == TierScheme.model_validate(TIERS)
    with refused("tiers_not_found", "program_id", NotFound):
        get_tiers(shop.rt, shop.caller, 2)


@pytest.mark.parametrize(
    ("basis", "thresholds", "tiers"),
    [("spend", ["0", "150.00"], ["low", "high", "low"]), ("orders", [0, 2], ["low", "high", "low"])],
)
def test_tiers_by_spend_and_by_orders_rise_and_fall(basis: str, thresholds: list[object], tiers: list[str]) -> None:
    steps = [
        {"tier_id": name, "name": name, "threshold": at} for name, at in zip(("low", "high"), thresholds, strict=True)
    ]
    shop = open_shop(tiers={"basis": basis, "tiers": steps})
    first, second = (shop.buy(card("1"), sale(number)).answer for number in ("A1", "A2"))
    assert [first.account.tier, second.account.tier] == tiers[:2]

    assert shop.bring_back(second.order_id, goods_back("R1", 100_00)).answer.account.tier == tiers[2]
