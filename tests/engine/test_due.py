"""The due job meets orders, returns and spendings on Amazon's own engine: at the same accounts, from one barrier on.

Everybody has read before anybody writes, so transactions are cancelled whatever the machine's speed: of those that rest
on one account's version one can stand. From then on one call in five goes wrong as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from random import Random
from threading import Barrier, Lock

import pytest

from chalicelib.flows.settle_account import settle_account
from chalicelib.flows.settle_due import settle_due
from chalicelib.kit.periods import Day, parse_day
from chalicelib.table.dynamo import DynamoTable
from chalicelib.table.journal import entries_query, entry_from
from chalicelib.table.keys import owner_stream
from chalicelib.table.pages import every_item
from chalicelib.table.protocol import TransactionCancelled, Write
from infra.local.table_template import create_table
from tests.engine.conftest import REGION
from tests.engine.test_storm import FAULTS, SHARE, insisted, items_of, process
from tests.faults.laws import judge
from tests.twins.bookshop import TODAY, BookShop, card, goods_back, keyed, line, open_shop, sale
from tests.twins.faulty import FaultyTable

LONG_AGO, LATELY = "2025-05-10", "2026-01-10"  # what was bought long ago has expired by TODAY, but nothing else
MET, UNMET = 6, 18  # accounts that tills and jobs want at once, and those that the jobs find alone
TILLS, JOBS, PATIENCE = 12, 6, 120.0
AT_EACH = TILLS // MET


class Counting(DynamoTable):
    """Counts the transactions that the engine itself has cancelled."""

    def __init__(self, name: str, *, endpoint: str) -> None:
        super().__init__(name, region=REGION, endpoint=endpoint)
        self.cancelled = 0
        self._counting = Lock()

    def transact(self, writes: Sequence[Write], token: str) -> None:
        try:
            super().transact(writes, token)
        except TransactionCancelled:
            with self._counting:
                self.cancelled += 1
            raise


@pytest.fixture
def shop(engine_endpoint: str) -> Iterator[BookShop]:
    """Everybody bought for 100.00 long ago and for 200.00 lately; since then nobody has touched the accounts."""
    import boto3

    client = boto3.session.Session().client("dynamodb", region_name=REGION, endpoint_url=engine_endpoint)
    name = create_table(client, "due")
    opened = open_shop(Counting(name, endpoint=engine_endpoint), tenant="shop", now=LONG_AGO)
    for number in range(MET + UNMET):
        opened.buy(card(f"c{number}"), sale(f"OLD-{number}", on=LONG_AGO))
    opened.clock.move_to(LATELY)
    for number in range(MET + UNMET):
        opened.buy(card(f"c{number}"), sale(f"KEPT-{number}", line(1, 200_00, quantity="20"), on=LATELY))
    yield opened
    client.delete_table(TableName=name)


def worker(shop: BookShop, seed: int, together: Barrier) -> tuple[BookShop, FaultyTable]:
    """Waits before its first transaction until all have come so far; until then nothing goes wrong."""
    dice, table = Random(seed), FaultyTable(shop.rt.table)
    table.start({call: dice.choice(FAULTS) for call in range(12, 3_000) if dice.random() < SHARE})
    waited: list[int] = []

    def wait(_transaction: int) -> None:
        if not waited:
            waited.append(together.wait(PATIENCE))

    table.meanwhile = wait
    return process(shop, table), table


def tills_work(shop: BookShop, number: int) -> None:
    """An order, a return and a spending at one account: each till begins with another of them."""
    account = number % MET
    acts: list[Callable[[], object]] = [
        partial(shop.buy, card(f"c{account}"), sale(f"S-{number}", 10_00)),
        partial(shop.bring_back, shop.order_id(f"KEPT-{account}"), goods_back(f"R-{number}", 10_00)),
        partial(shop.spend, shop.member_with(f"c{account}"), 3, keyed(f"spend {number}")),
    ]
    first = number // MET + account
    for turn in range(len(acts)):
        insisted(acts[(first + turn) % len(acts)])


def jobs_work(shop: BookShop, number: int, today: Day) -> None:
    """An account that tills are at, then whatever is due."""
    member_id = shop.member_with(f"c{number % MET}")
    insisted(partial(settle_account, shop.rt, shop.caller, today, member_id, 1))
    insisted(partial(settle_due, shop.rt, shop.caller, today))


def operations_of(shop: BookShop, member_id: str) -> list[str]:
    stream = owner_stream(shop.caller.tenant, member_id, 1)
    entries = every_item(shop.rt.table, entries_query(stream, 1, 9999))
    return [str(entry_from(stream, attrs).header["operation"]) for attrs in entries]


def test_the_due_job_against_orders_returns_and_spendings_of_the_same_accounts(shop: BookShop) -> None:
    today, together, struck = parse_day(TODAY), Barrier(TILLS + JOBS), Counter[str]()
    assert today is not None
    workers = [worker(shop, seed, together) for seed in range(TILLS + JOBS)]

    def work(number: int) -> None:
        own, table = workers[number]
        if number < TILLS:
            tills_work(own, number)
        else:
            jobs_work(own, number - TILLS, today)
        table.settle()

    with ThreadPoolExecutor(TILLS + JOBS) as pool:
        list(pool.map(work, range(TILLS + JOBS)))
    for _, table in workers:
        struck.update(str(table.faults[call]) for call in range(table.calls) if call in table.faults)
    quiet = process(shop, shop.rt.table)
    assert isinstance(shop.rt.table, Counting)
    assert shop.rt.table.cancelled >= MET, "nobody met anybody"
    assert struck.total() > 0
    judge(items_of(quiet))
    judge_accounts(quiet)


def judge_accounts(shop: BookShop) -> None:
    """Every wish was carried out once; what was due happened once, by a job or by whoever came before it."""
    settled = 0
    for number in range(MET + UNMET):
        member_id, times = shop.member_with(f"c{number}"), AT_EACH if number < MET else 0
        done = Counter(operations_of(shop, member_id))
        assert done["settle_due"] <= 1 if times else done["settle_due"] == 1, (number, done)
        settled += done["settle_due"]
        [wallet] = shop.account(member_id).wallets
        assert (wallet.expired, wallet.earned, wallet.cancelled) == (100, 300 + times * 10, times * 10), number
        assert (wallet.spent, wallet.available) == (times * 3, 200 - times * 3)
        told = [line.type for entry in shop.statement(member_id) for line in entry.lines]
        assert told.count("points.expired") == 1
        expected = {"record_order": 2 + times, "return_order": times, "spend_points": times}
        assert done - Counter(settle_due=1) == +Counter(expected)
        assert shop.proof(member_id).matches
    assert settled >= UNMET


@pytest.mark.parametrize("faster", ["the job", "the order"])
def test_whoever_is_faster_the_other_one_is_cancelled_and_tries_again(shop: BookShop, faster: str) -> None:
    """The one writes between the other's read and its write."""
    today, member_id = parse_day(TODAY), shop.member_with("c0")
    assert today is not None
    quiet, table = process(shop, shop.rt.table), FaultyTable(shop.rt.table)
    slow = process(shop, table)
    acts: dict[str, Callable[[BookShop], object]] = {
        "the job": lambda one: settle_account(one.rt, one.caller, today, member_id, 1),
        "the order": lambda one: one.buy(card("c0"), sale("S-1", 10_00)),
    }
    slower = next(name for name in acts if name != faster)
    first: list[object] = []

    def meet(transaction: int) -> None:
        if transaction == 0:
            first.append(acts[faster](quiet))

    table.meanwhile = meet
    assert isinstance(shop.rt.table, Counting)
    before = shop.rt.table.cancelled
    second = acts[slower](slow)
    assert shop.rt.table.cancelled > before
    assert (first == [True]) if faster == "the job" else (second is False)
    ends = ["settle_due", "record_order"] if faster == "the job" else ["record_order"]
    assert operations_of(quiet, member_id) == ["record_order", "record_order", *ends]
    [wallet] = quiet.account(member_id).wallets
    assert (wallet.expired, wallet.available) == (100, 210)
    assert quiet.proof(member_id).matches
