"""What a purchase earned, and what cancelling it by hand and bringing goods back come to.

A sale of 100.00 earned 100 points. There are always other points in the wallet, which must stay where they were.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.areas.orders.operations import get_order
from chalicelib.flows.cancel_earning import cancel_earning
from chalicelib.flows.undo_entry import Undone, undo_entry
from tests.twins import fresh
from tests.twins.bookshop import BookShop, Sold, card, goods_back, line, open_shop, rule, sale
from tests.twins.by_hand import promise

OTHERS = 500
BELOW_ZERO = {"return_policy": "negative", "negative": "returns", "cancel_used": "whole"}
QUARTER = 25_00

Cancel = Callable[[BookShop, str, str], Undone]


def by_its_route(shop: BookShop, owner: str, earning_id: str) -> Undone:
    return cancel_earning(shop.rt, shop.caller, fresh(), owner, earning_id).answer


def as_an_entry(shop: BookShop, owner: str, earning_id: str) -> Undone:
    return undo_entry(shop.rt, shop.caller, fresh(), owner, earning_id).answer


def shop_with(policy: Mapping[str, object], *rules: Any) -> tuple[BookShop, str]:
    """Ada has 500 other points, which can be used."""
    shop = open_shop(
        program={"units": [{"code": "points", "name": "Points", "policies": [policy]}]}, rules=rules or (rule(),)
    )
    ada = shop.member("1")
    promise(shop, ada, OTHERS, available_after_days=0)
    return shop, ada


def bought(shop: BookShop) -> tuple[Sold, str]:
    """A sale of four quarters, and the id of what it earned."""
    order = shop.buy(card("1"), sale("A1", line(1, 100_00, quantity="4"))).answer
    earning_id = order.earned[0].earning_id
    assert earning_id is not None
    return order, earning_id


def quarters_back(shop: BookShop, order: Sold, quarters: int, number: str) -> int:
    """How many points the return took."""
    back = shop.bring_back(order.order_id, goods_back(number, quarters * QUARTER, quantity=str(quarters))).answer
    return sum(one.amount for one in back.cancelled) + sum(one.amount for one in back.called_off)


def there(shop: BookShop, owner: str) -> int:
    assert shop.proof(owner).matches
    [wallet] = shop.account(owner).wallets
    return wallet.available


def asked_back(shop: BookShop, order: Sold) -> list[int]:
    return [credit.due for credit in get_order(shop.rt, shop.caller, order.order_id).credits]
