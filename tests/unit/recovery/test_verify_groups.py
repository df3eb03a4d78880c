"""A group is verified as a member is: account, journal, orders; and it and its members must agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.areas.groups import store as groups
from chalicelib.areas.members import store as members
from chalicelib.areas.orders.store import order_key
from chalicelib.flows.listed_owners import listed_owners
from chalicelib.flows.repair_feed import repair_feed
from chalicelib.flows.verify_tenant import verify_tenant
from chalicelib.table.items import pack, unpack
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Delete, Key
from tests.twins import at, perked
from tests.twins.bookshop import TODAY, BookShop, goods_back, member, open_shop, sale
from tests.twins.grouped import choose, household, join, leave

DAY_MS = 86_400_000


@dataclass(frozen=True)
class Home:
    """Ada and Bob in a household, which has bought, earned, spent and brought back; Carol has left it."""

    shop: BookShop
    table: MemoryTable
    names: dict[str, str]
    order: str

    def told(self) -> list[tuple[str, str]]:
        by_id = {owner: name for name, owner in self.names.items()}
        return [
            (by_id.get(one.owner, one.owner), self._nameless(one.what.replace(self.order, "B-1"), by_id))
            for part in verify_tenant(self.shop.rt, "shop", threads=1)
            for one in part.differences
        ]

    def change(self, key: Key, attribute: str, change: Callable[[Any], Any]) -> None:
        item = dict(self.table.get(key) or {})
        item[attribute] = {"B": pack(change(unpack(item[attribute]["B"])))}
        self.table.batch_put([item])

    def remove(self, key: Key) -> None:
        self.table.transact([Delete(key)], self.shop.rt.ids.command())

    @staticmethod
    def _nameless(what: str, by_id: dict[str, str]) -> str:
        for owner, name in by_id.items():
            what = what.replace(owner, name)
        return what


@pytest.fixture
def home() -> Home:
    table = MemoryTable()
    shop = open_shop(table)
    ada, bob, carol = (shop.member(name) for name in ("ada", "bob", "carol"))
    group_id = household(shop, ada, bob, carol, who_may_spend="chosen")
    choose(shop, group_id, bob)
    order = shop.buy(member(bob), sale("B-1")).answer.order_id
    shop.spend(bob, 10)
    leave(shop, group_id, carol)
    shop.bring_back(order, goods_back("R-1", 40_00))
    shop.buy(member(carol), sale("C-1"))
    list(repair_feed(shop.rt, "shop", at(TODAY), shop.clock.at + 1))
    shop.clock.at += 2 * DAY_MS
    return Home(shop, table, {"ada": ada, "bob": bob, "carol": carol, "home": group_id}, order)


def test_all_is_as_it_must_be(home: Home) -> None:
    parts = list(verify_tenant(home.shop.rt, "shop", threads=1))
    assert [part.differences for part in parts if part.differences] == []
    assert (parts[0].members, parts[0].groups, parts[0].accounts, parts[0].orders) == (3, 1, 2, 2)


def test_a_verification_goes_on_behind_a_member_or_a_group(home: Home) -> None:
    every = list(listed_owners(home.table, "shop", None))
    assert sorted(every) == sorted(home.names.values())
    for place, owner in enumerate(every):
        assert list(listed_owners(home.table, "shop", owner)) == every[place + 1 :]


def test_an_account_of_a_group_that_is_not_what_its_journal_says(home: Home) -> None:
    home.change(Key(f"shop#G#{home.names['home']}", "B#0001"), "body", lambda body: body | {"o": 5})
    assert home.told() == [("home", "account 1: orders is not what the journal says")]


def test_a_membership_that_is_gone(home: Home) -> None:
    home.remove(groups.membership_key("shop", home.names["home"], home.names["bob"]))
    assert set(home.told()) == {
        ("bob", "profile: is in group home, which does not list it"),
        ("home", "profile: counts 2 members and lists 1"),
        ("home", "profile: its members are not whom the journal says"),
    }


def test_a_member_who_is_not_where_the_group_has_them(home: Home) -> None:
    key = members.profile_key("shop", home.names["bob"])
    home.change(key, "private", lambda body: {name: value for name, value in body.items() if name != "group_id"})
    assert set(home.told()) == {
        ("bob", "profile: group_id is not what the journal says"),
        ("home", "profile: lists bob, who is not in it"),
    }


def test_a_group_whose_words_or_primary_member_were_changed(home: Home) -> None:
    carol = {"name": "Others", "primary_member_id": home.names["carol"]}
    home.change(groups.group_key("shop", home.names["home"]), "private", lambda body: body | carol)
    assert set(home.told()) == {
        ("home", "profile: its primary member is not in it"),
        ("home", "profile: name is not what the journal says"),
        ("home", "profile: primary_member_id is not what the journal says"),
    }


def test_a_member_who_was_chosen_past_the_journal(home: Home) -> None:
    key = groups.membership_key("shop", home.names["home"], home.names["ada"])
    home.change(key, "body", lambda body: body | {"chosen": True})
    assert home.told() == [("home", "profile: its members are not whom the journal says")]


def test_a_directory_that_has_a_group_where_nobody_looks(home: Home) -> None:
    item = dict(home.table.get(groups.group_key("shop", home.names["home"])) or {})
    home.table.batch_put([item | {"gsi1pk": {"S": "shop#DIR#group#15"}}])
    assert home.told() == [("home", "profile: the directory has it elsewhere")]


def test_an_order_for_a_group_that_is_missing(home: Home) -> None:
    home.remove(order_key("shop", home.order))
    assert home.told() == [("home", "order B-1 is missing, though an entry records it")]


def test_an_order_for_a_group_that_says_it_is_the_members_own(home: Home) -> None:
    def own(body: Any) -> Any:
        return {name: value for name, value in body.items() if name != "group"}

    home.change(order_key("shop", home.order), "body", own)
    assert set(home.told()) == {
        ("home", "order B-1 names another entry than the one that records it"),
        ("home", "order B-1 is not in the member's list"),
        ("home", "order B-1 is not where its group's list has it"),
    }


def test_an_order_that_its_groups_list_lacks(home: Home) -> None:
    """As of the time before groups had one."""
    item = home.table.get(order_key("shop", home.order)) or {}
    home.table.batch_put([{name: value for name, value in item.items() if not name.startswith("gsi2")}])
    assert home.told() == [("home", "order B-1 is not where its group's list has it")]


def test_a_group_that_is_verified_while_somebody_joins(home: Home) -> None:
    join(home.shop, home.names["home"], home.names["carol"])
    assert home.told() == []


def test_awards_that_members_of_a_group_hold_are_theirs_and_no_difference(home: Home) -> None:
    perked.offer(home.shop, "treat", perked.TREAT)
    for name in ("ada", "bob"):
        perked.give(home.shop, home.names[name], "treat")
    assert home.told() == []
