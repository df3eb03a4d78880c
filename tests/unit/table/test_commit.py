"""The commit loop on its own: a tally that is nothing but its journal, and a table that misbehaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from chalicelib.errors import Busy, Conflict, Refused
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.facts import Fact
from chalicelib.runtime import Runtime
from chalicelib.table.commit import MAX_ATTEMPTS, MAX_SECONDS, Committed, Plan, commit, read_patiently
from chalicelib.table.guards import guard_puts, recall_guarded
from chalicelib.table.journal import Entry, Head, Header, Stream, entries_query, entry_from, entry_put, new_entry
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import InvalidRequest, Page, Query
from tests.twins import StandingClock, at, caller_of, fresh, runtime_on
from tests.twins.bookshop import dry, keyed
from tests.twins.faulty import Fault, FaultyTable, Late

MOST = 100
STREAM = Stream("shop", "shop#T#1", 1)


@dataclass(frozen=True, slots=True)
class Counted(Fact):
    type = "counted"

    by: int


@dataclass
class Tally:
    """Counts up to `most`. `decided` notes what each decision found."""

    rt: Runtime
    most: int = MOST
    decided: list[int] = field(default_factory=list)

    def entries(self) -> list[Entry]:
        page = self.rt.table.query(entries_query(STREAM, 1, 10_000))
        return [entry_from(STREAM, attrs) for attrs in page.items]

    @property
    def total(self) -> int:
        return sum(fact["by"] for entry in self.entries() for fact in entry.facts)

    def count(self, by: int, command: Command | None = None) -> Committed[int]:
        """Answers the number of the count."""
        command = command or fresh()

        def plan() -> Plan:
            known = self.entries()
            self.decided.append(sum(fact["by"] for entry in known for fact in entry.facts))
            if self.decided[-1] + by > self.most:
                raise Refused("too_many", "The tally is full.")
            now = self.rt.clock.now()
            header = Header("count", command.id, caller_of(), now, now, 1)
            entry = new_entry(STREAM, known[-1].head if known else Head(), header, [Counted(by)])
            guards = guard_puts("shop", command, entry, now)
            return Plan(entry, (entry_put(entry), *guards), frozenset(guard.key for guard in guards))

        def recall() -> Entry | None:
            return recall_guarded(self.rt.table, "shop", command)

        return commit(self.rt, command, plan, lambda entry: entry.sequence, recall)


class Timeless(StandingClock):
    """No time passes, whatever is done; it notes how long it was asked to sleep."""

    def __init__(self, at: Instant) -> None:
        super().__init__(at)
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@dataclass
class Slow(FaultyTable):
    """Each call takes its time."""

    clock: StandingClock | None = None
    seconds: float = 0.3

    def query(self, query: Query) -> Page:
        assert self.clock is not None
        self.clock.elapsed += self.seconds
        return FaultyTable.query(self, query)


def tally_on(table: FaultyTable | None = None) -> tuple[Tally, FaultyTable]:
    table = table or FaultyTable(MemoryTable())
    return Tally(runtime_on(table)[0]), table


def test_a_count_is_one_entry() -> None:
    tally, _ = tally_on()
    assert tally.count(3) == Committed(1)
    assert tally.count(4) == Committed(2)
    assert tally.total == 7
    assert tally.decided == [0, 3]


def test_whoever_was_faster_counts_and_the_decision_is_made_afresh() -> None:
    tally, table = tally_on()
    other = Tally(runtime_on(table.table)[0])

    def three_are_faster(transactions: int) -> None:
        if transactions < 3:
            other.count(10)

    table.meanwhile = three_are_faster
    assert tally.count(1).answer == 4
    assert tally.decided == [0, 10, 20, 30]
    assert tally.total == 31


def test_whoever_was_faster_may_leave_no_room() -> None:
    tally, table = tally_on()
    other = Tally(runtime_on(table.table)[0])
    table.meanwhile = lambda transactions: transactions == 0 and other.count(MOST)
    with pytest.raises(Refused) as refusal:
        tally.count(1)
    assert refusal.value.code == "too_many"
    assert tally.total == MOST


def in_the_way(tally: Tally) -> Callable[[int], object]:
    """Somebody who is always faster."""
    return lambda _transactions: tally.count(0)


def test_after_fifteen_attempts_it_is_busy_and_nothing_is_written() -> None:
    clock = Timeless(at("2026-06-15"))
    table = FaultyTable(MemoryTable())
    plain, _ = runtime_on(table)
    tally = Tally(replace(plain, clock=clock, table=table))
    table.meanwhile = in_the_way(Tally(runtime_on(table.table)[0]))
    with pytest.raises(Busy) as busy:
        tally.count(1)
    assert busy.value.code == "busy"
    assert len(tally.decided) == MAX_ATTEMPTS == 15
    assert tally.total == 0
    assert len(clock.slept) == 15
    assert len(set(clock.slept)) == 15  # full jitter: no two alike
    assert all(0 <= pause <= min(0.25, 0.01 * 2**place) for place, pause in enumerate(clock.slept))


def test_after_two_seconds_it_is_busy_however_few_the_attempts() -> None:
    table = Slow(MemoryTable())
    tally, _ = tally_on(table)
    assert isinstance(tally.rt.clock, StandingClock)
    table.clock = tally.rt.clock
    table.meanwhile = in_the_way(Tally(runtime_on(table.table)[0]))
    with pytest.raises(Busy):
        tally.count(1)
    assert 3 <= len(tally.decided) <= 7
    assert table.clock.elapsed <= MAX_SECONDS + 0.31


@pytest.mark.parametrize("fault", ["throttled", "lost_before", "lost_after"])
def test_a_table_that_never_answers_is_busy_in_time(fault: Fault) -> None:
    tally, table = tally_on()
    table.start(dict.fromkeys(range(1000), fault))
    with pytest.raises(Busy):
        tally.count(1)
    assert 1 <= table.calls <= MAX_ATTEMPTS
    assert tally.rt.clock.monotonic() <= MAX_SECONDS


def test_the_answer_of_the_last_attempt_may_be_lost_as_well() -> None:
    tally, table = tally_on()
    table.start({1: "lost_after", **dict.fromkeys(range(2, 16), "throttled")})
    assert tally.count(1) == Committed(1)
    assert tally.total == 1


def test_a_defect_of_ours_is_never_tried_again() -> None:
    tally, table = tally_on()

    def broken(_transactions: int) -> None:
        raise InvalidRequest("the item is too large")

    table.meanwhile = broken
    with pytest.raises(InvalidRequest):
        tally.count(1)
    assert len(tally.decided) == 1


@pytest.mark.parametrize("calls", range(6))
def test_a_transaction_that_arrives_late_counts_once(calls: int) -> None:
    """Between looking and reading, between reading and writing, after all of it: wherever it arrives."""
    tally, table = tally_on()
    table.start({1: Late(calls)})
    assert not tally.count(5).replayed
    table.settle()
    assert tally.total == 5


def test_a_lost_transaction_that_filled_the_tally_is_no_refusal() -> None:
    tally, table = tally_on()
    table.start({1: Late(1)})
    assert tally.count(MOST) == Committed(1)


def test_the_same_key_again_is_the_same_answer() -> None:
    tally, _ = tally_on()
    assert tally.count(5, keyed("k")) == Committed(1)
    tally.count(1)
    assert tally.count(5, keyed("k")) == Committed(1, replayed=True)
    assert tally.total == 6


def test_a_key_that_has_done_its_work_answers_even_where_a_new_decision_would_refuse() -> None:
    tally, _ = tally_on()
    tally.count(MOST, keyed("k"))
    assert tally.count(MOST, keyed("k")) == Committed(1, replayed=True)


@pytest.mark.parametrize("by", [1, MOST], ids=["that could be done", "that would be refused"])
def test_the_same_key_for_another_request_is_a_conflict(by: int) -> None:
    tally, _ = tally_on()
    tally.count(1, keyed("k", "one"))
    with pytest.raises(Conflict) as conflict:
        tally.count(by, keyed("k", "another"))
    assert conflict.value.code == "idempotency_key_reused"
    assert conflict.value.param == "Idempotency-Key"
    assert tally.total == 1


def test_a_refusal_is_not_remembered() -> None:
    tally, _ = tally_on()
    tally.most = 0
    with pytest.raises(Refused):
        tally.count(1, keyed("k"))
    tally.most = MOST
    assert tally.count(1, keyed("k")) == Committed(1)
    assert tally.count(1, keyed("k")).replayed


def test_keys_of_two_tenants_have_nothing_to_do_with_each_other() -> None:
    tally, _ = tally_on()
    tally.count(1, keyed("k", "ours"))
    assert recall_guarded(tally.rt.table, "other", keyed("k", "theirs")) is None


def test_another_run_of_the_key_with_another_body_is_not_taken_for_our_lost_answer() -> None:
    """It stands where ours would stand and carries our key, but it is not what was asked here."""
    tally, table = tally_on()
    other = Tally(runtime_on(table.table)[0])
    table.meanwhile = lambda transactions: transactions == 0 and other.count(10, keyed("k", "other"))
    table.start({1: "lost_before"})
    with pytest.raises(Conflict) as conflict:
        tally.count(1, keyed("k", "ours"))
    assert conflict.value.code == "idempotency_key_reused"
    assert tally.total == 10


def test_a_dry_run_answers_and_writes_nothing() -> None:
    tally, table = tally_on()
    assert tally.count(1, dry()) == Committed(1)
    assert tally.total == 0
    assert table.transactions == []
    with pytest.raises(Refused):
        tally.count(MOST + 1, dry())


def test_a_dry_run_of_what_has_been_done_answers_as_its_repeat_would() -> None:
    tally, _ = tally_on()
    tally.count(5, keyed("k"))
    tally.count(1)
    assert tally.count(5, keyed("k", dry_run=True)) == Committed(1, replayed=True)
    with pytest.raises(Conflict):
        tally.count(5, keyed("k", "another", dry_run=True))


def test_a_dry_run_uses_up_no_key() -> None:
    tally, _ = tally_on()
    tally.count(5, keyed("k", dry_run=True))
    assert tally.count(5, keyed("k")) == Committed(1)


def test_a_read_before_the_commit_is_as_patient_and_then_busy() -> None:
    tally, table = tally_on()
    table.start({0: "throttled", 1: "lost_before"})
    assert read_patiently(tally.rt, tally.entries) == []
    table.start(dict.fromkeys(range(1000), "throttled"))
    with pytest.raises(Busy):
        read_patiently(tally.rt, tally.entries)
    assert table.calls <= MAX_ATTEMPTS
