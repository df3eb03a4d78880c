"""Returns as a shop sees them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chalicelib.areas.orders.model.order import Back, plan_return
from chalicelib.errors import Refused
from tests.unit.orders.baskets import BASES, back, bought, credited, document, dues, line, returned


def test_a_third_of_the_value_takes_back_a_third_rounded_half_up_over_all_returns() -> None:
    order = credited(bought(line(1, "pen", "3", 300)), "base", 10)
    first = returned(order, document(back("pen", "1", 100)))
    second = returned(first, document(back("pen", "1", 100)))
    third = returned(second, document(back("pen", "1", 100)))
    assert [dues(step)["base"] for step in (first, second, third)] == [3, 7, 10]


def test_half_a_point_is_rounded_up() -> None:
    order = credited(bought(line(1, "pen", "2", 200)), "base", 5)
    assert dues(returned(order, document(back("pen", "1", 100)))) == {"base": 3}


def test_a_bonus_on_one_product_goes_with_that_product_only() -> None:
    order = credited(bought(line(1, "pen", "1", 100), line(2, "book", "1", 900)), "base", 10)
    order = credited(order, "book bonus", 50, 2)
    assert dues(returned(order, document(back("pen", "1", 100)))) == {"base": 1, "book bonus": 0}
    assert dues(returned(order, document(back("book", "1", 900)))) == {"base": 9, "book bonus": 50}


def test_a_unit_measured_by_the_whole_order_gives_back_in_its_proportion() -> None:
    order = credited(bought(line(1, "pen", "1", 100), line(2, "book", "1", 900)), "stamps", 10, 2, unit="stamps")
    assert dues(returned(order, document(back("pen", "1", 100)))) == {"stamps": 1}


def test_what_was_given_for_a_free_line_goes_when_the_whole_order_comes_back() -> None:
    order = credited(bought(line(1, "card", "1", 0), line(2, "pen", "1", 100)), "card bonus", 5, 1)
    first = returned(order, document(back("card", "1", 0)))
    assert dues(first) == {"card bonus": 0}
    assert dues(returned(first, document(back("pen", "1", 100)))) == {"card bonus": 5}


def test_an_order_of_nothing_but_free_things_comes_back_with_its_last_piece() -> None:
    for unit in BASES:
        order = credited(bought(line(1, "card", "2", 0)), "bonus", 5, unit=unit)
        half = returned(order, document(back("card", "1", 0)))
        assert (dues(half), half.fully_returned) == ({"bonus": 0}, False)
        whole = returned(half, document(back("card", "1", 0)))
        assert (dues(whole), whole.fully_returned) == ({"bonus": 5}, True)


def test_all_goods_for_less_money_is_not_a_full_return() -> None:
    """Ten per cent were kept as a fee: so are their points, and the order still counts."""
    order = credited(bought(line(1, "pen", "1", 1000)), "base", 10)
    kept = returned(order, document(back("pen", "1", 900)))
    assert (dues(kept), kept.fully_returned) == ({"base": 9}, False)


def test_a_sku_on_several_lines_comes_back_from_the_first_line_on() -> None:
    order = bought(line(1, "pen", "2", 200), line(2, "book", "1", 500), line(3, "pen", "1", 80))
    plan = plan_return(order, document(back("pen", "2.5", 240)), BASES)
    assert plan.taken == {1: Back(Decimal(2), 200), 3: Back(Decimal("0.5"), 40)}


def test_a_named_line_gives_and_no_other() -> None:
    order = bought(line(1, "pen", "1", 200), line(3, "pen", "1", 80))
    assert plan_return(order, document(back("pen", "1", 80, 3)), BASES).taken == {3: Back(Decimal(1), 80)}
    with pytest.raises(Refused, match="returned_more_than_bought"):
        plan_return(order, document(back("pen", "2", 80, 3)), BASES)


def test_a_product_that_was_not_sold_cannot_come_back() -> None:
    order = bought(line(1, "pen", "1", 200), line(2, "book", "1", 80))
    for stranger in (back("card", "1", 0), back("pen", "1", 10, 2), back("pen", "1", 10, 9)):
        with pytest.raises(Refused, match="sku_not_sold"):
            plan_return(order, document(stranger), BASES)


def test_money_comes_back_in_the_currency_it_was_paid_in() -> None:
    with pytest.raises(Refused, match="The sale is in EUR, not USD"):
        plan_return(bought(line(1, "pen", "1", 200)), document(back("pen", "1", 200), currency="USD"), BASES)


def test_a_refused_return_leaves_the_order_as_it_was() -> None:
    order = credited(bought(line(1, "pen", "1", 200), line(2, "book", "1", 80)), "base", 10)
    with pytest.raises(Refused):
        plan_return(order, document(back("pen", "1", 200), back("book", "2", 80)), BASES)
    assert (order.returned, order.version, dues(order)) == ({}, 1, {"base": 0})


def test_every_return_makes_a_new_version_of_its_order() -> None:
    order = bought(line(1, "pen", "2", 200))
    assert returned(order, document(back("pen", "1", 100)), document(back("pen", "1", 100))).version == 3
