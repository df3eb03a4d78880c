"""The daily job among many memberships: stays in a segment that are over, among others that go on, on DynamoDB Local.

Who is due has joined by `add_to_segment`, a hundred a call; the others are memberships as that writes them, put in batches,
each with its place in the list of the segment and among what is due, a month later. The roll is what the queue `due` does,
page by page of each shard, by one worker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import perf_counter, process_time

from chalicelib.areas.segments import store
from chalicelib.areas.segments.model import Membership
from chalicelib.flows.settle_due import settle_due
from chalicelib.kit.ids import shown
from chalicelib.kit.periods import local_day
from chalicelib.table.dynamo import DynamoTable
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Attrs, Table
from tests.bench.crowds import enrolled
from tests.bench.figures import Gate, Row, Section
from tests.bench.till import DYNAMODB_LOCAL, TWIN, local_table
from tests.twins.bookshop import BookShop, open_shop
from tests.twins.segmented import SCHEDULED, add, define

SIZES, DUE = (1_000, 10_000), 500
MOST, MOST_DUE = (100_000, 300_000), 10_000  # in bench-full
TOGETHER = 100  # members a call
HORIZON_DAYS, DAY_MS = 10, 24 * 3_600_000
_BATCH = 2_500


def measure(full: bool, tell: Callable[[str], None]) -> Section:
    wanted = [(size, DUE) for size in SIZES] + [(size, MOST_DUE) for size in MOST if full]
    with local_table("roll") as table:
        rows = [rolled(table, size, due, tell) for size, due in wanted]
    units = units_each()
    small = rows[0]
    gates = {"write units a stay that is over": Gate(units, exact=True)}
    for row in rows[1:]:
        among = f"among {row['memberships']:,} against {small['memberships']:,}"
        gates[f"requests a stay that is over, {among}"] = Gate(round(row["requests_each"] / small["requests_each"], 3))
    return Section([row | {"units_each": units} for row in rows], gates, {"engine": f"{DYNAMODB_LOCAL}; units: {TWIN}"})


def rolled(table: DynamoTable, size: int, due: int, tell: Callable[[str], None]) -> Row:
    tell(f"{size:,} memberships, {due:,} of them due")
    shop = over_by_now(table, size, due)
    tell("the roll")
    before, began, cpu = table.meter.cost.requests, perf_counter(), process_time()
    assert roll(shop) == due
    seconds, cpu = perf_counter() - began, process_time() - cpu
    return {
        "memberships": size,
        "due": due,
        "seconds": round(seconds, 1),
        "per_second": round(due / seconds),
        "cpu_ms": round(cpu / due * 1000, 3),
        "requests_each": round((table.meter.cost.requests - before) / due, 3),
    }


def units_each() -> float:
    table = MemoryTable()
    shop = over_by_now(table, TOGETHER, TOGETHER)
    before = table.meter.cost
    assert roll(shop) == TOGETHER
    cost = table.meter.cost - before
    return round((cost.write_units + cost.index_units) / TOGETHER, 3)


def roll(shop: BookShop) -> int:
    """How many stays were over."""
    return settle_due(shop.rt, shop.caller, local_day(shop.clock.at, "UTC") - 1)


def over_by_now(table: Table, size: int, due: int) -> BookShop:
    """So many memberships, and of so many the time is over since yesterday."""
    shop = open_shop(table, tenant=f"roll-{size}")
    define(shop, **SCHEDULED)
    joined(shop, due)
    for batch in others(shop, size - due):
        table.batch_put(batch)
    shop.clock.at += (HORIZON_DAYS + 1) * DAY_MS
    return shop


def joined(shop: BookShop, count: int) -> None:
    """So many new members, in the segment from now on."""
    for batch in enrolled(shop, count):
        shop.rt.table.batch_put(batch)
    members = [shop.member_with(str(number)) for number in range(count)]
    for first in range(0, count, TOGETHER):
        add(shop, *members[first : first + TOGETHER])


def others(shop: BookShop, count: int) -> Iterator[list[Attrs]]:
    """Memberships of as many others, who stay a month longer: nobody looks at who they are before that."""
    now = shop.clock.at
    stay = Membership("vip", now, now + (HORIZON_DAYS + 30) * DAY_MS)
    for first in range(0, count, _BATCH):
        numbers = range(first, min(first + _BATCH, count))
        yield [store.membership_put(shop.caller.tenant, shown("member", n), stay, None).item for n in numbers]
