"""A chunk of a proof that takes longer than a lease is done once all the same, and counted once, and its message stays away
meanwhile; so is one whose worker was stopped until its lease was over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from chalicelib.aws.errors import CloudError
from chalicelib.aws.memory_queues import MemoryQueues, failed_of, sqs_event
from chalicelib.aws.queues import QueueName
from chalicelib.events.imports import imports
from chalicelib.flows.job_chunks import WORK_SECONDS
from chalicelib.flows.job_lease import LEASE_MS
from chalicelib.runtime import Runtime
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Page, Query
from tests.twins import StandingClock
from tests.twins.faulty import FaultyTable
from tests.unit.recovery.books import MEMBERS, Books
from tests.unit.recovery.proving import ENTRY, found, proven, seen, started, work

MOST_OF_A_LEASE = LEASE_MS // 2 + 1_000


@dataclass
class Reading:
    """Every query of somebody's partition takes `takes` milliseconds, in which the worker itself may be stopped; `meanwhile`
    is done during the first."""

    books: Books
    takes: int
    meanwhile: Callable[[], object] = bool
    stopped: bool = True
    taken: list[int] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

    def during(self, query: Query) -> None:
        if query.index is None and "#M#" in query.pk:
            self.books.shop.clock.at += self.takes
            self.books.shop.clock.elapsed += 0 if self.stopped else self.takes / 1000
            self.taken.append(self.takes)
            self.seen.append(query.pk)
            if len(self.taken) == 1:
                self.meanwhile()


class LongTable(MemoryTable):
    reading: Reading

    def query(self, query: Query) -> Page:
        self.reading.during(query)
        return super().query(query)


def on_long_table(books: Books, reading: Reading) -> Runtime:
    table = LongTable()
    table._items, table._order, table.reading = books.table._items, books.table._order, reading
    return replace(books.shop.rt, table=table)


def one_message(books: Books) -> dict[str, Any]:
    queues = cast(MemoryQueues, books.shop.rt.queues)
    waiting, queues.waiting["imports"] = queues.waiting["imports"], []
    return sqs_event("imports", waiting)


def delivered(rt: Runtime, event: dict[str, Any]) -> bool:
    return failed_of(lambda one: imports(rt, one), event) == set()


def test_a_chunk_that_takes_longer_than_its_lease_is_done_once(books: Books) -> None:
    books.remove(books.of(1, ENTRY(2)))
    expected, differing = proven(books)
    operation_id = started(books, parts=1)
    event = one_message(books)
    copies: list[bool] = []
    reading = Reading(books, MOST_OF_A_LEASE, lambda: copies.append(delivered(books.shop.rt, event)))
    assert delivered(on_long_table(books, reading), event)
    assert sum(reading.taken) > 2 * LEASE_MS
    assert copies == [False]  # the queue brings a copy meanwhile, and it waits
    assert seen(books, operation_id).counts == expected.counts
    assert delivered(books.shop.rt, event)  # and comes again when all is done
    work(books)
    assert (seen(books, operation_id).operation.state, found(books, operation_id)) == ("done", differing)


class NotingQueues(MemoryQueues):
    """Notes until when a message stays away, and fails when told to."""

    def __init__(self, clock: StandingClock) -> None:
        super().__init__()
        self.clock, self.away, self.broken = clock, list[tuple[int, int]](), False

    def come_again(self, queue: QueueName, receipt: str, seconds: int) -> None:
        super().come_again(queue, receipt, seconds)
        if self.broken and self.away:
            raise CloudError
        self.away.append((self.clock.at, self.clock.at + seconds * 1000))


@pytest.mark.parametrize("broken", [False, True])
def test_its_message_stays_away_as_long_as_it_takes(books: Books, broken: bool) -> None:
    """And should the queue not answer, the chunk is done all the same."""
    expected, _ = proven(books)
    operation_id = started(books, parts=1)
    queues = NotingQueues(books.shop.clock)
    queues.broken = broken
    rt = replace(on_long_table(books, Reading(books, MOST_OF_A_LEASE)), queues=queues)
    assert delivered(rt, one_message(books))
    assert seen(books, operation_id).counts == expected.counts
    if not broken:
        ends = [until for _, until in queues.away]
        assert all(begun < end for (begun, _), end in zip(queues.away[1:], ends, strict=False))
        assert ends[-1] > books.shop.clock.at
        assert ends[0] < books.shop.clock.at


def test_a_long_journal_ends_the_chunk_and_the_next_goes_on_behind_it(books: Books) -> None:
    """However many are looked at together: what has taken long is counted, and shows."""
    books.remove(books.of(1, ENTRY(2)))
    expected, differing = proven(books)
    operation_id = started(books, parts=1)
    takes = int(WORK_SECONDS * 1000) + 1
    for done in range(1, MEMBERS + 1):
        reading = Reading(books, takes, stopped=False)
        assert delivered(on_long_table(books, reading), one_message(books))
        assert (seen(books, operation_id).counts["rows"], len(set(reading.seen))) == (done, 1)
    work(books)
    assert (seen(books, operation_id).counts, found(books, operation_id)) == (expected.counts, differing)


def test_a_worker_that_was_stopped_until_its_lease_was_over_counts_nothing(books: Books) -> None:
    books.remove(books.of(1, ENTRY(2)))
    expected, differing = proven(books)
    operation_id = started(books, parts=1)
    event = one_message(books)
    others: list[bool] = []
    reading = Reading(books, LEASE_MS + 1_000, lambda: others.append(delivered(books.shop.rt, event)))
    assert not delivered(on_long_table(books, reading), event)
    assert (others, len(reading.taken)) == ([True], 1)  # another did it, and the late one reads no further
    assert seen(books, operation_id).counts == expected.counts
    assert seen(books, operation_id).counts["rows"] == MEMBERS
    work(books)
    assert found(books, operation_id) == differing


def test_a_worker_that_was_stopped_and_missed_by_nobody_leaves_the_chunk_to_the_next_try(books: Books) -> None:
    expected, _ = proven(books)
    operation_id = started(books, parts=1)
    event = one_message(books)
    assert not delivered(on_long_table(books, Reading(books, LEASE_MS + 1_000)), event)
    assert seen(books, operation_id).counts == {}
    assert delivered(books.shop.rt, event)
    work(books)
    assert seen(books, operation_id).counts == expected.counts


def test_lengthening_a_lease_survives_a_lost_answer_and_a_conflict(books: Books) -> None:
    expected, _ = proven(books)
    for mishap in ("lost_after", "lost_before", "conflict", "throttled"):
        operation_id = started(books, parts=1)
        event = one_message(books)
        rt = on_long_table(books, Reading(books, MOST_OF_A_LEASE))
        table = FaultyTable(table=rt.table)
        table.interrupt = lambda number, table=table, mishap=mishap: _at_the_second_write(table, number, mishap)
        assert delivered(replace(rt, table=table), event)
        assert len(table.transactions) > 3
        assert seen(books, operation_id).counts == expected.counts, mishap
        work(books)
        assert seen(books, operation_id).operation.state == "done"


def _at_the_second_write(table: FaultyTable, number: int, mishap: Any) -> None:
    """The first takes the chunk; the second lengthens its lease."""
    if table.kinds[-1] == "transaction" and len(table.transactions) == 2:
        table.faults = {number: mishap}
