"""What must hold of counts of the past: an account has counted of orders what they say that they count for, and nothing else; and an entry
of points what it tells of them, taking off no more than it takes back."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model.limits import MAX_PAST_DAYS
from chalicelib.areas.accounts.model.past import FOR_EVER
from chalicelib.areas.orders import store as orders
from chalicelib.areas.orders.model.order import Back
from chalicelib.areas.rules.model.times import ORDERS, unit_counted
from chalicelib.kit.periods import Day, local_day
from chalicelib.table.items import BodyAttribute
from chalicelib.table.journal import Entry, Stream
from chalicelib.table.protocol import Attrs, Key
from tests.faults.parsed import parsed

_COMES = {"points_earned": ("points.earned", "points.activated"), "points_spent": ("points.spent", "points.captured")}
_GOES = {"points_earned": ("points.cancelled",), "points_spent": ("points.refunded",)}
Sums = Counter[tuple[str, Day, str]]  # by name and day: how often, and how much of each currency


def judge_past(kinds: Mapping[str, Mapping[Key, Attrs]]) -> None:
    """Of days that an account has dropped again nothing is asked but that they were over when something later was counted by
    the name, whether or not that has come back since; or that nobody can ask back so far."""
    theirs: dict[tuple[str, str, int], Sums] = defaultdict(Counter)
    longest: dict[str, int] = defaultdict(int)
    zones = {key: parsed(_zone, attrs) for key, attrs in kinds["program"].items()}
    for key, item in kinds["order"].items():
        order = parsed(orders.order_from, item)
        sums, back = theirs[key.pk.split("#", 1)[0], order.owner, order.program], order.returned
        for by in order.past:
            zone = zones[Key(f"{key.pk.split('#', 1)[0]}#CFG", f"program#{order.program:04}")]
            day = local_day(order.sale.purchased_at, zone) if by.days else FOR_EVER
            lines = [line for line in order.sale.lines if not by.lines or line.line_no in by.lines]
            sums[by.name, day, ""] += not order.has_back(by)
            sums[by.name, day, order.sale.currency] += sum(
                line.gross_value - back.get(line.line_no, Back()).value for line in lines
            )
            longest[by.name] = max(longest[by.name], by.days)
    for key, item in kinds["account"].items():
        tenant, owner, program = key.pk.split("#", 1)[0], key.pk.rsplit("#", 1)[1], int(key.sk.removeprefix("B#"))
        account, _ = parsed(accounts.account_from, item, owner, program)
        counted: Sums = Counter()
        for name, days in account.past.items():
            for day, one in days.items() if name.startswith(ORDERS) else ():
                counted[name, day, ""] += one.times
                counted.update({(name, day, currency): value for currency, value in one.values.items()})
        told = theirs[tenant, owner, program]
        newest = {name: max(day for of, day, _ in told if of == name) for name, _, _ in told}
        came_to = local_day(account.advanced_to, zones[Key(f"{tenant}#CFG", f"program#{program:04}")])
        over = [
            (name, day, what)
            for name, day, what in told
            if day not in account.past.get(name, {})
            and FOR_EVER < day <= max(newest[name] - longest[name], came_to - MAX_PAST_DAYS)
        ]
        assert counted == Counter({one: told[one] for one in told.keys() - over}), (
            f"{owner}: its past is another than its orders count for"
        )


def judge_points(journals: Mapping[Stream, list[Entry]]) -> None:
    for stream, entries in journals.items():
        for entry in entries:
            more, less = _points_counted(entry.facts)
            for name, amount in more.items():
                told = _points_told(entry.facts, name, _COMES)
                assert amount == told, (
                    f"entry {entry.sequence} of {stream} counts {amount} by {name}, and tells of {told}"
                )
            for name, amount in less.items():
                told = _points_told(entry.facts, name, _GOES)
                assert amount <= told, f"entry {entry.sequence} of {stream} takes {amount} off {name}, and {told} back"


def _points_counted(facts: Sequence[Mapping[str, Any]]) -> tuple[Counter[str], Counter[str]]:
    """How much more by name, and how much less."""
    more, less = Counter[str](), Counter[str]()
    for name, _, _, value in (one for fact in facts if fact["type"] == "past.counted" for one in fact["counts"]):
        if unit_counted(name) is not None:
            (less if value < 0 else more)[name] += abs(value)
    return more, less


def _points_told(facts: Sequence[Mapping[str, Any]], name: str, kinds: Mapping[str, tuple[str, ...]]) -> int:
    of = kinds[name.partition(":")[0]]
    return sum(fact["amount"] for fact in facts if fact["type"] in of and fact["unit"] == unit_counted(name))


def _zone(program: Attrs) -> str:
    zone: str = BodyAttribute().deserialize(next(iter(program["body"].values())))["zone"]
    return zone
