"""A member's checkouts: whoever has lost the id of one finds it."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.areas.checkouts.model import Listed
from chalicelib.errors import InvalidInput, NotFound
from chalicelib.flows.list_checkouts import list_checkouts
from tests.twins import tills
from tests.twins.bookshop import BookShop, goods_back, member, open_shop, refused, rule
from tests.twins.grouped import household

MINUTE = 60_000


@pytest.fixture
def shop() -> BookShop:
    return open_shop(rules=(rule(), tills.PENNIES))


@pytest.fixture
def ada(shop: BookShop) -> str:
    return shop.member("ada")


def listed(shop: BookShop, member_id: str, **how: Any) -> list[Listed]:
    return list(list_checkouts(shop.rt, shop.caller, member_id, 25, None, **how).items)


def ids(shop: BookShop, member_id: str, **how: Any) -> list[str]:
    return [one.checkout_id for one in listed(shop, member_id, **how)]


def test_it_says_enough_to_know_it_again(shop: BookShop, ada: str) -> None:
    shop.earn(ada, 50)
    checkout_id = tills.begun(shop, ada, 20_00, 5_00, points=50)
    [one] = listed(shop, ada)
    found = one.checkout_id, one.state, one.currency, one.gross_value, one.discount, one.to_pay, one.lines
    assert found == (checkout_id, "open", "EUR", 25_00, 5_00, 20_00, 2)
    assert listed(shop, ada, past=True) == []
    assert listed(shop, shop.member("bob")) == []


def test_the_last_to_lapse_comes_first_and_what_is_changed_moves(shop: BookShop, ada: str) -> None:
    first = tills.begun(shop, ada)
    shop.clock.at += MINUTE
    second = tills.begun(shop, ada)
    assert ids(shop, ada) == [second, first]
    shop.clock.at += MINUTE
    tills.updated(shop, first, 7_00)
    assert [(one.checkout_id, one.gross_value) for one in listed(shop, ada)] == [(first, 7_00), (second, 100_00)]


def test_what_is_over_is_past_whether_anybody_ended_it_or_not(shop: BookShop, ada: str) -> None:
    lapsed, paid, cancelled, still = (tills.begun(shop, ada) for _ in range(4))
    shop.clock.at += MINUTE
    order = tills.paid(shop, paid, "A-1").answer.order
    shop.clock.at += MINUTE
    tills.called_off(shop, cancelled)
    tills.updated(shop, still, lapses_after_seconds=3600)
    shop.clock.at += 20 * MINUTE
    assert ids(shop, ada) == [still]
    past = listed(shop, ada, past=True)
    told = [(one.checkout_id, one.state, one.order_id, one.number) for one in past]
    assert told == [
        (lapsed, "lapsed", None, None),
        (cancelled, "cancelled", None, None),
        (paid, "committed", order.order_id, "A-1"),
    ]
    tills.called_off(shop, paid)
    first, *_ = listed(shop, ada, past=True)
    assert (first.checkout_id, first.state) == (paid, "cancelled")


def test_a_part_that_comes_back_changes_nothing_of_the_list(shop: BookShop, ada: str) -> None:
    paid = tills.begun(shop, ada, 30_00, 20_00)
    tills.paid(shop, paid, "A-1")
    before = listed(shop, ada, past=True)
    shop.clock.at += MINUTE
    tills.called_off(shop, paid, 1)
    shop.bring_back(shop.order_id("A-1"), goods_back("R-1", 20_00, "book-2"))
    assert listed(shop, ada, past=True) == before


def test_it_becomes_theirs_when_they_are_named(shop: BookShop, ada: str) -> None:
    nobodys, later = tills.begun(shop, None), tills.begun(shop, None)
    tills.updated(shop, nobodys, buyer=member(ada))
    assert ids(shop, ada) == [nobodys]
    tills.paid(shop, later, "A-1", buyer=member(ada))
    assert ids(shop, ada, past=True) == [later]


def test_who_pays_from_their_group_has_it_all_the_same(shop: BookShop, ada: str) -> None:
    group_id = household(shop, ada)
    checkout_id = tills.begun(shop, ada)
    assert [(one.checkout_id, one.group_id) for one in listed(shop, ada)] == [(checkout_id, group_id)]


@pytest.mark.parametrize("past", [False, True])
def test_by_page(shop: BookShop, ada: str, past: bool) -> None:
    made = []
    for _ in range(7):
        shop.clock.at += 1_000
        made.append(tills.begun(shop, ada))
    if past:
        shop.clock.at += 60 * MINUTE
    found, cursor = [], None
    for _ in range(4):
        page = list_checkouts(shop.rt, shop.caller, ada, 2, cursor, past=past)
        found += [one.checkout_id for one in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found == made[::-1]


def test_what_lapses_between_two_pages_is_not_asked_for(shop: BookShop, ada: str) -> None:
    for _ in range(3):
        tills.begun(shop, ada)
    page = list_checkouts(shop.rt, shop.caller, ada, 2, None)
    shop.clock.at += 60 * MINUTE
    rest = list_checkouts(shop.rt, shop.caller, ada, 2, page.next_cursor)
    assert (rest.items, rest.next_cursor) == ((), None)


def test_a_stranger_and_a_cursor_of_another_list(shop: BookShop, ada: str) -> None:
    with refused("member_not_found", "member_id", NotFound):
        listed(shop, "mem_zzzzzzzzzzz")
    for _ in range(2):
        tills.begun(shop, ada)
    cursor = list_checkouts(shop.rt, shop.caller, ada, 1, None).next_cursor
    with refused("invalid_cursor", "cursor", InvalidInput):
        list_checkouts(shop.rt, shop.caller, ada, 1, cursor, past=True)
