"""Limits at a checkout: what is promised of them is nobody else's until it is paid for, called off, changed or lapsed; and no more
is ever given than there is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.orders import store as orders
from chalicelib.areas.quotas import store as quotas
from chalicelib.areas.quotas.model import Held, Move, Quota, Taken
from chalicelib.areas.rules.model import Rule
from chalicelib.errors import Busy, Conflict, Refused, StampbookError
from chalicelib.flows.lapsed_limits import settle_lapsed
from chalicelib.flows.rule_limits import given_in
from chalicelib.flows.settle_due import settle_due
from chalicelib.flows.take_quotas import MOST_PAGES
from chalicelib.flows.verify_members import verify_members
from chalicelib.flows.verify_quotas import verify_quotas
from chalicelib.kit.periods import local_day
from tests.twins import fresh, kept, tills
from tests.twins.bookshop import BookShop, card, dry, goods_back, line, open_shop, refused, rule
from tests.twins.limited import a, euros, stands, taken

QUARTER = 15 * 60  # seconds, as long as a checkout lasts
NONE_TAKEN = {"rule_limit": 0, "budget": 0}


def tenth(*per_member: dict[str, Any], **limits: Any) -> Rule:
    """10 % off every cart, as far as its limits let."""
    said = limits | ({"per_member": list(per_member)} if per_member else {})
    return rule("tenth", trigger={"on": "cart"}, effects=tills.TENTH.effects, limits=said)


def shop_with(*rules: Rule) -> BookShop:
    shop = open_shop(rules=(rule(), *rules))
    for name in ("ada", "bob"):
        shop.member(name)
    return shop


@pytest.fixture
def shop() -> BookShop:
    return shop_with(tenth(in_all=2, budget=euros(15)))


def off(shop: BookShop, *cents: int, **fields: Any) -> int:
    return tills.opened(shop, None, *cents, **fields).answer.checkout.discount


def later(shop: BookShop, seconds: int) -> None:
    shop.clock.at += seconds * 1000
    shop.clock.sleep(seconds)


def pay(shop: BookShop, checkout_id: str, number: str = "A-1", who: str = "ada") -> int:
    return tills.paid(shop, checkout_id, number, buyer=card(who)).answer.checkout.discount


def test_what_is_promised_is_nobody_elses(shop: BookShop) -> None:
    first, second = tills.begun(shop, None), tills.begun(shop, None)
    assert taken(shop, "tenth") == {"rule_limit": 2, "budget": 15_00}
    assert off(shop) == 0
    assert [pay(shop, first), pay(shop, second, "A-2", "bob")] == [10_00, 5_00]
    assert taken(shop, "tenth") == {"rule_limit": 2, "budget": 15_00}
    assert verify_quotas(shop.rt, "shop") == ()


def test_called_off_it_can_be_had_again(shop: BookShop) -> None:
    for one in (tills.begun(shop, None), tills.begun(shop, None)):
        tills.called_off(shop, one)
    assert taken(shop, "tenth") == NONE_TAKEN
    assert [off(shop), off(shop)] == [10_00, 5_00]


def test_what_was_paid_for_comes_back_with_it(shop: BookShop) -> None:
    checkout_id = tills.begun(shop, None, 60_00, 40_00)
    pay(shop, checkout_id)
    tills.called_off(shop, checkout_id, 1)
    assert taken(shop, "tenth") == {"rule_limit": 1, "budget": 4_00}
    tills.called_off(shop, checkout_id)
    assert taken(shop, "tenth") == NONE_TAKEN


def test_goods_that_came_back_for_less_than_was_paid_are_called_off_with_the_rest(shop: BookShop) -> None:
    """All pieces are back: what was paid beyond that is left of the checkout."""
    checkout_id = tills.begun(shop, None, 50_00)
    pay(shop, checkout_id)
    shop.bring_back(shop.order_id("A-1"), goods_back("R-1", 30_00))
    assert taken(shop, "tenth") == {"rule_limit": 1, "budget": 1_67}
    called_off = tills.called_off(shop, checkout_id).answer.returned
    assert called_off is not None
    assert (called_off.full, called_off.value) == (True, 15_00)
    assert taken(shop, "tenth") == NONE_TAKEN
    with refused("checkout_cancelled", "checkout_id", Conflict):
        tills.called_off(shop, checkout_id)
    assert shop.balance(shop.member_with("ada")) == 0
    [seen] = verify_members(shop.rt, "shop", [shop.member_with("ada")])
    assert seen.differences == []


def test_lapsed_it_is_found_by_whoever_needs_it(shop: BookShop) -> None:
    first = tills.begun(shop, None)
    later(shop, QUARTER - 1)
    tills.begun(shop, None)
    assert off(shop) == 0
    later(shop, 4 * 60)  # so long a process believes that there is nothing left
    assert off(shop, 60_00) == 6_00
    assert taken(shop, "tenth") == {"rule_limit": 2, "budget": 5_00 + 6_00}
    with refused("checkout_lapsed", "checkout_id", Conflict):
        pay(shop, first)
    assert verify_quotas(shop.rt, "shop") == ()


def test_a_try_lets_go_of_nothing_and_knows_what_would_be_there(shop: BookShop) -> None:
    for _ in range(2):
        tills.begun(shop, None)
    later(shop, QUARTER)
    shown = tills.opened(shop, None, command=dry())
    assert shown.answer.checkout.discount == 10_00
    assert taken(shop, "tenth") == {"rule_limit": 2, "budget": 15_00}


def test_what_nobody_needs_the_daily_job_gives_back(shop: BookShop) -> None:
    tills.begun(shop, None)
    today = local_day(shop.clock.at, "UTC")
    assert settle_due(shop.rt, shop.caller, today) == 0
    assert taken(shop, "tenth") == {"rule_limit": 1, "budget": 10_00}
    later(shop, 24 * 3600)
    assert settle_due(shop.rt, shop.caller, today + 1) == 2
    assert taken(shop, "tenth") == NONE_TAKEN
    assert settle_due(shop.rt, shop.caller, today + 1) == 0


def test_many_that_lapsed_are_given_back_page_by_page() -> None:
    shop = shop_with(tenth(in_all=100))
    for _ in range(30):
        tills.begun(shop, None)
    later(shop, QUARTER)
    assert settle_lapsed(shop.rt, "shop", "rule_limit#0001#tenth")
    assert taken(shop, "tenth") == {"rule_limit": 0}


def promised(shop: BookShop, cents: int) -> None:
    """One cent of the budget to each of so many carts, as if they had been opened at this moment."""
    quota, size = Quota("budget", "0001#tenth#EUR", cents), quotas.LAPSED_AT_ONCE
    for first in range(0, cents, size):
        slices = [number % quota.slices for number in range(first, min(cents, first + size))]
        until = shop.clock.at + QUARTER * 1000
        held = [Held(Taken(quota.name, slice_, 1), f"chk_{first + at:011}", until) for at, slice_ in enumerate(slices)]
        moves = [Move(slice_, -slices.count(slice_), slices.count(slice_)) for slice_ in set(slices)]
        draws = quotas.draws("shop", quota, quota.name, moves)
        shop.rt.table.transact([*draws, *(quotas.held_put("shop", one) for one in held)], fresh().id)


@pytest.mark.parametrize(("wanted", "has"), [(1, 1), (26, 26), (130, 130), (144, 144), (200, 144)])
def test_however_many_lapsed_a_cart_has_all_that_is_free_and_a_try_says_so(wanted: int, has: int) -> None:
    shop = shop_with(tenth(budget={"amount": 144, "currency": "EUR"}))
    promised(shop, 144)
    later(shop, QUARTER)
    assert tills.opened(shop, None, wanted * 10, command=dry()).answer.checkout.discount == has
    assert taken(shop, "tenth") == {"budget": 144}
    assert off(shop, wanted * 10) == has
    assert verify_quotas(shop.rt, "shop") == ()


def test_where_more_lapsed_than_one_request_lets_go_of_it_is_busy_rather_than_less() -> None:
    """And the same request goes on from there."""
    cents = MOST_PAGES * quotas.LAPSED_AT_ONCE + 12
    shop = shop_with(tenth(budget={"amount": cents, "currency": "EUR"}))
    promised(shop, cents)
    later(shop, QUARTER)
    again = fresh()
    for command in (dry(), again):
        with refused("busy", kind=Busy):
            tills.opened(shop, None, cents * 10, command=command)
    assert taken(shop, "tenth") == {"budget": 12}
    for command in (dry(), again):
        assert tills.opened(shop, None, cents * 10, command=command).answer.checkout.discount == cents
    assert verify_quotas(shop.rt, "shop") == ()


def test_a_changed_cart_keeps_what_it_had_and_takes_the_rest(shop: BookShop) -> None:
    checkout_id = tills.begun(shop, None, 50_00)
    other = tills.begun(shop, None, 80_00)
    assert [taken(shop, "tenth"), off(shop)] == [{"rule_limit": 2, "budget": 13_00}, 0]
    assert tills.updated(shop, checkout_id, 90_00).answer.checkout.discount == 7_00
    assert tills.updated(shop, checkout_id, 20_00).answer.checkout.discount == 2_00
    assert taken(shop, "tenth") == {"rule_limit": 2, "budget": 10_00}
    later(shop, QUARTER - 1)
    assert tills.updated(shop, checkout_id, 20_00).answer.checkout.discount == 2_00  # it lasts longer now
    later(shop, QUARTER - 1)
    settle_due(shop.rt, shop.caller, local_day(shop.clock.at, "UTC") + 1)
    assert taken(shop, "tenth") == {"rule_limit": 1, "budget": 2_00}
    assert pay(shop, checkout_id) == 2_00
    with refused("checkout_lapsed", "checkout_id", Conflict):
        pay(shop, other, "A-2")
    assert taken(shop, "tenth") == {"rule_limit": 1, "budget": 2_00}


def test_what_is_not_set_apart_may_be_gone_when_it_is_paid_for(shop: BookShop) -> None:
    checkout_id = tills.begun(shop, None, hold=False)
    assert taken(shop, "tenth") == NONE_TAKEN
    pay(shop, tills.begun(shop, None), "A-2")
    with refused("promise_gone", "checkout_id"):
        pay(shop, checkout_id)
    assert tills.updated(shop, checkout_id).answer.checkout.discount == 5_00
    assert pay(shop, checkout_id) == 5_00


def test_held_no_more_when_it_is_changed_so(shop: BookShop) -> None:
    checkout_id = tills.begun(shop, None)
    tills.updated(shop, checkout_id, hold=False)
    assert taken(shop, "tenth") == NONE_TAKEN
    assert pay(shop, checkout_id) == 10_00
    assert taken(shop, "tenth") == {"rule_limit": 1, "budget": 10_00}


def test_a_member_has_it_no_oftener_than_they_may() -> None:
    shop = shop_with(tenth(a("day")))
    first, second = tills.begun(shop, None), tills.begun(shop, None)
    assert pay(shop, first) == 10_00
    with refused("promise_gone", "checkout_id"):
        pay(shop, second, "A-2")
    assert pay(shop, second, "A-2", "bob") == 10_00


def test_a_rule_that_is_limited_no_more_and_then_again(shop: BookShop) -> None:
    """What was taken stays taken, and comes back with the order."""
    checkout_id = tills.begun(shop, None)
    shop.define(tills.TENTH)
    pay(shop, checkout_id)
    shop.define(tenth(in_all=2, budget=euros(15)))
    assert taken(shop, "tenth") == {"rule_limit": 1, "budget": 10_00}
    shop.bring_back(shop.order_id("A-1"), goods_back("R-1", 90_00))
    assert taken(shop, "tenth") == NONE_TAKEN


def test_a_limit_that_was_lowered_meanwhile_keeps_the_promise(shop: BookShop) -> None:
    checkout_id = tills.begun(shop, None)
    shop.define(tenth(in_all=1, budget=euros(5)))
    assert pay(shop, checkout_id) == 10_00
    tills.called_off(shop, checkout_id)
    assert taken(shop, "tenth") == NONE_TAKEN


# --- nobody is known -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("holds", [True, False])
def test_orders_of_nobody_take_of_limits_as_well(shop: BookShop, holds: bool) -> None:
    kept.keeping(shop)
    checkout_id = tills.begun(shop, None, 60_00, 40_00, hold=holds)
    tills.paid(shop, checkout_id)
    assert taken(shop, "tenth") == {"rule_limit": 1, "budget": 10_00}
    tills.called_off(shop, checkout_id, 1)
    assert taken(shop, "tenth") == {"rule_limit": 1, "budget": 4_00}
    tills.called_off(shop, checkout_id)
    assert taken(shop, "tenth") == NONE_TAKEN


def test_and_keep_it_once_they_are_somebodys(shop: BookShop) -> None:
    kept.keeping(shop)
    checkout_id = tills.begun(shop, None, 60_00, 40_00)
    order = tills.paid(shop, checkout_id).answer.order
    tills.called_off(shop, checkout_id, 2)
    ada = kept.assign(shop, order.order_id, shop.member("eve")).answer.member_id
    assert taken(shop, "tenth") == {"rule_limit": 1, "budget": 6_00}
    assert ada is not None
    [seen] = verify_members(shop.rt, "shop", [ada])
    assert seen.differences == []
    tills.called_off(shop, checkout_id)
    assert taken(shop, "tenth") == NONE_TAKEN


def test_what_came_off_counts_for_whoever_it_was_less_what_came_back() -> None:
    shop = kept.keeping(shop_with(tenth({"per": "ever"} | euros(7))))
    checkout_id = tills.begun(shop, None, 60_00, 40_00)
    order = tills.paid(shop, checkout_id).answer.order
    assert order.member_id is None
    tills.called_off(shop, checkout_id, 2)
    kept.assign(shop, order.order_id, shop.member_with("ada"))
    assert had(shop) == [4_20, 0]
    assert off_for(shop, "ada") == 2_80
    tills.called_off(shop, checkout_id)
    assert had(shop) == [0, 0]
    [seen] = verify_members(shop.rt, "shop", [shop.member_with("ada")])
    assert seen.differences == []


def test_what_was_free_comes_back_by_its_pieces() -> None:
    """Two pieces of a line for which nothing was left to pay."""
    whole = {"kind": "percent_off", "percent": "100"}
    free = rule("tenth", trigger={"on": "cart"}, effects=[whole], limits={"per_member": [{"per": "ever"} | euros(7)]})
    shop = shop_with(free)
    checkout_id = tills.begun(shop, shop.member_with("ada"), line(1, 6_00, quantity="2"), line(2, 1_00))
    tills.paid(shop, checkout_id)
    assert had(shop) == [7_00, 0]
    tills.called_off(shop, checkout_id, (1, "1"))
    assert had(shop) == [4_00, 0]


def off_for(shop: BookShop, who: str) -> int:
    return tills.opened(shop, shop.member_with(who), command=dry()).answer.checkout.discount


# --- any course ------------------------------------------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("oucxpr"), st.integers(0, 5), st.integers(1, 90)), max_size=25))
def test_no_course_gives_more_than_there_is_or_leaves_any_of_it_unusable(course: list[tuple[str, int, int]]) -> None:
    """Open, update, commit, cancel, let time pass, a plain return: by the end all of it is had again."""
    shop = shop_with(tenth({"per": "ever"} | euros(7), in_all=3, budget=euros(12)))
    open_ones: list[str] = []
    for number, (deed, which, euro) in enumerate(course):
        checkout_id = open_ones[which % len(open_ones)] if open_ones else ""
        try:
            _done(shop, deed, checkout_id, euro * 100, number, open_ones)
        except StampbookError as refusal:
            assert refusal.code in REFUSALS, refusal  # noqa: PT017
        now = taken(shop, "tenth")
        assert now["rule_limit"] <= 3
        assert now["budget"] <= 12_00
        assert all(one <= 7_00 for one in had(shop))
    assert verify_quotas(shop.rt, "shop") == ()
    for one in open_ones:
        try:
            tills.called_off(shop, one)
        except StampbookError as refusal:
            assert refusal.code in REFUSALS, refusal  # noqa: PT017
    later(shop, 24 * 3600)
    settle_due(shop.rt, shop.caller, local_day(shop.clock.at, "UTC"))
    assert taken(shop, "tenth") == NONE_TAKEN
    assert had(shop) == [0, 0]


def had(shop: BookShop) -> list[int]:
    """What came off for each of them."""
    owners = [shop.member_with(name) for name in ("ada", "bob")]
    kept_ = [accounts.read(shop.rt.table, "shop", owner, 1)[0] for owner in owners]
    return [given_in(one, "tenth", "EUR", "ever", 0) for one in kept_]


OF_RETURNS = ("order_not_found", "returned_more_than_bought")
REFUSALS = {"checkout_lapsed", "checkout_committed", "checkout_cancelled", "promise_gone", "sku_not_sold", *OF_RETURNS}


def _done(shop: BookShop, deed: str, checkout_id: str, cents: int, number: int, open_ones: list[str]) -> None:
    if deed == "o":
        open_ones.append(tills.begun(shop, None, cents))
    elif deed == "p":
        later(shop, cents // 10)
    elif checkout_id and deed == "u":
        tills.updated(shop, checkout_id, cents, hold=bool(cents % 300))
    elif checkout_id and deed == "c":
        pay(shop, checkout_id, f"A-{checkout_id}", "ada" if number % 2 else "bob")
    elif checkout_id and deed == "x":
        tills.called_off(shop, checkout_id)
    elif checkout_id and deed == "r":
        shop.bring_back(_order_of(shop, checkout_id), goods_back(f"R-{number}", cents))


def _order_of(shop: BookShop, checkout_id: str) -> str:
    """The order that came of it: of one that nobody has paid for there is none."""
    found = orders.find(shop.rt.table, "shop", f"A-{checkout_id}").order
    if found is None:
        raise Refused("order_not_found", "Nobody has paid for it.")
    return found.order_id


def test_what_is_held_of_more_than_is_taken_is_told(shop: BookShop) -> None:
    tills.begun(shop, None)
    budget = "budget#0001#tenth#EUR"
    [part] = [at for at, one in stands(shop, "tenth")["budget"].slices.items() if one.taken]
    ghost = Held(Taken(budget, part, 7), "chk_0", shop.clock.at)
    shop.rt.table.transact([quotas.held_put("shop", ghost)], "ghost")
    [seen] = verify_quotas(shop.rt, "shop")
    assert (seen.owner, seen.what) == (f"quota {budget}", f"slice {part}: 1007 held of 1000 taken")
