"""Requests and units of every operation, by the twin's own meter, at 1, 37 and 366 lots; then of what has a shop
of its own, every route and every step of queue, stream and schedule, at one. The same on every machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from chalicelib.kit.periods import iso_day, parse_day
from chalicelib.table.memory import MemoryTable
from chalicelib.table.meter import Cost
from tests.bench.figures import Gate, Row, Section
from tests.bench.routes_priced import priced_routes, priced_steps
from tests.bench.till import LOTS
from tests.twins.bookshop import POINTS, TODAY, card, open_shop, sale
from tests.unit.budgets.apart import APART
from tests.unit.budgets.priced import PRICED, Till, prepared, till, with_stamps
from tests.unit.budgets.test_budgets import BUDGETS

ENGINE = "twin (its meter follows DynamoDB's published rules)"


def measure(_full: bool, tell: Callable[[str], None]) -> Section:
    rows: list[Row] = []
    for lots in LOTS:
        tell(f"{lots} lots")
        at = _till(lots)
        rows += [_priced(name, at, lots) for name in PRICED]
    gates = {}
    for row in rows:
        of = f"{row['operation']}, {row['lots']} lots"
        budget = BUDGETS[row["operation"]]
        gates[f"requests: {of}"] = Gate(row["requests"], budget.requests, exact=True)
        within = budget.write_units if row["lots"] <= LOTS[1] else None
        gates[f"write units: {of}"] = Gate(row["write_units"], within, exact=True)
    tell("what is apart, every route, and every step")
    others = [*_apart(), *priced_routes(), *priced_steps()]
    for row in others:
        gates[f"requests: {row['operation']}"] = Gate(row["requests"], exact=True)
        gates[f"write units: {row['operation']}"] = Gate(row["write_units"], exact=True)
    return Section(rows + others, gates, {"engine": ENGINE})


def _apart() -> Iterator[Row]:
    """Each in a shop of its own."""
    for name, made in APART.items():
        at = till()
        yield _row(name, 1, at.price(made(at)))


def _till(lots: int) -> Till:
    table, today = MemoryTable(), parse_day(TODAY)
    assert today is not None
    unit = {**POINTS, "policies": [{"expiry": {"type": "days", "days": 3 * 365}}]}
    shop = open_shop(table, program=with_stamps(unit))
    days = [iso_day(today - ago) for ago in reversed(range(lots))]
    order = [shop.buy(card("ada"), sale(f"on-{day}", on=day)).answer for day in days][-1]
    return Till(shop, table, order.member_id, order.order_id)


def _priced(name: str, at: Till, lots: int) -> Row:
    return _row(name, lots, at.price(prepared(name, at)))


def _row(name: str, lots: int, cost: Cost) -> Row:
    return {
        "operation": name,
        "lots": lots,
        "requests": cost.requests,
        "write_units": cost.write_units,
        "index_units": cost.index_units,
        "read_units": cost.read_units,
    }
