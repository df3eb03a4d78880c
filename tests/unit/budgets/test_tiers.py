"""What moving a tier by hand costs an account of 1, 37 and 366 lots: the same requests, and units as the item weighs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from chalicelib.areas.accounts.store import account_key
from chalicelib.kit.periods import iso_day, parse_day
from chalicelib.table.memory import MemoryTable
from chalicelib.table.meter import Cost, item_bytes, write_units
from tests.twins.bookshop import POINTS, BookShop, open_shop
from tests.unit.budgets.test_budgets import without_reading

ENTRY_UNITS = 2
ACTS: dict[str, Callable[[BookShop, str], object]] = {
    "pin": lambda shop, ada: shop.pin(ada, "gold"),
    "unpin": lambda shop, ada: shop.unpin(ada),
    "recalculate": lambda shop, ada: shop.recalculate(ada),
}


@dataclass(frozen=True)
class Kept:
    shop: BookShop
    table: MemoryTable
    ada: str

    @property
    def units(self) -> int:
        item = self.table.get(account_key("shop", self.ada, 1))
        assert item is not None
        size = item_bytes(item)
        return 2 * write_units(size, size)


def with_lots(lots: int) -> Kept:
    """Something earned on each of so many days, none of it over yet."""
    table = MemoryTable()
    unit = {**POINTS, "policies": [{"expiry": {"type": "days", "days": 500}}]}
    shop = open_shop(table, program={"units": [unit]}, now="2026-01-01")
    ada = shop.member("ada")
    first = parse_day("2026-01-01") or 0
    for day in range(lots):
        shop.clock.move_to(iso_day(first + day))
        shop.earn(ada, 1_234 + day)
    assert len(shop.account(ada).wallets[0].expiring) == lots
    return Kept(shop, table, ada)


@pytest.mark.parametrize("lots", [1, 37, 366])
def test_requests_stay_and_units_are_those_of_the_item(lots: int) -> None:
    kept = with_lots(lots)
    assert kept.units == {1: 2, 37: 2, 366: 6}[lots]
    for name in ("pin", "recalculate", "unpin"):
        before = kept.table.meter.cost
        ACTS[name](kept.shop, kept.ada)
        cost = without_reading(kept.table.meter.cost - before)
        expected = Cost(batch_get=1, transact=1, write_units=kept.units + ENTRY_UNITS, index_units=1)
        assert cost == expected, name
