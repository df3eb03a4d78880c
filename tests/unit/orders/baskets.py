"""Sales, what rules gave for them, and all the ways in which a customer may bring them back."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from chalicelib.areas.orders.model import Line, Return, ReturnLine, Sale
from chalicelib.areas.orders.model.order import Basis, Credited, Order, plan_return

BASES: dict[str, Basis] = {"points": "own_lines", "stamps": "order_value"}
SKUS = ("book", "pen", "card")


def line(line_no: int, sku: str, quantity: str, gross_value: int) -> Line:
    return Line(line_no=line_no, sku=sku, quantity=Decimal(quantity), gross_value=gross_value)


def bought(*lines: Line, credited: Iterable[Credited] = ()) -> Order:
    sale = Sale(number="A1", purchased_at=0, currency="EUR", lines=lines)
    return Order("ord_1", "mem_1", 1, 1, 0, sale, tuple(credited))


def credited(order: Order, rule: str, amount: int, *line_nos: int, unit: str = "points") -> Order:
    """The order with one more credit, for these lines or for all."""
    own = [one for one in order.sale.lines if not line_nos or one.line_no in line_nos]
    parts = tuple((one.line_no, 0) for one in own)
    made = Credited(rule, unit, amount, parts, sum(one.gross_value for one in own), (1, 0, amount))
    return bought(*order.sale.lines, credited=(*order.credits, made))


def back(sku: str, quantity: str | Decimal, gross_value: int, line_no: int | None = None) -> ReturnLine:
    return ReturnLine(sku=sku, quantity=Decimal(quantity), gross_value=gross_value, line_no=line_no)


def document(*lines: ReturnLine, number: str = "R1", currency: str = "EUR") -> Return:
    return Return(number=number, purchased_at=0, currency=currency, lines=lines)


def returned(order: Order, *documents: Return) -> Order:
    for one in documents:
        order = plan_return(order, one, BASES).order
    return order


def dues(order: Order) -> dict[str, int]:
    return {credit.rule: credit.due for credit in order.credits}


# --- drawn at random -------------------------------------------------------------------------------------------------

thousandths = st.one_of(st.integers(1, 4).map(lambda whole: whole * 1000), st.integers(1, 3000))
values = st.one_of(st.just(0), st.integers(1, 30), st.integers(31, 100_000))


@st.composite
def orders(draw: st.DrawFn) -> Order:
    """One to five lines, one SKU on several of them perhaps; up to four credits, each with lines of its own."""
    count = draw(st.integers(1, 5))
    lines = [
        line(no, draw(st.sampled_from(SKUS)), str(Decimal(draw(thousandths)) / 1000), draw(values))
        for no in draw(st.permutations(range(1, count + 1)))
    ]
    order = bought(*lines)
    for number in range(draw(st.integers(0, 4))):
        own = draw(st.lists(st.integers(1, count), min_size=1, unique=True))
        unit = draw(st.sampled_from(sorted(BASES)))
        order = credited(order, f"rule{number}", draw(st.integers(1, 5000)), *own, unit=unit)
    return order


def cut(draw: Any, whole: int, parts: int, least: int) -> list[int]:
    """`whole` cut into so many parts, each at least `least`."""
    spare = whole - least * parts
    marks = sorted(draw(st.lists(st.integers(0, spare), min_size=parts - 1, max_size=parts - 1)))
    return [least + after - before for before, after in zip([0, *marks], [*marks, spare], strict=True)]


@st.composite
def pieces(draw: st.DrawFn, order: Order, *, by_line: bool) -> list[ReturnLine]:
    """The whole order in pieces: each line cut in quantity and, apart from that, in value."""
    found: list[ReturnLine] = []
    for one in order.sale.lines:
        milli = int(one.quantity * 1000)
        parts = draw(st.integers(1, min(4, milli)))
        quantities, money = cut(draw, milli, parts, 1), cut(draw, one.gross_value, parts, 0)
        line_no = one.line_no if by_line else None
        found += [
            back(one.sku, Decimal(quantity) / 1000, value, line_no)
            for quantity, value in zip(quantities, money, strict=True)
        ]
    return found


@st.composite
def brought_back(draw: st.DrawFn) -> tuple[Order, list[Return]]:
    """An order, and returns that bring all of it back: by SKU or by line, in any order, any number of lines each."""
    order = draw(orders())
    every = draw(st.permutations(draw(pieces(order, by_line=draw(st.booleans())))))
    documents: list[Return] = []
    while every:
        size = draw(st.integers(1, len(every)))
        documents.append(document(*every[:size], number=f"R{len(documents) + 1}"))
        every = every[size:]
    return order, documents
