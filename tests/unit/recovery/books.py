"""A shop of some members, all of it relayed, two days ago; and hands that reach past every operation."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from chalicelib.areas.access.operations import issue_api_key
from chalicelib.areas.orders.model import Payment, Return, ReturnLine
from chalicelib.areas.programs.model import TenantSettings
from chalicelib.areas.programs.operations import put_tenant
from chalicelib.flows.refund_spend import refund_spend
from chalicelib.flows.repair_feed import repair_feed
from chalicelib.flows.verify_tenant import VerifiedPart, verify_tenant
from chalicelib.kit.labels import Label
from chalicelib.runtime import Runtime
from chalicelib.table.items import pack, unpack
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Delete, Key
from tests.twins import at, fresh, perked
from tests.twins.bookshop import POINTS, TODAY, BookShop, card, goods_back, line, open_shop, sale
from tests.twins.grouped import household

DAY_MS = 86_400_000
MEMBERS = 5
A_MONTH = {"per_period": {"every": "month", "amount": 1_000}}
CAPPED = {**POINTS, "policies": [{"expiry": {"type": "end_of_month", "months": 12}, "caps": A_MONTH}]}


def one_table(_: argparse.Namespace) -> str:
    """There is only the one that the test has."""
    return "the one there is"


@dataclass
class Books:
    shop: BookShop
    table: MemoryTable
    members: list[str]
    order: str

    def item(self, key: Key) -> dict[str, Any]:
        stored = self.table.get(key)
        assert stored is not None, key
        return dict(stored)

    def of(self, member: int, sk: str) -> Key:
        return Key(f"shop#M#{self.members[member]}", sk)

    def change(self, key: Key, body: Callable[[Any], Any]) -> None:
        item = self.item(key)
        self.table.batch_put([{**item, "body": {"B": pack(body(unpack(item["body"]["B"])))}}])

    def remove(self, key: Key) -> None:
        self.table.transact([Delete(key)], self.shop.rt.ids.command())

    def verified(self, rt: Runtime | None = None) -> list[VerifiedPart]:
        return list(verify_tenant(rt or self.shop.rt, "shop"))

    def told(self, rt: Runtime | None = None) -> list[tuple[str, str]]:
        """What differs, members by their number."""
        names = {member: str(number) for number, member in enumerate(self.members)}
        return [
            (names.get(owner, owner), what.replace(self.order, "A2"))
            for part in self.verified(rt)
            for owner, what, *_ in part.differences
        ]


def small_books() -> Books:
    """One member, one order of two lines, of which something came back, one spend of which a part was given
    back; the documents say all that they may, and what is earned counts in the month of a cap."""
    table = MemoryTable()
    shop = open_shop(table, program={"units": [CAPPED]})
    perked.offer(shop, "treat", perked.TREAT)
    issue_api_key(shop.rt, shop.caller, org="org", tenant="shop", name="till", grants=shop.caller.grants)
    said: dict[str, Any] = {"place": "Corner", "utc_offset": 60}
    labels, paid = (Label(key="till", value="3"),), (Payment(kind="cash", amount=150_00),)
    about: dict[str, Any] = {"name": "A book", "category": ("Books",), "brand": "Ours", "labels": labels}
    book = line(1, 100_00, quantity="10", delivery=True, excluded_from_tiers=True, **about)
    bought = shop.buy(card("1"), sale("A1", book, line(2, 50_00), payments=paid, labels=labels, **said)).answer
    back = ReturnLine(sku="book-1", quantity=Decimal(4), gross_value=40_00, line_no=1)
    shop.bring_back(bought.order_id, Return(number="R1", purchased_at=at(TODAY), currency="EUR", lines=(back,), **said))
    spent = shop.spend(bought.member_id, 10).answer
    refund_spend(shop.rt, shop.caller, fresh(), bought.member_id, spent.spend_id, 3)
    list(repair_feed(shop.rt, "shop", at(TODAY), shop.clock.at + 1))
    shop.clock.at += 2 * DAY_MS
    return Books(shop, table, [bought.member_id], bought.order_id)


def grouped_books() -> Books:
    """Two members of a group, for which one has bought something and brought a part of it back."""
    table = MemoryTable()
    shop = open_shop(table)
    put_tenant(shop.rt, shop.caller, fresh(), TenantSettings(name="Books", member_fields={"size": "text"}))
    ada, bob = shop.member("ada"), shop.member("bob")
    household(shop, ada, bob, who_may_spend="chosen")
    bought = shop.buy(card("bob"), sale("B1")).answer
    shop.bring_back(bought.order_id, goods_back("R1", 40_00))
    list(repair_feed(shop.rt, "shop", at(TODAY), shop.clock.at + 1))
    shop.clock.at += 2 * DAY_MS
    return Books(shop, table, [ada, bob], bought.order_id)


def opened_books() -> Books:
    table = MemoryTable()
    shop = open_shop(table)
    issue_api_key(shop.rt, shop.caller, org="org", tenant="shop", name="till", grants=shop.caller.grants)
    bought = []
    for number in range(12):
        bought.append(shop.buy(card(f"{number % MEMBERS}"), sale(f"A{number}")).answer)
        shop.clock.at += 3_600_000 // 2
    shop.bring_back(bought[-1].order_id, goods_back("R1", 40_00))
    members = [shop.buy(card(f"{number}"), sale(f"B{number}")).answer.member_id for number in range(MEMBERS)]
    for member in members:
        shop.spend(member, 10)
    list(repair_feed(shop.rt, "shop", at(TODAY), shop.clock.at + 1))
    shop.clock.at += 2 * DAY_MS
    return Books(shop, table, members, bought[2].order_id)
