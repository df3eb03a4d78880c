"""What `make verify` says of profiles, identifiers, orders and returns; and that a busy shop is no false alarm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.areas.members.model import Identifier, MemberUpdate
from chalicelib.areas.orders import store as orders
from chalicelib.flows.update_member import update_member
from chalicelib.flows.verify_tenant import verify_tenant
from chalicelib.flows.verify_undone import LOOKS
from chalicelib.table.items import pack, unpack
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Key, Page, Query
from tests.twins import fresh
from tests.twins.bookshop import BookShop, card, goods_back, member, open_shop, rule, sale
from tests.twins.faulty import FaultyTable
from tests.unit.recovery.books import Books


def profile(books: Books, number: int, **changed: Any) -> None:
    """Behind the operations, in what is private."""
    key = books.of(number, "A#PROFILE")
    item = books.item(key)
    books.table.batch_put([{**item, "private": {"B": pack(unpack(item["private"]["B"]) | changed)}}])


def returned(books: Books) -> tuple[int, str, Key]:
    """The one return that the books have: whose, of which order, where."""
    order = books.shop.order_id("A11")
    number = books.members.index(orders.read(books.table, "shop", order).member_id)
    return number, order, orders.return_key("shop", order, "R1")


def test_a_member_blocked_behind_the_journal(books: Books) -> None:
    key = books.of(1, "A#PROFILE")
    books.table.batch_put([{**books.item(key), "status": {"S": "blocked"}}])
    assert books.told() == [("1", "profile: status is not what the journal says")]


def test_a_member_blocked_and_unblocked_by_the_operations_is_as_it_must_be(books: Books) -> None:
    for status in ("blocked", "active", "blocked"):
        update_member(
            books.shop.rt, books.shop.caller, fresh(), books.members[2], MemberUpdate.model_validate({"status": status})
        )
    assert books.told() == []
    profile(books, 2, status="active")
    assert books.told() == [
        ("2", "profile: status is not what the journal says"),
        ("2", "profile: the directory shows another"),
    ]


def test_an_edited_profile_is_named_by_its_field_and_not_by_what_is_in_it(books: Books) -> None:
    profile(books, 1, locale="xx-secret")
    assert books.told() == [("1", "profile: locale is not what the journal says")]


def test_a_directory_that_shows_another_name(books: Books) -> None:
    key = books.of(1, "A#PROFILE")
    item = books.item(key)
    shown = unpack(item["card"]["B"]) | {"given_name": "Eve"}
    books.table.batch_put([{**item, "card": {"B": pack(shown)}}])
    assert books.told() == [("1", "profile: the directory shows another")]


def test_a_directory_that_has_somebody_where_nobody_looks(books: Books) -> None:
    item = books.item(books.of(1, "A#PROFILE"))
    books.table.batch_put([item | {"gsi1pk": {"S": "shop#DIR#member#09"}}])
    assert books.told() == [("1", "profile: the directory has it elsewhere")]


def test_what_was_erased_is_no_difference(books: Books) -> None:
    key = books.of(1, "J#0000#00000001")
    item = books.item(key)
    del item["private"]
    books.table.batch_put([item])
    assert books.told() == []


def test_an_identifier_that_leads_nowhere_and_one_that_leads_to_another(books: Books) -> None:
    key = Key("shop#ID#card#-#1", "-")
    item = books.item(key)
    books.table.batch_put([{**item, "owner": {"S": books.members[3]}}])
    assert books.told() == [("1", f"profile: identifier 1 (card) leads to {books.members[3]}")]
    books.remove(key)
    assert books.told() == [("1", "profile: identifier 1 (card) leads nowhere")]


def test_an_identifier_given_up_that_still_leads_to_its_member(books: Books) -> None:
    given_up = books.item(Key("shop#ID#card#-#1", "-"))
    change = MemberUpdate(identifiers=(Identifier(type="card", value="new"),))
    update_member(books.shop.rt, books.shop.caller, fresh(), books.members[1], change)
    assert books.told() == []
    books.table.batch_put([given_up])
    assert books.told() == [("1", "profile: an identifier that it gave up (card) leads to it")]
    books.table.batch_put([{**given_up, "owner": {"S": books.members[2]}}])
    assert books.told() == []


def test_a_return_that_is_gone_damaged_or_nobodys(books: Books) -> None:
    whose, order, key = returned(books)
    stored = books.item(key)
    books.remove(key)
    assert books.told() == [(f"{whose}", f"order {order} return R1 is missing, though an entry records it")]
    books.table.batch_put([{**stored, "body": {"B": b"?"}}])
    assert books.told() == [(f"{whose}", f"order {order} return R1 cannot be read")]
    books.table.batch_put([stored, {**stored, "sk": {"S": "R#R2"}}])
    assert books.told() == []  # what no order and no entry counts is not looked for
    books.change(Key(key.pk, "S"), lambda body: body)
    item = books.item(Key(key.pk, "S"))
    books.table.batch_put([{**item, "version": {"N": "3"}}])
    assert books.told() == [(f"{whose}", f"order {order} return R2 has no entry that records it")]
    books.remove(Key(key.pk, "R#R2"))
    assert books.told() == [(f"{whose}", f"order {order} counts more returns than there are")]
    books.table.batch_put([{**item, "version": {"N": "1"}}])
    assert books.told() == [(f"{whose}", f"order {order} counts fewer returns than its entries")]


def test_a_return_and_an_order_that_are_not_what_they_were(books: Books) -> None:
    whose, order, key = returned(books)
    stored = books.item(key)
    books.change(key, lambda body: body | {"taken": [[1, "1", 7]]})
    assert books.told() == [
        (f"{whose}", f"order {order} return R1 is not what its entry says"),
        (f"{whose}", f"order {order} return R1 has not taken what its lines say"),
        (f"{whose}", f"order {order} has not come back as its returns say"),
    ]
    books.table.batch_put([stored])
    books.change(Key(key.pk, "S"), lambda body: body | {"returned": {}})
    assert books.told() == [
        (f"{whose}", f"order {order} is not what the member's list shows"),
        (f"{whose}", f"order {order} has not come back as its returns say"),
    ]


def test_an_order_worth_another_sum_than_its_entry_says(books: Books) -> None:
    def dearer(body: Any) -> Any:
        body["sale"]["lines"][0]["gross_value"] += 1
        return body

    books.change(orders.order_key("shop", books.order), dearer)
    assert books.told() == [
        ("2", "order A2 is not worth what its entry says"),
        ("2", "order A2 has given for lines that its document does not have, or not with that value"),
        ("2", "order A2 is not what the member's list shows"),
    ]


class Busy(FaultyTable):
    """Before whatever is read of one partition the shop goes on, each time."""

    def __init__(self, table: MemoryTable, of: str, act: Callable[[], object]) -> None:
        super().__init__(table=table)
        self.of, self.act, self.times = of, act, 0

    def query(self, query: Query) -> Page:
        page = super().query(query)
        if query.pk.startswith(self.of):
            self.times += 1
            self.act()
        return page

    def batch_get(self, keys: Any) -> Any:
        if any(key.pk.startswith(self.of) for key in keys):
            self.act()
        return super().batch_get(keys)


@pytest.mark.parametrize("what", ["buys", "brings back", "changes its card"])
def test_a_member_that_is_busy_at_every_look_is_no_difference(books: Books, what: str) -> None:
    """Between the account's reading and its orders', in every look, however many there are."""
    shop, whom, done = books.shop, books.members[0], 0

    def act() -> None:
        nonlocal done
        done += 1
        if what == "buys":
            shop.buy(member(whom), sale(f"meanwhile {done}"))
        elif what == "brings back":
            shop.bring_back(shop.order_id("A0"), goods_back(f"back {done}", 1, quantity="0.001"))
        else:
            change = MemberUpdate(identifiers=(Identifier(type="card", value=f"of {done % 2}"),))
            update_member(shop.rt, shop.caller, fresh(), whom, change)

    rt = replace(shop.rt, table=Busy(books.table, f"shop#M#{whom}", act))
    assert books.told(rt) == []
    assert done >= 2


class Torn(Busy):
    """A member's partition as an engine may read it: the account before, the journal after somebody was busy."""

    def query(self, query: Query) -> Page:
        if query.pk != self.of:
            return self.table.query(query)
        before = self.table.query(query).items
        self.times += 1
        self.act()
        after = self.table.query(query).items
        aggregates = [attrs for attrs in before if attrs["sk"]["S"] < "J"]
        return Page((*aggregates, *(attrs for attrs in after if attrs["sk"]["S"] >= "J")), None)


def test_an_account_read_before_its_journal_is_compared_where_it_stands(books: Books) -> None:
    shop, whom = books.shop, books.members[0]
    table = Torn(books.table, f"shop#M#{whom}", lambda: shop.earn(whom, 5))
    assert books.told(replace(shop.rt, table=table)) == []
    assert 1 < table.times <= LOOKS


def test_what_really_differs_is_told_of_a_busy_member_too(books: Books) -> None:
    shop, whom = books.shop, books.members[1]
    profile(books, 1, locale="xx")
    table = Torn(books.table, f"shop#M#{whom}", lambda: shop.earn(whom, 5))
    assert books.told(replace(shop.rt, table=table)) == [("1", "profile: locale is not what the journal says")]


def test_a_rule_that_is_changed_at_every_look_is_no_difference(books: Books) -> None:
    shop = books.shop
    table = Busy(books.table, "shop#CFG", lambda: shop.define(rule(name=f"version {table.times}")))
    assert books.told(replace(shop.rt, table=table)) == []
    assert table.times > LOOKS


def test_a_rule_edited_behind_its_journal(books: Books) -> None:
    books.change(Key("shop#CFG", "rule#0001#base"), lambda body: body | {"state": "paused"})
    assert books.told() == [("rule 0001#base", "configuration: it is not what its last change says")]


def test_a_revision_that_does_not_count_the_changes(books: Books) -> None:
    key = Key("shop#CFG", "!REVISION")
    books.table.batch_put([{**books.item(key), "revision": {"N": "9"}}])
    assert books.told() == [("configuration", "its revision is 9 after 3 changes")]


def crowded(members: int = 220) -> BookShop:
    shop = open_shop()
    for number in range(members):
        shop.buy(card(f"{number}"), sale(f"A{number}"))
    return shop


def test_a_member_costs_two_requests_and_a_share_of_a_third() -> None:
    shop = crowded()
    table = shop.rt.table
    assert isinstance(table, MemoryTable)
    before = table.meter.cost
    assert sum(part.members for part in verify_tenant(shop.rt, "shop")) == 220
    asked = table.meter.cost - before
    assert asked.query <= 2 * 220 + 16 + 32 + 16 + 1  # and the shards of orders of nobody, and quotas
    assert asked.batch_get <= 220 * 2 / 40 + 2
    assert asked.transact == asked.batch_put == 0


def test_however_many_read_at_once_the_same_is_told_in_the_same_order() -> None:
    shop = crowded()
    for number in (7, 70, 170):
        key = Key(f"shop#M#{shop.member_with(f'{number}')}", "B#0001")
        stored = shop.rt.table.get(key)
        assert stored is not None
        shop.rt.table.batch_put([{**stored, "hash": {"S": "0" * 32}}])
    told = [
        [difference for part in verify_tenant(shop.rt, "shop", threads=threads) for difference in part.differences]
        for threads in (1, 8)
    ]
    assert told[0] == told[1]
    assert len([one for one in told[0] if "does not carry" in one.what]) == 3
