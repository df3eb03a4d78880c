"""What it costs that a rule gives something beside points, or for what happens to a profile: exactly."""

from __future__ import annotations

from datetime import date
from functools import partial

from chalicelib.areas.members.model import MemberUpdate
from chalicelib.flows.settle_occasions import settle_occasions
from chalicelib.flows.update_member import update_member
from chalicelib.kit.periods import day_of
from chalicelib.table.meter import Cost
from tests.twins import fresh, happenings, perked
from tests.twins.bookshop import TODAY, fixed, goods_back, member, rule, sale
from tests.unit.budgets.priced import Till, till

TREAT = {"kind": "grant_perk", "perk": "treat"}


def gives(at: Till, on: str) -> None:
    perked.offer(at.shop, "treat", perked.TREAT, again="add")
    at.shop.define(rule("gives", trigger={"on": on}, effects=[TREAT, fixed(1)]))


def asked(cost: Cost) -> tuple[int, int]:
    """Requests, and units written."""
    return cost.requests, cost.write_units


def test_an_award_is_two_units_and_no_request_more() -> None:
    at = till()
    gives(at, "order")
    assert asked(at.price(partial(at.shop.buy, member(at.ada), sale("A9")))) == (2, 8)
    gives(at, "check_in")
    assert asked(at.price(partial(happenings.record, at.shop, at.ada, happenings.check_in()))) == (2, 6)


def test_a_profile_that_gives_is_one_query_and_an_account_more_and_none_where_no_rule_is() -> None:
    at = till()
    letter = partial(update_member, at.shop.rt, at.shop.caller, fresh(), at.ada, MemberUpdate(newsletter=True))
    assert asked(at.price(letter)) == (2, 4)
    bob = at.shop.member("bob")
    gives(at, "newsletter")
    letter = partial(update_member, at.shop.rt, at.shop.caller, fresh(), bob, MemberUpdate(newsletter=True))
    assert asked(at.price(letter)) == (3, 10)


def test_whoever_is_welcomed_costs_no_request_more() -> None:
    at = till()
    gives(at, "enrolled")
    assert asked(at.price(partial(at.shop.enrol, "newer"))) == (2, 12)


def test_what_goes_with_all_of_an_order_is_one_get_of_its_entry_and_two_units_an_award() -> None:
    at = till()
    gives(at, "order")
    at.shop.buy(member(at.ada), sale("A9", 60_00, 40_00))
    order_id = at.shop.order_id("A9")
    assert asked(at.price(partial(at.shop.bring_back, order_id, goods_back("R1", 60_00)))) == (3, 8)
    assert asked(at.price(partial(at.shop.bring_back, order_id, goods_back("R2", 40_00, "book-2")))) == (4, 10)


def birthday(at: Till, number: str) -> Cost:
    """Of somebody whose day it is."""
    cleo = at.shop.enrol(number, birth_date=f"1990{TODAY[4:]}").answer.member_id
    return at.price(partial(settle_occasions, at.shop.rt, at.shop.caller, day_of(date.fromisoformat(TODAY)), cleo))


def test_a_birthday_is_one_query_and_one_transaction_whatever_it_gives_and_to_whomever() -> None:
    at = till()
    assert birthday(at, "cleo") == Cost(query=1, transact=1, read_units=1, write_units=4, index_units=3)
    gives(at, "birthday")
    assert asked(birthday(at, "dora")) == (2, 10)
    for number in range(30):
        at.shop.enrol(f"{number}", birth_date="1990-01-01")
        at.shop.define(rule(f"paused-{number}", state="paused", trigger={"on": "birthday"}, effects=[fixed(1)]))
    assert asked(birthday(at, "eve")) == (2, 10)
