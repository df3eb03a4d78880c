"""The laws of coupons find what they are there for: of each a table that breaks it and no other, which they must name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.areas.coupons.store import codes
from chalicelib.table.items import pack, unpack
from chalicelib.table.protocol import Key
from tests.faults.coupons import POOLED, couponed
from tests.faults.laws import judge
from tests.twins import coupons

Items = dict[Key, dict[str, Any]]


def shop() -> tuple[Items, Callable[[str, str], Key]]:
    """The items, and where Ada's coupon of a series lies."""
    world = couponed()
    ada = world.names["ada"]

    def of(place: str, series: str) -> Key:
        return Key(f"shop#M#{ada}", f"{place}{coupons.named(world.calm, ada, series).coupon_id}")

    return {key: dict(one.item) for key, one in world.memory._items.items()}, of


def changed(items: Items, key: Key, change: Callable[[Any], Any]) -> None:
    items[key]["body"] = {"B": pack(change(unpack(items[key]["body"]["B"])))}


def lost(items: Items, of: Callable[[str, str], Key]) -> None:
    del items[of("F#", "good")]


def twice(items: Items, of: Callable[[str, str], Key]) -> None:
    live, past = of("F#", "good"), of("K#", "good")
    items[past] = {**items[live], "sk": {"S": past.sk}}


def misplaced(items: Items, of: Callable[[str, str], Key]) -> None:
    live, past = of("F#", "used"), of("K#", "used")
    items[live] = {**items.pop(past), "sk": {"S": live.sk}}


def used_in_secret(items: Items, of: Callable[[str, str], Key]) -> None:
    changed(items, of("F#", "good"), lambda body: body | {"uses": [{"used_at": "2026-06-15T12:00:00Z"}]})


def cancelled_in_secret(items: Items, of: Callable[[str, str], Key]) -> None:
    changed(items, of("F#", "good"), lambda body: body | {"cancelled_at": "2026-06-15T12:00:00Z"})


def longer(items: Items, of: Callable[[str, str], Key]) -> None:
    changed(items, of("F#", "short"), lambda body: {name: part for name, part in body.items() if name != "expires_at"})


def never_due(items: Items, of: Callable[[str, str], Key]) -> None:
    del items[of("F#", "short")]["gsi3pk"]


def of_nobody(items: Items, of: Callable[[str, str], Key]) -> None:
    code = unpack(items[of("F#", "good")]["body"]["B"])["code"]
    del items[codes.code_key("shop", code)]


def not_in_pool(items: Items, of: Callable[[str, str], Key]) -> None:
    del items[codes.code_key("shop", POOLED[0])]


def not_counted(items: Items, of: Callable[[str, str], Key]) -> None:
    [place] = [key for key in items if key.pk == "shop#Q#coupons_issued#0001#good"]
    items[place]["taken"] = {"N": "0"}


def more_than_lies_there(items: Items, of: Callable[[str, str], Key]) -> None:
    place = next(key for key in items if key.pk == "shop#Q#coupon_codes#0001#pool")
    items[place]["left"] = {"N": "9"}


def not_counted_as_live(items: Items, of: Callable[[str, str], Key]) -> None:
    items[Key(of("F#", "used").pk, "F#~")]["live"] = {"N": "0"}


def not_counted_of_member(items: Items, of: Callable[[str, str], Key]) -> None:
    changed(items, Key(of("F#", "used").pk, "F#~0001#used"), lambda body: body | {"used": 0})


BROKEN = {
    "coupons are not those that were told": lost,
    "or one lies in two places": twice,
    "does not lie where it belongs": misplaced,
    "not used as was told": used_in_secret,
    "cancelled and not told": cancelled_in_secret,
    "good until another time": longer,
    "in the index of what is due": never_due,
    "codes are not those of coupons": of_nobody,
    "not those that lie in pools": not_in_pool,
    "what is issued is not what was taken": not_counted,
    "a pool does not count its codes": more_than_lies_there,
    "sk='F#~'.* does not count": not_counted_as_live,
    "~0001#used.* does not count": not_counted_of_member,
}


@pytest.mark.parametrize("named", BROKEN)
def test_what_breaks_a_law_of_coupons_is_named(named: str) -> None:
    items, of = shop()
    BROKEN[named](items, of)
    with pytest.raises(AssertionError, match=named):
        judge(items.values())


def test_where_nothing_is_broken_no_law_is() -> None:
    judge(shop()[0].values())
