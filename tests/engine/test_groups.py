"""Members of one group at once, on Amazon's own engine: what is there is spent once, and nobody is in two places."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.areas.groups.operations import get_group, list_memberships
from chalicelib.areas.members.operations import get_member
from chalicelib.errors import Refused
from chalicelib.flows.list_group_orders import list_group_orders
from chalicelib.flows.spend_points import Spent
from chalicelib.table.commit import Committed
from chalicelib.table.dynamo import DynamoTable
from tests.engine.test_concurrency import TILLS, a_shop, at_once, done, proven, refusals
from tests.twins import by_hand
from tests.twins.bookshop import BookShop, keyed, member, sale
from tests.twins.grouped import household, join, leave, spend_for


@pytest.fixture
def shop(engine_table: DynamoTable) -> BookShop:
    return a_shop(engine_table)


def agreed(shop: BookShop, group_id: str) -> set[str]:
    """Who is in it: by its list, by its count, and by what they say themselves."""
    listed = {one.member_id for one in list_memberships(shop.rt, shop.caller, group_id, 100, None).items}
    assert get_group(shop.rt, shop.caller, group_id).members == len(listed)
    assert all(get_member(shop.rt, shop.caller, one).group_id == group_id for one in listed)
    return listed


def test_the_last_points_of_a_group_are_spent_once_by_two_members(shop: BookShop) -> None:
    ada, bob = shop.member("1"), shop.member("2")
    shop.earn(ada, 70)
    home = household(shop, ada, bob)
    shop.earn(bob, 10)
    results = at_once(lambda n: shop.spend(ada, 4) if n % 2 else spend_for(shop, home, bob, 4))
    assert len(done(results)) == 2
    assert refusals(results) == [(Refused, "insufficient_balance")] * (TILLS - 2)
    assert (shop.balance(home), shop.balance(ada)) == (2, 70)
    proven(shop, home, 3)


def test_two_members_buy_for_their_group_at_once(shop: BookShop) -> None:
    """Each order earns once, for the group; neither's own account hears of it."""
    ada, bob = shop.member("1"), shop.member("2")
    home = household(shop, ada, bob)
    results = at_once(lambda n: shop.buy(member(ada if n % 2 else bob), sale(f"A{n}", 10_00)))
    assert len(done(results)) == TILLS
    assert {one.answer.group_id for one in done(results)} == {home}
    account = shop.account(home)
    assert (account.orders, account.wallets[0].earned) == (TILLS, 10 * TILLS)
    listed = list_group_orders(shop.rt, shop.caller, home, 100, None).items
    assert sorted(one.member_id for one in listed) == sorted([ada, bob] * (TILLS // 2))
    assert [shop.account(one).orders for one in (ada, bob)] == [0, 0]
    proven(shop, home, TILLS)


def test_one_member_joins_two_groups_at_once_and_is_in_one(shop: BookShop) -> None:
    ada, bob, carol = shop.member("1"), shop.member("2"), shop.member("3")
    homes = household(shop, ada), household(shop, bob)
    results = at_once(lambda n: join(shop, homes[n % 2], carol))
    [joined] = done(results)
    assert refusals(results) == [(Refused, "already_in_group")] * (TILLS - 1)
    group_id = get_member(shop.rt, shop.caller, carol).group_id
    assert group_id == joined.answer.group_id
    assert [carol in agreed(shop, home) for home in homes] == [home == group_id for home in homes]


def test_who_leaves_while_they_spend_has_spent_for_one_of_both(shop: BookShop) -> None:
    """Whatever came first: what was spent was the group's or their own, and never both. Who leaves in the midst of it is told
    that they may not."""
    ada, bob = shop.member("1"), shop.member("2")
    shop.earn(bob, 100)
    home = household(shop, ada, bob)
    shop.earn(bob, 100)

    def act(number: int) -> Committed[Any]:
        return leave(shop, home, bob) if number == TILLS // 2 else shop.spend(bob, 1)

    results = at_once(act)
    assert set(refusals(results)) <= {(Refused, "may_not_spend")}
    paid = [one.answer.group_id for one in done(results) if isinstance(one.answer, Spent)]
    assert len(paid) + len(refusals(results)) == TILLS - 1
    pooled, own = paid.count(home), paid.count(None)
    assert (shop.balance(home), shop.balance(bob)) == (100 - pooled, 100 - own)
    assert agreed(shop, home) == {ada}
    proven(shop, home, 1 + pooled)
    proven(shop, bob, 1 + own)


def test_one_member_leaves_while_another_holds(shop: BookShop) -> None:
    """Whoever leaves asks that nothing is held by them: that others hold something keeps nobody from leaving."""
    ada, bob = shop.member("1"), shop.member("2")
    home = household(shop, ada, bob)
    shop.earn(bob, 100)

    def act(number: int) -> Committed[Any]:
        return leave(shop, home, bob, keyed("l")) if number % 4 == 0 else by_hand.hold(shop, ada, 1)

    results = at_once(act)
    assert len(done(results)) == TILLS
    assert agreed(shop, home) == {ada}
    assert len(by_hand.holds(shop, home)) == TILLS * 3 // 4
    proven(shop, home, 1 + TILLS * 3 // 4)


def test_points_go_to_a_group_and_from_it_at_once(shop: BookShop) -> None:
    ada, bob = shop.member("1"), shop.member("2")
    shop.earn(ada, 100)
    home = household(shop, ada, bob)
    shop.earn(bob, 100)
    results = at_once(lambda n: shop.send(*((ada, home) if n % 2 else (home, ada)), n + 1))
    assert len(done(results)) == TILLS
    to_home = sum(n + 1 for n in range(TILLS) if n % 2)
    to_ada = sum(n + 1 for n in range(TILLS) if not n % 2)
    assert (shop.balance(ada), shop.balance(home)) == (100 + to_ada - to_home, 100 + to_home - to_ada)
    [wallet] = shop.account(home).wallets
    assert (wallet.sent, wallet.received) == (to_ada, to_home)
    for owner in (ada, home):
        proven(shop, owner, TILLS + 1)
