"""record_order at 10, 1,000 and 100,000 members, and at 1, 37 and 366 lots, on the twin and on DynamoDB Local.

The members are items as `enrol_member` writes them, put in batches; who buys is one of them. Taken is the time of the
whole call, the engine's own included, as the median of rounds that go through all sizes in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from time import perf_counter, process_time

from chalicelib.table.config import ConfigCache
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Attrs, Key, Page, Put, Query, Table, Write
from tests.bench.figures import Gate, Row, Section, compared, middle
from tests.bench.till import DYNAMODB_LOCAL, LOTS, TWIN, local_table, open_till
from tests.twins.bookshop import BookShop, member, open_shop, sale

SIZES = (10, 1_000, 100_000)
ROUNDS, WARMING, TIMES = 13, 3, 10  # an engine in Java is slow at first
_BATCH = 2_500


class Pour:
    """A table that finds nothing but what the shop's own has of its configuration, and keeps what is put for later."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.items: list[Attrs] = []

    def get(self, key: Key) -> Attrs | None:
        return None

    def batch_get(self, keys: Sequence[Key]) -> dict[Key, Attrs]:
        return {}

    def query(self, query: Query) -> Page:
        return self.table.query(query)

    def transact(self, writes: Sequence[Write], token: str) -> None:
        self.items += [write.item for write in writes if isinstance(write, Put)]

    def batch_put(self, items: Iterable[Attrs]) -> None:
        self.items += items


def measure(_full: bool, tell: Callable[[str], None]) -> Section:
    with local_table() as local:
        tables: Mapping[str, Table] = {TWIN: MemoryTable(), DYNAMODB_LOCAL: local}
        for size in SIZES:
            tell(f"enrolling {size:,} members")
            crowd(tables.values(), size)
        rows = [row for engine, table in tables.items() for row in _measured(engine, table, tell)]
    gates = {}
    for engine in tables:
        for by in ("members", "lots"):
            last = [row for row in rows if (row["engine"], row["by"]) == (engine, by)][-1]
            gates[f"record_order at {last['size']:,} {by}, {engine}"] = Gate(last["ratio"], spread=last["spread"])
    return Section(rows, gates, {"engine": f"{TWIN}; {DYNAMODB_LOCAL}"})


def crowd(tables: Iterable[Table], size: int) -> None:
    """The same members in each of the tables: they are enrolled once, while an engine still takes in those before them."""
    first, *others = tables
    shop = open_shop(first, tenant=f"crowd-{size}")
    for other in others:
        open_shop(other, tenant=f"crowd-{size}")
    taken_in: list[Future[None]] = []
    with ThreadPoolExecutor(max(1, len(others))) as engines:
        for batch in enrolled(shop, size):
            for one in taken_in:
                one.result()
            taken_in = [engines.submit(other.batch_put, batch) for other in others]
            first.batch_put(batch)
        for one in taken_in:
            one.result()


def _measured(engine: str, table: Table, tell: Callable[[str], None]) -> list[Row]:
    tell(f"{engine}: orders")
    among = [_purchases(shop, _members(shop, size)) for size in SIZES for shop in [_shop_of(table, size)]]
    tills = [open_till(table, f"crowd-lots-{lots}", lots) for lots in LOTS]
    with_lots = [_purchases(at.shop, [at.ada]) for at in tills]
    return _rows(engine, "members", SIZES, among) + _rows(engine, "lots", LOTS, with_lots)


def _shop_of(table: Table, size: int) -> BookShop:
    """The shop of that crowd as another process sees it, on this table."""
    elsewhere = open_shop(MemoryTable(), tenant=f"crowd-{size}")
    return elsewhere.at_another_till(table)


def _members(shop: BookShop, size: int) -> list[str]:
    """Ten, from all over the crowd."""
    return [shop.member_with(str(number * size // 10)) for number in range(10)]


def enrolled(shop: BookShop, size: int) -> Iterator[list[Attrs]]:
    """The items of so many new members, cards 0, 1, 2 …"""
    pour = Pour(shop.rt.table)
    behind = replace(shop, rt=replace(shop.rt, table=pour, config=ConfigCache(shop.rt.clock)))
    behind.rt.config.load(shop.rt.table, shop.caller.tenant)
    for number in range(size):
        behind.enrol(str(number))
        if len(pour.items) >= _BATCH or number == size - 1:
            yield pour.items
            pour.items = []
            shop.clock.at += 10  # milliseconds, within which there are ids for 2^15 members


def _purchases(shop: BookShop, members: list[str]) -> Callable[[], None]:
    numbers = iter(range(10**9))

    def act() -> None:
        number = next(numbers)
        shop.buy(member(members[number % len(members)]), sale(f"more-{number}"))

    return act


def _rows(engine: str, by: str, sizes: Sequence[int], acts: Sequence[Callable[[], None]]) -> list[Row]:
    taken = [[_milliseconds(act) for act in acts] for _ in range(ROUNDS + WARMING)][WARMING:]
    rows: list[Row] = []
    for place, size in enumerate(sizes):
        to_smallest = compared([one[place][0] for one in taken], [one[0][0] for one in taken])
        row = {"engine": engine, "by": by, "size": size, "ms": to_smallest.ours}
        row |= {"cpu_ms": middle([one[place][1] for one in taken])}
        rows.append(row | {"ratio": to_smallest.ratio, "spread": to_smallest.spread if place else None})
    return rows


def _milliseconds(act: Callable[[], None]) -> tuple[float, float]:
    began, cpu = perf_counter(), process_time()
    for _ in range(TIMES):
        act()
    return (perf_counter() - began) / TIMES * 1000, (process_time() - cpu) / TIMES * 1000
