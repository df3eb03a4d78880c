"""What it costs that a rule gives something beside points, or for what happens to a profile: exactly."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from chalicelib.areas.members.model import MemberUpdate
from chalicelib.flows.settle_occasions import settle_occasions
from chalicelib.flows.update_member import update_member
from chalicelib.kit.periods import day_of
from chalicelib.table.meter import Cost
from tests.twins import coupons, fresh, happenings, perked
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


FIVE = {"kind": "issue_coupon", "series": "five"}


def coupons_from(at: Till, *on: str, effects: int = 1, **series: Any) -> None:
    coupons.series(at.shop, "five", **series)
    for one in on:
        at.shop.define(rule(f"coupon-{one}", trigger={"on": one}, effects=[FIVE] * effects))


def test_a_coupon_costs_no_request_more_and_as_many_units_as_one_that_is_given_by_hand() -> None:
    """Itself, its code, what the member had of the series and has in all, a slice of what may be issued."""
    at = till()
    plain = asked(at.price(partial(at.shop.buy, member(at.ada), sale("A8"))))
    coupons_from(at, "order", "check_in", "newsletter", "enrolled")
    assert asked(at.price(partial(at.shop.buy, member(at.ada), sale("A9")))) == (plain[0], plain[1] + 10)
    assert asked(at.price(partial(happenings.record, at.shop, at.ada, happenings.check_in()))) == (2, 4 + 10)
    assert asked(at.price(partial(at.shop.enrol, "newer"))) == (2, 6 + 4 + 10)
    letter = partial(update_member, at.shop.rt, at.shop.caller, fresh(), at.ada, MemberUpdate(newsletter=True))
    assert asked(at.price(letter)) == (3, 4 + 4 + 10)


def test_several_share_what_is_counted_and_a_pool_is_asked_once_for_each() -> None:
    at = till()
    coupons_from(at, "order", effects=3, codes={"kind": "pool"})
    coupons.upload(at.shop, "five", *(f"AAA-{number}" for number in range(1_000)))
    cost = at.price(partial(at.shop.buy, member(at.ada), sale("A9")))
    assert (cost.query - 1, cost.transact, cost.get) == (3, 1, 0)
    coupons_from(at, "order", codes={"kind": "pool"})
    assert asked(at.price(partial(at.shop.buy, member(at.ada), sale("A10")))) == (3, 6 + 14)


def test_however_many_coupons_and_members_there_are_it_costs_the_same() -> None:
    at = till()
    coupons_from(at, "order")
    for number in range(40):
        coupons.issue(at.shop, at.ada if number % 2 else at.shop.member(str(number)), "five")
    assert asked(at.price(partial(at.shop.buy, member(at.ada), sale("A9")))) == (2, 6 + 10)


def test_a_return_that_takes_one_back_is_a_read_of_it_more() -> None:
    at = till()
    coupons_from(at, "order")
    at.shop.buy(member(at.ada), sale("A9", 60_00, 40_00))
    order_id = at.shop.order_id("A9")
    assert asked(at.price(partial(at.shop.bring_back, order_id, goods_back("R1", 60_00)))) == (3, 8)
    cost = at.price(partial(at.shop.bring_back, order_id, goods_back("R2", 40_00, "book-2")))
    assert (cost.requests, cost.batch_get, cost.write_units) == (5, 1, 8 + 10)
