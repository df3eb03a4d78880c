"""Whatever was bought and however it comes back: a full return takes back exactly what was earned."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.areas.orders.model import Return
from chalicelib.areas.orders.model.order import Credited, Order, plan_return
from chalicelib.errors import Refused
from tests.unit.orders.baskets import BASES, back, brought_back, document, dues, returned


@given(brought_back())
def test_a_full_return_takes_back_all_that_was_earned_however_it_is_split(case: tuple[Order, list[Return]]) -> None:
    order, documents = case
    taken = dict.fromkeys(dues(order), 0)
    for number, one in enumerate(documents, start=1):
        plan = plan_return(order, one, BASES)
        assert all(due.amount >= 0 for due in plan.dues)
        assert plan.value == sum(line.gross_value for line in one.lines)
        for due in plan.dues:
            taken[due.credit.rule] += due.amount
        order = plan.order
        assert order.fully_returned == (number == len(documents))
    assert taken == dues(order) == {credit.rule: credit.amount for credit in order.credits}
    assert order.returned_value == order.sale.gross_value


@given(brought_back())
def test_after_each_return_the_share_is_rounded_half_up_once_over_all_so_far(case: tuple[Order, list[Return]]) -> None:
    order, documents = case
    came: list[Return] = []
    for one in documents:
        order, came = returned(order, one), [*came, one]
        values = value_of_each_line(order, came)
        everything = len(came) == len(documents)
        assert dues(order) == {credit.rule: share(order, credit, values, everything) for credit in order.credits}


def value_of_each_line(order: Order, came: list[Return]) -> dict[int, int]:
    """By line where it is named; else a SKU's money fills its lines one after the other, as they stand on the sale."""
    lines = [line for one in came for line in one.lines]
    if lines[0].line_no is not None:
        return {
            sold.line_no: sum(line.gross_value for line in lines if line.line_no == sold.line_no)
            for sold in order.sale.lines
        }
    money = {sold.sku: sum(line.gross_value for line in lines if line.sku == sold.sku) for sold in order.sale.lines}
    values: dict[int, int] = {}
    for sold in order.sale.lines:
        values[sold.line_no] = min(sold.gross_value, money[sold.sku])
        money[sold.sku] -= values[sold.line_no]
    return values


def share(order: Order, credit: Credited, values: Mapping[int, int], everything: bool) -> int:
    own = [line_no for line_no, _ in credit.lines] if BASES[credit.unit] == "own_lines" else list(values)
    worth = {line.line_no: line.gross_value for line in order.sale.lines}
    whole, came = sum(worth[no] for no in own), sum(values[no] for no in own)
    if whole == 0:
        return credit.amount if everything else 0
    with localcontext(prec=60):
        return int((Decimal(credit.amount) * came / whole).quantize(Decimal(1), ROUND_HALF_UP))


@given(brought_back(), st.data())
def test_the_order_in_which_the_same_goods_come_back_changes_nothing(
    case: tuple[Order, list[Return]], data: Any
) -> None:
    order, documents = case
    some = documents[: data.draw(st.integers(1, len(documents)))]
    as_they_came = returned(order, *some)
    otherwise = returned(order, *data.draw(st.permutations(some)))
    assert dues(otherwise) == dues(as_they_came)
    assert {no: back for no, back in otherwise.returned.items() if any(back)} == {
        no: back for no, back in as_they_came.returned.items() if any(back)
    }


@given(brought_back(), st.data())
def test_one_document_takes_what_its_lines_would_take_one_by_one(case: tuple[Order, list[Return]], data: Any) -> None:
    order, documents = case
    some = documents[: data.draw(st.integers(1, len(documents)))]
    lines = [line for one in some for line in one.lines]
    assert dues(returned(order, document(*lines))) == dues(returned(order, *(document(line) for line in lines)))


@given(brought_back(), st.data())
def test_nothing_comes_back_twice(case: tuple[Order, list[Return]], data: Any) -> None:
    order, documents = case
    everything = returned(order, *documents)
    again = data.draw(st.sampled_from(documents))
    with pytest.raises(Refused, match="returned_more_than_bought"):
        plan_return(everything, again, BASES)


@given(brought_back(), st.data())
def test_a_thousandth_or_a_cent_more_than_was_bought_is_refused(case: tuple[Order, list[Return]], data: Any) -> None:
    order, documents = case
    before = returned(order, *documents[:-1])
    *others, last = documents[-1].lines
    for more_of_it, more_money in ((Decimal("0.001"), 0), (Decimal(0), 1)):
        greedy = back(last.sku, last.quantity + more_of_it, last.gross_value + more_money, last.line_no)
        with pytest.raises(Refused, match="returned_more_than_bought"):
            plan_return(before, document(*others, greedy), BASES)
    assert returned(before, documents[-1]).fully_returned
