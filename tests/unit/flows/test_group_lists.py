"""Lists of groups, and of what was bought for one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.areas.groups.operations import get_group, list_groups
from chalicelib.errors import InvalidInput, NotFound
from chalicelib.flows.list_group_orders import list_group_orders
from chalicelib.flows.list_member_orders import list_member_orders
from tests.twins import at
from tests.twins.bookshop import BookShop, goods_back, member, open_shop, refused, sale
from tests.twins.grouped import change, found, household, join, leave


@pytest.fixture
def shop() -> BookShop:
    return open_shop()


def pages(page_of: Callable[[str | None], Any]) -> list[tuple[Any, ...]]:
    made: list[tuple[Any, ...]] = []
    cursor = None
    while True:
        page = page_of(cursor)
        made.append(page.items)
        cursor = page.next_cursor
        if cursor is None:
            return made


def groups_in_pages(shop: BookShop, limit: int) -> list[tuple[Any, ...]]:
    return pages(lambda cursor: list_groups(shop.rt, shop.caller, limit, cursor))


def orders_in_pages(shop: BookShop, group_id: str, limit: int = 2) -> list[tuple[Any, ...]]:
    return pages(lambda cursor: list_group_orders(shop.rt, shop.caller, group_id, limit, cursor))


def numbers(shop: BookShop, group_id: str) -> list[str]:
    return [order.number for page in orders_in_pages(shop, group_id) for order in page]


# --- the directory ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 3, 7, 100])
def test_the_directory_lists_every_group_once_as_it_now_is(shop: BookShop, limit: int) -> None:
    made = [found(shop, shop.member(f"{number}")).answer.group_id for number in range(7)]
    join(shop, made[0], shop.member("late"))
    change(shop, made[1], name="The Byrons")
    listed = groups_in_pages(shop, limit)
    assert all(len(page) <= limit for page in listed)
    by_id = {group.group_id: group for page in listed for group in page}
    assert sum(map(len, listed)) == len(by_id)
    assert by_id == {group_id: get_group(shop.rt, shop.caller, group_id) for group_id in made}


def test_a_group_that_everybody_has_left_is_listed_still(shop: BookShop) -> None:
    ada = shop.member("1")
    group_id = household(shop, ada)
    leave(shop, group_id, ada)
    assert [group.members for page in groups_in_pages(shop, 25) for group in page] == [0]


def test_a_tenant_sees_its_own_groups(shop: BookShop) -> None:
    other = open_shop(shop.rt.table, tenant="other")
    household(other, other.member("1"))
    assert groups_in_pages(shop, 25) == [()]


def test_a_cursor_of_another_list(shop: BookShop) -> None:
    other = open_shop(shop.rt.table, tenant="other")
    ada, bob = shop.member("1"), shop.member("2")
    home = household(shop, ada)
    household(shop, bob)
    cursor = list_groups(shop.rt, shop.caller, 1, None).next_cursor
    for wrong in (cursor, "nonsense", "", "AAAA"):
        with refused("invalid_cursor", "cursor", InvalidInput):
            list_groups(other.rt, other.caller, 1, wrong)
        with refused("invalid_cursor", "cursor", InvalidInput):
            list_group_orders(shop.rt, shop.caller, home, 1, wrong)


# --- orders ----------------------------------------------------------------------------------------------------------


def test_a_groups_orders_are_listed_newest_purchase_first_with_who_bought_them(shop: BookShop) -> None:
    ada, bob = shop.member("1"), shop.member("2")
    home = household(shop, ada, bob)
    for buyer, number, day in ((ada, "A1", "2026-03-01"), (bob, "B1", "2026-05-01"), (ada, "A2", "2026-04-01")):
        shop.buy(member(buyer), sale(number, on=day))
    shop.bring_back(shop.order_id("B1"), goods_back("R1", 25_00))
    first, second = orders_in_pages(shop, home)
    told = [(one.number, one.member_id, one.gross_value, one.returned_value) for one in (*first, *second)]
    assert told == [("B1", bob, 100_00, 25_00), ("A2", ada, 100_00, 0), ("A1", ada, 100_00, 0)]
    assert [one.purchased_at for one in first] == [at("2026-05-01"), at("2026-04-01")]
    assert [one.order_id for one in second] == [shop.order_id("A1")]


def test_what_was_bought_before_or_after_is_not_the_groups(shop: BookShop) -> None:
    """Both lists keep what they have, whoever leaves."""
    ada, bob = shop.member("1"), shop.member("2")
    shop.buy(member(bob), sale("before"))
    home = household(shop, ada, bob)
    shop.buy(member(bob), sale("together"))
    leave(shop, home, bob)
    shop.buy(member(bob), sale("after"))
    assert numbers(shop, home) == ["together"]
    theirs = list_member_orders(shop.rt, shop.caller, bob, 25, None).items
    assert {order.number for order in theirs} == {"before", "together", "after"}


def test_a_group_for_which_nothing_was_bought(shop: BookShop) -> None:
    ada = shop.member("1")
    assert orders_in_pages(shop, household(shop, ada)) == [()]
    for unknown in (ada, "grp_00000000001", "nobody"):
        with refused("group_not_found", "group_id", NotFound):
            list_group_orders(shop.rt, shop.caller, unknown, 25, None)
