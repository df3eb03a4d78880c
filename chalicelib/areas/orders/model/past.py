"""How an order counts for questions about the past, and what a return takes of that: pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chalicelib.areas.orders.model.documents import Sale
from chalicelib.areas.orders.model.order import Back, ReturnPlan
from chalicelib.areas.orders.model.uses import Counts

Counted = tuple[str, int, int, int]  # name, days, times, value


def counted(sale: Sale, by: Counts) -> Counted:
    value = sum(line.gross_value for line in sale.lines if not by.lines or line.line_no in by.lines)
    return by.name, by.days, 1, value


def uncounted(planned: ReturnPlan) -> Iterator[Counted]:
    """What comes back of the lines for which it counts; and with the last of them, that it does."""
    after = planned.order
    left = {no: after.returned[no] for no in after.returned.keys() - planned.taken.keys()}
    left |= {no: _less(after.returned[no], taken) for no, taken in planned.taken.items()}
    before = replace(after, returned=left)
    for by in after.past:
        value = sum(taken.value for no, taken in planned.taken.items() if not by.lines or no in by.lines)
        times = int(after.has_back(by) and not before.has_back(by))
        if value or times:
            yield by.name, by.days, -times, -value


def _less(back: Back, taken: Back) -> Back:
    return Back(back.quantity - taken.quantity, back.value - taken.value)
