"""What metrics cost: nothing with a purchase, and one request to whoever comes to no threshold, however many there are."""

from __future__ import annotations

from functools import partial

from chalicelib.flows.read_metric_values import read_metric_values
from chalicelib.flows.settle_criteria import settle_criteria
from tests.twins import metered
from tests.twins.bookshop import fixed, member, sale
from tests.unit.budgets.priced import till
from tests.unit.budgets.test_segments import asked


def test_what_metrics_measure_costs_a_purchase_nothing() -> None:
    at = till()
    plain = asked(at.price(partial(at.shop.buy, member(at.ada), sale("A7"))))
    for number in range(20):
        metered.metric(at.shop, f"m{number}", {**metered.LATELY, "places": [f"place-{number}"]})
    metered.metric(at.shop)
    assert asked(at.price(partial(at.shop.buy, member(at.ada), sale("A8")))) == plain


def test_who_comes_to_a_threshold_is_two_requests_and_who_does_not_is_one_however_many_there_are() -> None:
    at = till()
    settle = partial(metered.settle, at.shop, at.ada)
    assert asked(at.price(settle)) == (0, 0, 0)
    for number in range(20):
        metered.metric(at.shop, f"m{number}", metered.EVER, at_least="1000")
    assert asked(at.price(settle)) == (1, 0, 0)
    metered.metric(at.shop, what=metered.EVER)
    metered.on_reaching(at.shop, fixed(5))
    assert asked(at.price(settle))[:2] == (2, 4)
    assert asked(at.price(settle)) == (1, 0, 0)


def test_when_time_takes_it_away_is_written_down_once() -> None:
    """By the look at criteria, which is one request more."""
    at = till()
    metered.metric(at.shop)
    at.shop.buy(member(at.ada), sale("A7"))
    metered.settle(at.shop, at.ada)
    look = partial(settle_criteria, at.shop.rt, at.shop.caller, at.ada)
    assert asked(at.price(look)) == (2, 6, 1)
    assert asked(at.price(look)) == (1, 0, 0)


def test_values_are_one_request_however_many_there_are() -> None:
    at = till()
    for number in range(20):
        metered.metric(at.shop, f"m{number}")
    assert asked(at.price(partial(read_metric_values, at.shop.rt, at.shop.caller, at.ada, 1))) == (1, 0, 0)
