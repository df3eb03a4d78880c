"""What must hold of counts of the past: an account has counted of orders what they say that they count for, and nothing else."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.orders import store as orders
from chalicelib.areas.orders.model.order import Back
from chalicelib.areas.rules.model.times import ORDERS
from chalicelib.table.protocol import Attrs, Key
from tests.faults.parsed import parsed

Sums = Counter[tuple[str, str]]  # by name: how often, and how much of each currency


def judge_past(kinds: Mapping[str, Mapping[Key, Attrs]]) -> None:
    theirs: dict[tuple[str, str, int], Sums] = defaultdict(Counter)
    for key, item in kinds["order"].items():
        order = parsed(orders.order_from, item)
        sums, back = theirs[key.pk.split("#", 1)[0], order.owner, order.program], order.returned
        for by in order.past:
            lines = [line for line in order.sale.lines if not by.lines or line.line_no in by.lines]
            sums[by.name, ""] += not order.has_back(by)
            sums[by.name, order.sale.currency] += sum(
                line.gross_value - back.get(line.line_no, Back()).value for line in lines
            )
    for key, item in kinds["account"].items():
        tenant, owner, program = key.pk.split("#", 1)[0], key.pk.rsplit("#", 1)[1], int(key.sk.removeprefix("B#"))
        account, _ = parsed(accounts.account_from, item, owner, program)
        counted: Sums = Counter()
        for name, days in account.past.items():
            for one in days.values() if name.startswith(ORDERS) else ():
                counted[name, ""] += one.times
                counted.update({(name, currency): value for currency, value in one.values.items()})
        assert counted == theirs[tenant, owner, program], f"{owner}: its past is another than its orders count for"
