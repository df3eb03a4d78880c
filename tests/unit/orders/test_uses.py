"""What an order has of rules that are counted comes back with its goods: in parts that sum to the whole, and once."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import hypothesis
from hypothesis import strategies as st

from chalicelib.areas.orders import store
from chalicelib.areas.orders.model import Line, Return, ReturnLine, Sale, plan_return
from chalicelib.areas.orders.model.order import Credited, Order
from chalicelib.areas.orders.model.uses import Held, Use

PIECES = 4
prices = st.lists(st.integers(0, 50).map(lambda tens: tens * PIECES), min_size=1, max_size=3)


def order_of(cents: list[int], *uses: Use, given: tuple[Credited, ...] = ()) -> Order:
    lines = tuple(
        Line(line_no=at, sku=f"s{at}", quantity=Decimal(PIECES), gross_value=value) for at, value in enumerate(cents, 1)
    )
    sale = Sale(number="1", purchased_at=1, currency="EUR", lines=lines)
    return Order("ord_00000000001", "mem_00000000001", 1, 1, 1, sale, given, uses=uses)


def a_piece_of_each(order: Order, number: int) -> Return:
    lines = tuple(
        ReturnLine(sku=one.sku, quantity=Decimal(1), gross_value=one.gross_value // PIECES) for one in order.sale.lines
    )
    return Return(number=str(number), purchased_at=1, currency="EUR", lines=lines)


@hypothesis.given(prices, st.integers(0, 1_000))
def test_parts_of_what_came_back_sum_to_the_whole(cents: list[int], points: int) -> None:
    split = tuple((at, value // 2) for at, value in enumerate(cents, 1))
    off = sum(part for _, part in split)
    lines = tuple((at, 0) for at, _ in enumerate(cents, 1))
    credited = (Credited("gift", "points", points, lines, sum(cents), (1, 0, points)),) if points else ()
    of_points = Use("gift", ("2026",), (("points", points),) if points else (), Held("l", 0, 1), None, "points")
    of_points = of_points._replace(budget=Held("b", 3, points) if points else None)
    of_money = Use("tenth", (), (), None, Held("m", 0, off) if off else None, "EUR", split if off else ())
    order = order_of(cents, of_points, of_money, given=credited)
    times, amounts, budgets, in_all = 0, 0, {"b": 0, "m": 0}, 0
    for number in range(PIECES):
        assert store.order_from(store.order_put("shop", order).item) == order
        plan = plan_return(order, a_piece_of_each(order, number), {"points": "own_lines"})
        for back in plan.uses_back:
            times += back.times * (back.use.rule == "gift")
            amounts += sum(amount for _, amount in back.amounts)
            in_all += back.in_all.amount if back.in_all else 0
            if back.budget is not None:
                budgets[back.budget.quota] += back.budget.amount
        order = plan.order
        assert budgets["b"] == amounts
    assert (times, in_all, amounts, budgets) == (1, 1, points, {"b": points, "m": off})
    assert order.uses == ()


def test_an_order_that_has_nothing_of_such_rules_is_written_as_before() -> None:
    plain = order_of([100])
    kept = replace(plain, uses=(Use("gift", ("ever",)),))
    assert [store.order_put("shop", one).item["v"]["N"] for one in (plain, kept)] == ["2", "6"]
