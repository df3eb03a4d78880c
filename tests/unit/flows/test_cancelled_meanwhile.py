"""What a purchase earned is cancelled while its goods come back, or though its order is damaged."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.areas.orders import store as orders
from chalicelib.flows.cancel_earning import cancel_earning
from chalicelib.kit.command import Command
from chalicelib.table.damaged import DamagedItemError
from chalicelib.table.items import pack, unpack
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Delete
from tests.twins import fresh
from tests.twins.bookshop import card, dry, open_shop, sale
from tests.twins.faulty import FaultyTable
from tests.unit.flows.cancelled import asked_back, bought, by_its_route, quarters_back, there


def test_an_order_that_is_gone_or_does_not_have_what_it_gave_is_damaged() -> None:
    table = MemoryTable()
    shop = open_shop(table)
    order = shop.buy(card("1"), sale("A1")).answer
    key = orders.order_key("shop", order.order_id)
    item = table.get(key)
    assert item is not None
    kept = unpack(item["body"]["B"])
    table.batch_put([{**item, "body": {"B": pack(kept | {"credits": []})}}])
    with pytest.raises(DamagedItemError, match=rf"^{key.pk} S cannot be read: it has not given what its entry says$"):
        by_its_route(shop, order.member_id, order.earned[0].earning_id or "")
    table.transact([Delete(key)], shop.rt.ids.command())
    with pytest.raises(DamagedItemError, match=rf"^{key.pk} S is gone, though its entry is there$"):
        by_its_route(shop, order.member_id, order.earned[0].earning_id or "")


@pytest.mark.parametrize("command", [fresh, dry])
@pytest.mark.parametrize("call", range(7))
@pytest.mark.parametrize("used", ["left", "whole", "refuse"])
def test_goods_that_come_back_meanwhile_have_come_back_before_or_after(
    used: str, call: int, command: Callable[[], Command]
) -> None:
    """Before any call of the cancellation: it takes all, or what the return has left, and both together take all that there was."""
    table = FaultyTable(MemoryTable())
    units = [{"code": "points", "name": "Points", "policies": [{"cancel_used": used, "negative": "returns"}]}]
    shop = open_shop(table, program={"units": units})
    ada = shop.member("1")
    order, earning_id = bought(shop)
    returned: list[int] = []

    def meanwhile(number: int) -> None:
        if number == call:
            table.interrupt = None
            returned.append(quarters_back(shop, order, 1, "R1"))

    table.start()
    table.interrupt = meanwhile
    done = cancel_earning(shop.rt, shop.caller, command(), ada, earning_id).answer
    table.interrupt = None
    assert done.changes[0].amount in ((100, 75) if returned else (100,))
    assert done.changes[0].short == 0
    if command is fresh:
        assert asked_back(shop, order) == [100]
        assert there(shop, ada) == 0
