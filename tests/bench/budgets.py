"""The budgets of DESIGN section 10 against what was measured: met or not, and what is to be done where not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from tests.bench import causes, cold, cpu, verdicts
from tests.bench.cases import DECIDES_UNWRITTEN
from tests.bench.figures import Bench, Gate, Row, Section
from tests.bench.routes_judged import ROUTES_JUDGED
from tests.bench.till import LOTS

NOT_MET, OF_ITS_SIZE = "**no**", "> 1 KB"
BATCH = 25  # items that are written at once
ELSEWHERE = """Where one figure stands and not three it is of a shop of its own, at one lot. A limit for all, a budget and a join within an order have DESIGN's units on top of the order's; of what is done to a hundred
members DESIGN's is asked for all of them, a batch for every 25, and a single one is a batch. A push has one publish to each phone besides; [further down](#a-push-to-everybody) it is timed. What else the API can
do has its requests and units [further down](#requests-and-units-of-each-operation), route by route; whose CPU is measured, and whose is not and
why, stands [there](#handler-cpu-against-bare-botocore)."""


@dataclass(frozen=True)
class Budget:
    """A row of DESIGN section 10, in its own numbers: `units` of the table's items up to 1 KB, `indexed` with the indexes' own.

    Of two numbers the second is the most; none where the table has a dash, which asks nothing."""

    requests: int
    units: int
    indexed: tuple[int, ...]

    def __add__(self, more: Budget) -> Budget:
        """What the table adds in the same row, or as a row of its own that comes on top: `more` has one number with indexes."""
        [with_indexes] = more.indexed
        asked = tuple(one + with_indexes for one in self.indexed)
        return Budget(self.requests + more.requests, self.units + more.units, asked)

    def each_of(self, members: int) -> Budget:
        """Of a row that is of one member, and of a batch of 25."""
        asked = tuple(one * members for one in self.indexed)
        return Budget(ceil(members / BATCH) * self.requests, self.units * members, asked)


NOTHING_WRITTEN, RECORD, EARN_SPEND = Budget(1, 0, (0,)), Budget(2, 6, (8, 10)), Budget(2, 4, (5, 6))
UNDO, TRANSFER, RETURN = Budget(2, 6, (7, 8)), Budget(2, 8, (10,)), Budget(3, 8, (10,))
JOIN, PUSH = Budget(1, 1, (2,)), Budget(1, 1, ())
IDENTIFIER, KEY, LIMIT = Budget(1, 0, (0,)), Budget(0, 2, (2,)), Budget(0, 2, (2,))  # on top; no index has the last two
DESIGN: Mapping[str, Budget | None] = {
    "evaluate by id": NOTHING_WRITTEN,
    "evaluate by identifier": NOTHING_WRITTEN,
    "evaluate a cart by id": NOTHING_WRITTEN,
    "evaluate a cart by identifier": NOTHING_WRITTEN,
    "evaluate a cart of nobody known": NOTHING_WRITTEN,
    "evaluate, without an account": NOTHING_WRITTEN,
    "record an order by id": RECORD,
    "record an order by identifier": RECORD + IDENTIFIER,
    "record a first order, enrolling": RECORD,
    "record an event": EARN_SPEND,
    "record an event with a key": EARN_SPEND + KEY,
    "return": RETURN,
    "record an order of nobody": RECORD,
    "assign an order": RETURN,
    "earn": EARN_SPEND,
    "earn with a key": EARN_SPEND + KEY,
    "earn, pending": EARN_SPEND,
    "earn, waiting for an order": EARN_SPEND,
    "activate by event": EARN_SPEND,
    "activate an earning": EARN_SPEND,
    "cancel by event": UNDO,
    "cancel a promise": UNDO,
    "grant": EARN_SPEND,
    "grant with a key": EARN_SPEND + KEY,
    "deduct": EARN_SPEND,
    "spend": EARN_SPEND,
    "spend with a key": EARN_SPEND + KEY,
    "refund": UNDO,
    "refund with a key": UNDO,
    "undo a spend": UNDO,
    "undo an earning": UNDO,
    "cancel an earning": UNDO,
    "cancel an earning of an order": RETURN,  # the order is read and written, as for goods that come back
    "expire an earning": UNDO,
    "hold": EARN_SPEND,
    "hold with a key": EARN_SPEND + KEY,
    "capture": UNDO,
    "capture a part": UNDO,
    "release": EARN_SPEND,
    "transfer": TRANSFER,
    "transfer with a key": TRANSFER,
    "undo a transfer": UNDO,
    "convert": EARN_SPEND,
    "pin a tier for good": None,
    "pin a tier until a day": None,
    "recalculate a tier": None,
    "unpin a tier": None,
    "evaluate, in a group": NOTHING_WRITTEN,
    "evaluate a cart, in a group": NOTHING_WRITTEN,
    "record an order, in a group": RECORD,
    "earn, in a group": EARN_SPEND,
    "spend, in a group": EARN_SPEND,
    "expiries": NOTHING_WRITTEN,
    "balance": NOTHING_WRITTEN,
    "holds": NOTHING_WRITTEN,
    "pending": NOTHING_WRITTEN,
    "statement page": NOTHING_WRITTEN,
    "statement page by state": NOTHING_WRITTEN,
    "redeem a reward with code and stock": Budget(4, 10, (12,)),
    "redeem a reward, limited for a member": None,
    "redeem a reward with a key": None,
    "refund a redemption": None,
    "change a delivery": None,
    "rewards of a member": None,
    "basket of rewards": None,
    "redemptions of a member": None,
    "trace of a spend": None,
    "trace of an earning": None,
    "enrol": None,
    "config change": None,
    "refold an account": None,
    "grant a perk": None,
    "grant a perk that ends": None,
    "stamp a card": None,
    "stamp a card that gives": None,
    "redeem an award": None,
    "redeem an award with a key": None,
    "redeem by a code": None,
    "refund an award": None,
    "revoke an award": None,
    "issue a code": None,
    "spend by a PIN": None,
    "spend by a code": None,
    "redeem an award by a PIN": None,
    "redeem a reward by a PIN": None,
    "set a PIN": None,
    "set a PIN with a key": None,
    "issue a code to prove by": None,
    "awards": None,
    "one due account": Budget(2, 4, (6,)),
    "record an order, limited for all": RECORD + LIMIT,
    "record an order, under a budget": RECORD + LIMIT,
    "record an order, limited for all, under a budget": RECORD + LIMIT + LIMIT,
    "join a segment by hand": JOIN,
    "join a segment by hand, 100 members": JOIN.each_of(100),
    "join a segment by a file, 100 members": JOIN.each_of(100),
    "join a segment by criteria": JOIN,
    "join a segment by a rule, recording an order": RECORD + JOIN,
    "push to 100 members": PUSH.each_of(100),
}


def budgets(bench: Bench) -> str:
    parts = []
    if (units := bench.get("units")) is not None:
        parts += [_operations(units), _routes_above(units), verdicts.UNITS, *causes.units_above(units_above(units))]
    parts.append(_times(bench))
    for name, told in (("cold", causes.cold_above), ("cpu", causes.cpu_above)):
        parts += told(bench[name]) if name in bench else ()
    return "\n".join(parts)


def _operations(section: Section) -> str:
    at = f"measured at {_each(LOTS)} lots"
    lines = [
        f"| Operation | Requests: budget | {at} | Write units: budget | {at} | With indexes: budget | {at} | Met |",
        "|---|--:|--:|--:|--:|--:|--:|---|",
    ]
    for name, budget in DESIGN.items():
        rows = [row for row in section.rows if row["operation"] == name]
        requests, units, indexed = ([measure(row) for row in rows] for measure in MEASURES)
        told = said_of(budget)
        cells = (name, told[0], _each(requests), told[1], _each(units), told[2], _each(indexed), verdict(budget, rows))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + f"\n\n{ELSEWHERE}\n"


def _routes_above(section: Section) -> str:
    """As many routes as there are, all in one line each further down; here those above their budget."""
    above = [row for row in section.rows if row["operation"] in ROUTES_JUDGED and judged(row) == NOT_MET]
    lines = [
        "| Route above its budget | Requests: budget | measured | Write units: budget | measured | With indexes: budget | measured | Met |",
        "|---|--:|--:|--:|--:|--:|--:|---|",
    ]
    for row in above:
        told, measured = said_of(budget_of(row)), (str(measure(row)) for measure in MEASURES)
        asked = (cell for pair in zip(told, measured, strict=True) for cell in pair)
        lines.append(f"| {' | '.join((row['operation'], *asked, NOT_MET))} |")
    if not above:
        return ""
    return "\n".join(lines) + "\n"


def units_above(section: Section) -> list[str]:
    """Operations and routes of which the page says no."""
    return list(dict.fromkeys(row["operation"] for row in section.rows if judged(row) == NOT_MET))


def judged_rows(section: Section) -> list[str]:
    """Operations and routes that DESIGN has a budget for."""
    return list(dict.fromkeys(row["operation"] for row in section.rows if budget_of(row) is not None))


def judged(row: Row) -> str:
    """What is said of one row, an operation's or a route's."""
    return verdict(budget_of(row), [row])


def met(row: Row) -> str:
    """The same for the table of all rows, which has units beside it that nobody judges."""
    said, budget = judged(row), budget_of(row)
    if budget is None or said == NOT_MET or _within(budget, row):
        return said
    return OF_ITS_SIZE


def _within(budget: Budget, row: Row) -> bool:
    return row["write_units"] <= budget.units and all(_with_indexes(row) <= most for most in budget.indexed[-1:])


def budget_of(row: Row) -> Budget | None:
    name = row["operation"]
    return DESIGN.get(ROUTES_JUDGED.get(name, name))


def asked_of(row: Row) -> str:
    """Requests, write units, and those with indexes, as DESIGN has them."""
    budget = budget_of(row)
    return "–" if budget is None else ", ".join(said_of(budget))


def said_of(budget: Budget | None) -> tuple[str, str, str]:
    """Requests, write units, and those with indexes."""
    if budget is None:
        return ("no budget",) * 3
    return str(budget.requests), str(budget.units), "–".join(map(str, budget.indexed)) or "–"


def verdict(budget: Budget | None, rows: Sequence[Row]) -> str:
    """Units grow with an item's own size: their budgets are for items of up to 1 KB, which 37 lots still fit into."""
    if budget is None:
        return "–"
    small = [row for row in rows if row["lots"] <= LOTS[1]]
    met = all(row["requests"] <= budget.requests for row in rows) and all(_within(budget, row) for row in small)
    return "yes" if met else NOT_MET


def _with_indexes(row: Row) -> int:
    units: int = row["write_units"] + row["index_units"]
    return units


MEASURES: tuple[Callable[[Row], int], ...] = (
    lambda row: int(row["requests"]),
    lambda row: int(row["write_units"]),
    _with_indexes,
)


def _times(bench: Bench) -> str:
    """The HTTP function's import, then the handlers."""
    lines = ["| Time, as a ratio | DESIGN asks for | At most here, and why | Measured | Met |", "|---|--:|---|--:|---|"]
    for section, asked_for, prefix in (("cold", cold.asked_for, ""), ("cpu", cpu.asked_for, "CPU: ")):
        for name, gate in bench[section].gates.items() if section in bench else ():
            if (asked := asked_for(name)) is not None:
                met = "yes" if gate.value <= asked else NOT_MET
                lines.append(f"| {prefix}{name} | {asked:g} | {_at_most(name, gate, asked)} | {gate.value:g} | {met} |")
    return "\n".join(lines) + f"\n\n{verdicts.TIMES}\n"


def _at_most(name: str, gate: Gate, asked: float) -> str:
    if gate.limit is None or gate.limit <= asked:
        return "–"
    why = "as if it wrote" if name.rsplit(", ", 1)[0] in DECIDES_UNWRITTEN else "by the entry"
    return f"{gate.limit:g}, [{why}](decisions/bench-what-a-budget-is-of.md)"


def _each(values: Iterable[int]) -> str:
    return ", ".join(map(str, values))
