"""An account of the past tells the tier of then, also where the scheme of then is kept no more."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.areas.tiers.model import TierScheme
from chalicelib.areas.tiers.model.versions import MAX_VERSIONS
from chalicelib.flows.define_tiers import define_tiers
from chalicelib.kit.periods import date_of, parse_day
from chalicelib.table.config import Name, config_pk, read_config
from chalicelib.table.items import pack
from chalicelib.table.protocol import Key
from tests.twins import fresh
from tests.twins.bookshop import TIERS, BookShop, open_shop

NAME = Name("tiers", "0001")
ATTRIBUTES = {f"a{number}": {"kind": "text", "value": "x" * 500} for number in range(20)}


def scheme(number: int, *, large: bool = False) -> dict[str, Any]:
    """Two tiers, of which the second is called by its number; with promises of 80 KB where it is large."""
    steps = [{"tier_id": "guest", "name": "Guest", "threshold": 0}]
    steps.append({"tier_id": f"t{number}", "name": f"T{number}", "threshold": 100})
    if large:
        steps += [
            {"tier_id": f"more{more}", "name": "More", "threshold": 1000 + more, "attributes": ATTRIBUTES}
            for more in range(8)
        ]
    return TIERS | {"tiers": steps}


def shop_with(schemes: list[dict[str, Any]]) -> BookShop:
    """With another tier scheme at noon of each day from 16 June on, and Ada, who has earned 100 before."""
    shop = open_shop(tiers=None)
    ada = shop.member("1")
    shop.earn(ada, 100)
    for number, body in enumerate(schemes):
        shop.clock.move_to(f"{day(number)}T12:00:00Z")
        define_tiers(shop.rt, shop.caller, fresh(), 1, TierScheme.model_validate(body))
    shop.clock.move_to("2026-12-31")
    return shop


def day(number: int) -> str:
    start = parse_day("2026-06-16")
    assert start is not None
    return date_of(start + number).isoformat()


def tier(shop: BookShop, moment: str) -> str | None:
    return shop.account(shop.member_with("1"), moment).tier


def kept(shop: BookShop) -> dict[str, Any]:
    return dict(read_config(shop.rt.table, shop.caller.tenant).aggregates[NAME].body)


@pytest.mark.parametrize("forgotten", [0, 1, 3])
def test_of_many_schemes_the_oldest_kept_stands_for_the_forgotten_and_none_for_before_the_first(forgotten: int) -> None:
    shop = shop_with([scheme(number) for number in range(MAX_VERSIONS + forgotten)])
    assert tier(shop, f"{day(0)}T11:59:59Z") is None
    assert tier(shop, f"{day(0)}T12:00:00Z") == f"t{forgotten}"
    assert tier(shop, f"{day(forgotten)}T12:00:00Z") == f"t{forgotten}"
    assert tier(shop, f"{day(forgotten + 1)}T12:00:00Z") == f"t{forgotten + 1}"


def test_of_schemes_that_went_for_their_size_as_well() -> None:
    """Each takes more than there is room for, so the newest stands for all: of the promises of before nothing is known."""
    shop = shop_with([scheme(number, large=True) for number in range(3)])
    assert len(kept(shop)["earlier"]) == 0
    assert tier(shop, f"{day(0)}T11:59:59Z") is None
    assert tier(shop, f"{day(0)}T12:00:00Z") == "t2"
    assert tier(shop, f"{day(1)}T12:00:00Z") == "t2"


def test_what_was_forgotten_before_anybody_noted_since_when_goes_back_for_ever() -> None:
    """As a release of before kept twenty: it forgot what was older, and did not say since when there were any."""
    shop = shop_with([scheme(number) for number in range(MAX_VERSIONS + 1)])
    key = Key(config_pk(shop.caller.tenant), f"{NAME.kind}#{NAME.id}")
    body = {name: value for name, value in kept(shop).items() if name != "first_since"}
    attrs = shop.rt.table.get(key)
    assert attrs is not None
    shop.rt.table.batch_put([{**attrs, "body": {"B": pack(body)}}])
    shop.rt.config.forget(shop.caller.tenant)
    assert tier(shop, f"{day(0)}T12:00:00Z") == "t1"
    shop.clock.move_to("2027-01-01")
    define_tiers(shop.rt, shop.caller, fresh(), 1, TierScheme.model_validate(scheme(99)))
    assert tier(shop, f"{day(0)}T12:00:00Z") == "t2"


def test_a_body_says_since_when_there_were_tiers_only_where_it_would_not_be_known() -> None:
    """A release of before reads all others."""
    assert "first_since" not in kept(shop_with([scheme(number) for number in range(3)]))
    assert "first_since" in kept(shop_with([scheme(number, large=True) for number in range(2)]))
