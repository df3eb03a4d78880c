"""On which day something counts: in the histogram of one account and of all, in a statement and in a trace it is the same day,
whoever came to write it down, and when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.programs.model import ProgramDefinition
from chalicelib.areas.programs.operations import get_program
from chalicelib.areas.rules.model import Rule
from chalicelib.flows.histogram import Bar
from chalicelib.flows.read_histogram import read_histogram
from chalicelib.flows.read_liability import read_liability
from chalicelib.flows.read_program_histogram import read_program_histogram
from chalicelib.flows.read_statement import Wanted, read_statement
from chalicelib.flows.record_order import record_order
from chalicelib.flows.refund_spend import refund_spend
from chalicelib.flows.replace_program import replace_program
from chalicelib.flows.settle_account import settle_account
from chalicelib.flows.trace_earning import trace_earning
from chalicelib.kit.periods import iso_day, local_day
from chalicelib.table.items import pack, unpack
from chalicelib.table.protocol import Attrs, Key
from tests.twins import at, by_hand, fresh
from tests.twins.bookshop import POINTS, member, open_shop, rule, sale
from tests.twins.by_hand import day
from tests.twins.streamed import StreamedTable, record
from tests.unit.flows.by_hand import spent_below_zero
from tests.unit.relay.relayed import on_plain_table, run

SPAN = (day("2026-01-01"), day("2026-12-31"))
DAY_MS = 86_400_000
Days = dict[str, dict[str, int]]


class Diary:
    """A shop whose points last 30 days, and what it tells of its days."""

    def __init__(self, rules: Sequence[Rule] = (rule(),), **policy: Any) -> None:
        self.table = StreamedTable()
        kept = {"expiry": {"type": "days", "days": 30}} | policy
        program = {"units": [{**POINTS, "policies": [kept]}]}
        self.shop = open_shop(self.table, now="2026-01-01", program=program, tiers=None, rules=rules)
        self.ada = self.shop.member("1")

    def of_one(self) -> Days:
        told = read_histogram(self.shop.rt, self.shop.caller, (self.ada, 1), "points", SPAN, "day")
        return _days(told.items)

    def of_all(self) -> Days:
        rt = on_plain_table(self.shop, self.table)
        run(rt, self.table.entries())
        return _days(read_program_histogram(rt, self.shop.caller, 1, "points", SPAN, "day").items)

    def breakage(self) -> dict[str | None, int]:
        """By the month of the last day."""
        rt = on_plain_table(self.shop, self.table)
        run(rt, self.table.entries())
        (unit,) = read_liability(rt, self.shop.caller, 1).units
        return {one.month: one.breakage for one in unit.months}

    def lines(self) -> list[tuple[str, str, int]]:
        """Newest entry last."""
        page = read_statement(self.shop.rt, self.shop.caller, (self.ada, 1), 100, None, Wanted(unit="points"))
        found = [line for entry in reversed(page.items) for line in entry.lines]
        return [(iso_day(line.value_day), line.type, line.amount or 0) for line in found]

    def trace(self, earning_id: str) -> list[tuple[str, str, int]]:
        told = trace_earning(self.shop.rt, self.shop.caller, self.ada, earning_id)
        assert [local_day(one.at, "UTC") for one in told.items] == [one.value_day for one in told.items]
        return [(iso_day(one.value_day), one.type, one.amount) for one in told.items]

    def job(self, text: str) -> None:
        self.shop.clock.move_to(text)
        settle_account(self.shop.rt, self.shop.caller, day(text), self.ada, 1)

    def earn(self, amount: int) -> str:
        earning = self.shop.earn(self.ada, amount).answer.earning
        assert earning is not None
        assert earning.earning_id is not None
        return earning.earning_id


def _days(bars: tuple[Bar, ...]) -> Days:
    """Those on which anything happens, with what is not nothing."""
    told = {bar.period: bar.model_dump(exclude={"period", "foreseen"}) for bar in bars}
    found = {name: {kind: n for kind, n in kinds.items() if n} for name, kinds in told.items()}
    return {name: kinds for name, kinds in found.items() if kinds}


def _both(diary: Diary) -> Days:
    """Of one and of all: there is nobody else."""
    told = diary.of_one()
    assert diary.of_all() == told
    return told


# --- whoever came, and when --------------------------------------------------------------------------------------------


def lived(*jobs: str) -> tuple[Diary, str, str]:
    """Something is promised, something is held until after its last day, something passes; and who came by meanwhile."""
    diary = Diary()
    first = diary.earn(50)
    by_hand.hold(diary.shop, diary.ada, 20, after_seconds=40 * 86_400)
    promised = by_hand.promised(diary.shop, diary.ada, 100, available_after_days=16)
    for text in jobs:
        diary.job(text)
    diary.shop.clock.move_to("2026-03-05")
    return diary, first, promised


ONES_LIFE = {
    "2026-01-01": {"earned": 50, "pending": 100},
    "2026-01-17": {"earned": 100},
    "2026-02-01": {"expired": 130},
    "2026-02-10": {"expired": 20},
}


@pytest.mark.parametrize("jobs", [(), ("2026-01-18", "2026-02-02", "2026-02-11"), ("2026-02-25",)])
def test_a_past_month_is_the_same_whether_or_not_somebody_came_by_or_comes_later(jobs: tuple[str, ...]) -> None:
    diary, first, promised = lived(*jobs)
    assert _both(diary) == ONES_LIFE
    traces = [diary.trace(one) for one in (first, promised)]  # some of it is not written down yet
    diary.earn(1)
    assert _both(diary) == ONES_LIFE | {"2026-03-05": {"earned": 1}, "2026-04-05": {"expired": 1}}
    assert sorted(one for one in diary.lines() if "2026-01-01" < one[0] < "2026-03-05") == [
        ("2026-01-17", "points.activated", 100),
        ("2026-02-01", "points.expired", -130),
        ("2026-02-10", "points.expired", -20),
        ("2026-02-10", "points.released", 20),
    ]
    assert diary.trace(promised) == [("2026-01-17", "points.activated", 100), ("2026-02-01", "points.expired", 100)]
    assert diary.trace(first) == [
        ("2026-01-01", "points.held", 20),
        ("2026-02-01", "points.expired", 30),
        ("2026-02-10", "points.released", 20),
        ("2026-02-10", "points.expired", 20),
    ]
    assert traces == [diary.trace(one) for one in (first, promised)]


def test_what_will_come_back_too_late_is_foreseen_for_when_it_does() -> None:
    diary = Diary()
    diary.earn(50)
    by_hand.hold(diary.shop, diary.ada, 20, after_seconds=40 * 86_400)
    ahead = {"2026-01-01": {"earned": 50}, "2026-02-01": {"expired": 30}, "2026-02-10": {"expired": 20}}
    assert _both(diary) == ahead
    by_hand.release(diary.shop, diary.ada, 1)
    assert _both(diary) == {"2026-01-01": {"earned": 50}, "2026-02-01": {"expired": 50}}


def test_a_trace_tells_the_moment_and_not_that_of_whoever_wrote_it_down() -> None:
    diary, first, _ = lived()
    before = trace_earning(diary.shop.rt, diary.shop.caller, diary.ada, first)
    diary.earn(1)
    told = trace_earning(diary.shop.rt, diary.shop.caller, diary.ada, first)
    held_at = at("2026-01-01")
    lapsed_at = held_at + 40 * DAY_MS
    assert [one.at for one in told.items] == [held_at, at("2026-02-01T00:00:00Z"), lapsed_at, lapsed_at]
    assert [one.id is None for one in before.items] == [False, True, True, True]
    assert None not in [one.id for one in told.items]
    nameless = [told.model_copy(update={"items": tuple(one.model_copy(update={"id": None}) for one in told.items)})]
    assert [
        before.model_copy(update={"items": tuple(one.model_copy(update={"id": None}) for one in before.items)})
    ] == nameless


@pytest.mark.parametrize("jobs", [(), ("2026-01-18",), ("2026-02-25",)])
def test_what_comes_and_pays_a_debt_pays_it_when_it_comes(jobs: tuple[str, ...]) -> None:
    """Whoever writes it down: before, on the day, or weeks after it."""
    diary = Diary(negative="limit", negative_limit=100)
    spent_below_zero(diary.shop, diary.ada, 30)
    promised = by_hand.promised(diary.shop, diary.ada, 50, available_after_days=16)
    came_at, passed_at = at("2026-01-17T00:00:00Z"), at("2026-02-01T00:00:00Z")
    for text in jobs:
        diary.job(text)
    diary.shop.clock.move_to("2026-03-05")
    for _ in range(2):  # nobody has written down all of it; somebody has
        told = trace_earning(diary.shop.rt, diary.shop.caller, diary.ada, promised)
        assert [(one.type, one.amount, one.at) for one in told.items] == [
            ("points.activated", 50, came_at),
            ("debt.settled", 30, came_at),
            ("points.expired", 20, passed_at),
        ]
        assert [one[0] for one in diary.trace(promised)] == ["2026-01-17", "2026-01-17", "2026-02-01"]
        diary.earn(1)
    assert ("2026-01-17", "debt.settled", 0) in diary.lines()
    assert _both(diary)["2026-01-17"] == {"earned": 50}


# --- what comes back ---------------------------------------------------------------------------------------------------


def test_points_that_come_back_when_they_have_passed_expire_on_that_day() -> None:
    """January is over, and says what it did."""
    diary = Diary(refund_expiry="original")
    earning_id = diary.earn(100)
    spend_id = diary.shop.spend(diary.ada, 40).answer.spend_id
    diary.shop.clock.move_to("2026-05-10")
    before = _both(diary)
    refund_spend(diary.shop.rt, diary.shop.caller, fresh(), diary.ada, spend_id, 15)
    assert before == {"2026-01-01": {"earned": 100, "spent": 40}, "2026-02-01": {"expired": 60}}
    assert _both(diary) == before | {"2026-05-10": {"refunded": 15, "expired": 15}}
    assert diary.lines()[-2:] == [("2026-05-10", "points.refunded", 15), ("2026-05-10", "points.expired", -15)]
    assert diary.trace(earning_id)[-2:] == [("2026-05-10", "points.refunded", 15), ("2026-05-10", "points.expired", 15)]


@pytest.mark.parametrize("visits", [(), ("2026-02-20",), ("2026-03-01", "2026-04-05")])
def test_breakage_is_of_one_month_whoever_came_by_before_it_came_back(visits: tuple[str, ...]) -> None:
    """All there is is held when a purchase moves its last day on from January to February; it comes back in April."""
    diary = Diary(expiry={"type": "sliding", "days": 30, "activities": ["order"]}, rules=())
    diary.earn(50)
    by_hand.hold(diary.shop, diary.ada, 50, after_seconds=100 * 86_400)
    for text in ("2026-01-20", *visits):
        diary.shop.clock.move_to(text)
        diary.shop.buy(member(diary.ada), sale(f"on {text}", 10_00, on=text))
    diary.job("2026-04-20")
    assert diary.breakage() == {"2026-01": 50}


# --- what arrives late -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("touched", [False, True])
@pytest.mark.parametrize("of_a_file", [False, True])
def test_a_late_purchase_comes_when_it_would_have_come_whoever_was_there_before_it(
    of_a_file: bool, touched: bool
) -> None:
    """Its points wait ten days. They are there at once, and were never pending; but for a file, which tells of days gone by
    as long as nobody has been there since."""
    diary = Diary(available_after=10)
    arrives_late(diary, of_a_file, touched)
    told = _both(diary)
    assert (told["2026-01-15"], told["2026-02-05"]) == ({"earned": 40}, {"expired": 40})
    assert told.get("2026-01-05") == ({"pending": 40} if of_a_file and not touched else None)


@pytest.mark.parametrize("touched", [False, True])
@pytest.mark.parametrize("of_a_file", [False, True])
def test_a_late_purchase_whose_points_pass_before_they_come_passes_as_they_come(of_a_file: bool, touched: bool) -> None:
    diary = Diary(available_after=40)
    arrives_late(diary, of_a_file, touched)
    assert _both(diary)["2026-02-14"] == {"earned": 40, "expired": 40}
    diary.earn(1)
    assert [one for one in diary.lines() if one[0] == "2026-02-14"] == [
        ("2026-02-14", "points.activated" if of_a_file and not touched else "points.earned", 40),
        ("2026-02-14", "points.expired", -40),
    ]


def arrives_late(diary: Diary, of_a_file: bool, touched: bool) -> None:
    shop, document = diary.shop, sale("A1", 40_00, on="2026-01-05")
    if touched:
        shop.clock.move_to("2026-03-01")
        by_hand.grant(shop, diary.ada, 1)
    shop.clock.move_to("2026-03-05")
    record_order(shop.rt, shop.caller, fresh(), member(diary.ada), document, asks_now=not of_a_file)


# --- where the program is ----------------------------------------------------------------------------------------------


def test_a_program_that_moves_to_another_zone_moves_no_day_of_before() -> None:
    diary, *_ = lived("2026-02-25")
    before, lines = _both(diary), diary.lines()
    known = get_program(diary.shop.rt, diary.shop.caller, 1).model_dump(mode="json", exclude={"program_id"})
    moved = ProgramDefinition.model_validate(known | {"zone": "Pacific/Honolulu"})
    replace_program(diary.shop.rt, diary.shop.caller, fresh(), 1, moved)
    diary.shop.clock.elapsed += 60.0
    assert (_both(diary), diary.lines()) == (before, lines)


# --- what older releases left ------------------------------------------------------------------------------------------


def test_entries_that_keep_no_days_count_as_they_were_counted() -> None:
    """What time brought counts on the day of the entry, what passed on the one after its last. A statement knows better."""
    diary, *_ = lived("2026-02-25")
    relayed = diary.of_all()
    lines = diary.lines()
    rewritten(diary, 4, as_an_older_release_told)
    assert relayed == ONES_LIFE
    assert diary.of_one() == {
        "2026-01-01": {"earned": 50, "pending": 100},
        "2026-02-01": {"expired": 150},
        "2026-02-25": {"earned": 100},
    }
    assert diary.lines() == lines


def as_an_older_release_told(body: list[Any]) -> list[Any]:
    header, facts = body
    expired = [fact for fact in facts if fact["type"] == "points.expired"]
    for fact in expired:
        fact.pop("came_at", None)
        fact["v"] = 2
    return [{name: said for name, said in header.items() if name != "days"}, facts]


def test_what_an_older_release_foretold_by_its_last_day_is_taken_back_as_it_was_told() -> None:
    """It told that what is held will pass with its lot, and not when it lapses."""
    diary = Diary()
    diary.earn(50)
    by_hand.hold(diary.shop, diary.ada, 20, after_seconds=40 * 86_400)
    rewritten(diary, 2, foretold_by_last_day, in_stream=True)
    account = accounts.account_key(diary.shop.caller.tenant, diary.ada, 1)
    put_body(diary, account, lambda body: body | {"f": 1})
    assert diary.of_all() == {"2026-01-01": {"earned": 50}, "2026-02-01": {"expired": 50}}
    diary.earn(1)
    ahead = {"2026-02-01": {"expired": 31}, "2026-02-10": {"expired": 20}}
    assert _both(diary) == {"2026-01-01": {"earned": 51}} | ahead
    diary.shop.clock.move_to("2026-03-05")
    diary.earn(1)
    assert _both(diary) == {"2026-01-01": {"earned": 51}} | ahead | {
        "2026-03-05": {"earned": 1},
        "2026-04-05": {"expired": 1},
    }


def foretold_by_last_day(body: list[Any]) -> list[Any]:
    header, facts = body
    [(what, unit, _, amount)] = header["after"]["ahead"]
    assert what == "passing"
    header["after"]["ahead"] = [("expiring", unit, day("2026-01-31"), amount)]
    return [header, facts]


def rewritten(diary: Diary, sequence: int, change: Callable[[Any], Any], *, in_stream: bool = False) -> None:
    """An entry as another release would have written it."""
    key = accounts.stream(diary.shop.caller.tenant, diary.ada, 1).key(sequence)
    item = put_body(diary, key, change)
    if in_stream:
        [place] = [n for n, one in enumerate(diary.table.records) if one["dynamodb"]["NewImage"]["sk"] == {"S": key.sk}]
        diary.table.records[place] = record(item, int(diary.table.records[place]["dynamodb"]["SequenceNumber"]))


def put_body(diary: Diary, key: Key, change: Callable[[Any], Any]) -> Attrs:
    item = diary.table.get(key)
    assert item is not None
    changed = {**item, "body": {"B": pack(change(unpack(item["body"]["B"])))}}
    diary.table.batch_put([changed])
    return changed
