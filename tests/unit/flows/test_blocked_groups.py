"""Blocking a group: what its journal says, how it is kept, and that a purchase is refused as at any till."""

from __future__ import annotations

from chalicelib.areas.groups import store
from chalicelib.areas.groups.model import VOCABULARY as WORDS
from chalicelib.areas.groups.model import GroupBlocked, GroupChanged, GroupUnblocked
from chalicelib.flows.verify_tenant import verify_tenant
from chalicelib.table.journal import entry_from
from chalicelib.table.keys import owner_stream
from chalicelib.table.memory import MemoryTable
from tests.twins.bookshop import BookShop, keyed, member, open_shop, refused, sale
from tests.twins.grouped import change, household


def last_facts(shop: BookShop, group_id: str) -> list[object]:
    _, head = store.read(shop.rt.table, "shop", group_id)
    stream = owner_stream("shop", group_id, 0)
    stored = shop.rt.table.get(stream.key(head.version))
    assert stored is not None
    return [WORDS.decode(fact) for fact in entry_from(stream, stored).facts]


def test_its_journal_says_when_it_was_blocked_and_unblocked() -> None:
    shop = open_shop()
    home = household(shop, shop.member("ada"))
    assert change(shop, home, status="blocked", name="The Byrons").answer.status == "blocked"
    assert last_facts(shop, home) == [GroupBlocked(), GroupChanged(("name",))]
    before = store.read(shop.rt.table, "shop", home)
    change(shop, home, status="blocked")
    assert store.read(shop.rt.table, "shop", home) == before
    change(shop, home, status="active")
    assert last_facts(shop, home) == [GroupUnblocked()]


def test_the_same_key_answers_as_the_first_time() -> None:
    shop = open_shop()
    home = household(shop, shop.member("ada"))
    first = change(shop, home, keyed("k"), status="blocked")
    change(shop, home, status="active")
    again = change(shop, home, keyed("k"), status="blocked")
    assert (again.answer, again.replayed) == (first.answer, True)
    assert store.read(shop.rt.table, "shop", home)[0].status == "active"


def test_only_one_that_is_blocked_is_of_the_newer_schema() -> None:
    """The release before would let its members spend; one that is active it can read."""
    shop = open_shop()
    home = household(shop, shop.member("ada"))
    kept = []
    for status in ("blocked", "active"):
        change(shop, home, status=status)
        stored = shop.rt.table.get(store.group_key("shop", home))
        assert stored is not None
        kept.append((status, stored["v"]["N"], store.group_from(stored, home)[0].status))
    assert kept == [("blocked", "2", "blocked"), ("active", "1", "active")]


def test_a_purchase_for_a_blocked_group_writes_nothing_and_a_member_who_is_blocked_too_is_told_first() -> None:
    table = MemoryTable()
    shop = open_shop(table)
    ada = shop.member("ada")
    home = household(shop, ada)
    shop.earn(ada, 30)
    change(shop, home, status="blocked")
    before = dict(table._items)
    for attempt in (
        lambda: shop.buy(member(ada), sale("A1")),
        lambda: shop.earn(ada, 5),
        lambda: shop.spend(ada, 5),
    ):
        with refused("group_blocked", "member_id"):
            attempt()
    assert dict(table._items) == before
    assert shop.balance(home) == 30


def test_a_blocked_group_is_as_its_journal_says() -> None:
    table = MemoryTable()
    shop = open_shop(table)
    home = household(shop, shop.member("ada"))
    for status in ("blocked", "active", "blocked"):
        change(shop, home, status=status)
    of_groups = [one for part in verify_tenant(shop.rt, "shop", threads=1) for one in part.differences]
    assert [one for one in of_groups if one.owner == home] == []
