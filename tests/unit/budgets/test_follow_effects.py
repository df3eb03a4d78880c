"""What it costs that a rule gives something beside points, or for what happens to a profile: exactly."""

from __future__ import annotations

from functools import partial

from chalicelib.areas.members.model import MemberUpdate
from chalicelib.flows.update_member import update_member
from chalicelib.table.meter import Cost
from tests.twins import fresh, happenings, perked
from tests.twins.bookshop import fixed, goods_back, member, rule, sale
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
