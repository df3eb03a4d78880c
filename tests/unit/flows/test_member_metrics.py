"""How often a member did something, how much it came to, on average and last."""

from __future__ import annotations

from chalicelib.errors import InvalidInput, NotFound
from chalicelib.flows.read_metrics import read_metrics
from tests.twins.bookshop import BookShop, goods_back, member, open_shop, refused, sale
from tests.twins.by_hand import day

YEAR = day("2026-01-01"), day("2026-12-31")
Told = dict[tuple[str, str], tuple[int | None, ...]]


def metrics(shop: BookShop, owner: str, first: str = "2026-01-01", last: str = "2026-12-31") -> Told:
    """Count, sum, average and last."""
    told = read_metrics(shop.rt, shop.caller, (owner, 1), (day(first), day(last)))
    return {(one.fact, one.of): (one.count, one.sum, one.average, one.last) for one in told.items}


def test_orders_and_points_are_measured_by_the_day_on_which_they_took_effect() -> None:
    shop = open_shop()
    ada = shop.member("1")
    shop.clock.move_to("2026-08-02")
    bought = shop.buy(member(ada), sale("A2", 50_01, on="2026-08-01")).answer
    shop.buy(member(ada), sale("A1", 100_00, on="2026-06-20"))  # a till that was away: it was bought before
    shop.buy(member(ada), sale("A3", 8_00, on="2026-08-02", currency="USD"))
    shop.spend(ada, 30)
    shop.bring_back(bought.order_id, goods_back("R1", 50_01, on="2026-08-02"))
    assert metrics(shop, ada) == {
        ("order.recorded", "EUR"): (2, 150_01, 75_01, 50_01),
        ("order.recorded", "USD"): (1, 8_00, 8_00, 8_00),
        ("order.returned", "EUR"): (1, 50_01, 50_01, 50_01),
        ("points.cancelled", "points"): (1, 50, 50, 50),
        ("points.earned", "points"): (3, 158, 53, 8),
        ("points.spent", "points"): (1, 30, 30, 30),
    }
    assert metrics(shop, ada, "2026-06-20", "2026-07-31") == {
        ("order.recorded", "EUR"): (1, 100_00, 100_00, 100_00),
        ("points.earned", "points"): (1, 100, 100, 100),
    }
    assert metrics(shop, ada, "2026-06-21", "2026-07-31") == {}


def test_when_it_was_first_and_last() -> None:
    shop = open_shop()
    ada = shop.member("1")
    for at in ("2026-06-15", "2026-06-18", "2026-06-30"):
        shop.clock.move_to(at)
        shop.earn(ada, 5)
    [earned] = read_metrics(shop.rt, shop.caller, (ada, 1), (None, None)).items
    assert (earned.count, earned.first_on, earned.last_on) == (3, day("2026-06-15"), day("2026-06-30"))


def test_metrics_of_nobody_and_of_too_many_days() -> None:
    shop = open_shop()
    ada = shop.member("1")
    with refused("member_not_found", "member_id", NotFound):
        metrics(shop, "mem_00000000000")
    with refused("invalid_span", "until", InvalidInput):
        metrics(shop, ada, "2024-01-01")
    with refused("invalid_span", "until", InvalidInput):
        metrics(shop, ada, "2026-02-01", "2026-01-31")
