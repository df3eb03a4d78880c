"""A proof of everything a tenant's members have: it goes through all of them, names what differs, and can be stopped,
broken off, delivered twice and asked for again. What groups have: test_proofs_of_groups."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import cast

import pytest

from chalicelib.areas.feeds.store import counts_key
from chalicelib.areas.members.store import DIRECTORY_SHARDS
from chalicelib.aws.memory_files import MemoryFiles
from chalicelib.aws.memory_queues import MemoryQueues, Waiting
from chalicelib.errors import Conflict, InvalidInput
from chalicelib.flows.cancel_operation import cancel_operation
from chalicelib.flows.give_up_operation import UNPROVEN, UNTOLD, give_up_operation
from chalicelib.flows.job_chunks import WORK_SECONDS
from chalicelib.flows.job_messages import Step, step_of
from chalicelib.flows.owner_chunks import shards_of
from chalicelib.flows.start_proof import PARTS, start_proof
from chalicelib.kit.periods import local_day
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Page, Query
from tests.twins import StandingClock, at, fresh
from tests.twins.bookshop import TODAY, dry, keyed, refused
from tests.unit.recovery.books import MEMBERS, Books
from tests.unit.recovery.proving import ENTRY, each_deal, proven, report, seen, started, step, with_more_points, work


def test_every_account_of_a_sound_tenant_is_proven(books: Books) -> None:
    progress, found = proven(books)
    operation = progress.operation
    assert (operation.state, operation.rows, found) == ("done", MEMBERS, [])
    entries = sum(1 for key in books.table._items if "#M#" in key.pk and key.sk.startswith("J#"))
    orders = sum(1 for key in books.table._items if "#O#" in key.pk and key.sk == "S")
    assert progress.counts == {
        "rows": MEMBERS,
        "groups": 0,
        "accounts": MEMBERS,
        "proven": MEMBERS,
        "entries": entries,
        "orders": orders,
        "differing": 0,
        "differences": 0,
    }
    assert [key for key in cast(MemoryFiles, books.shop.rt.files).objects if key.startswith("work/")] == []


def test_a_removed_an_edited_and_a_reordered_entry_are_named(books: Books) -> None:
    books.remove(books.of(1, ENTRY(2)))
    books.change(books.of(2, ENTRY(2)), with_more_points)
    second, third = books.item(books.of(3, ENTRY(2))), books.item(books.of(3, ENTRY(3)))
    books.table.batch_put([{**second, "sk": third["sk"]}, {**third, "sk": second["sk"]}])
    progress, found = proven(books)
    named = {(who, program, entry, what.partition(": ")[2]) for who, program, entry, what in found if entry}
    assert ("1", "1", "2", "entry 2 is missing") in named
    assert ("2", "1", "2", "entry 2 does not follow from the one before it") in named
    assert ("3", "1", "2", "entry 2 does not follow from the one before it") in named
    assert ("3", "1", "3", "entry 3 does not follow from the one before it") in named
    assert {who for who, *_ in found} == {"1", "2", "3"}
    assert (progress.counts["accounts"], progress.counts["proven"]) == (MEMBERS, MEMBERS - 3)
    assert (progress.counts["differing"], progress.counts["differences"]) == (3, len(found))
    assert progress.operation.state == "done"


def test_an_account_changed_behind_its_journal_is_named(books: Books) -> None:
    stored = books.item(books.of(4, "B#0001"))
    books.shop.earn(books.members[4], 7)
    books.table.batch_put([{**books.item(books.of(4, "B#0001")), "body": stored["body"]}])
    progress, found = proven(books)
    assert ("4", "1", "", "account 1: wallet points is not what the journal says") in found
    assert progress.counts["proven"] == MEMBERS - 1


def test_a_mark_of_what_is_undone_that_nobody_made_is_named_with_its_entry(books: Books) -> None:
    last = books.shop.account(books.members[3]).version  # the spend of ten
    spend = books.item(books.of(3, ENTRY(last)))
    books.table.batch_put([{**spend, "undone": {"S": "1:4"}}])
    progress, found = proven(books)
    told = f"account 1: what is marked as undone of entry {last} is not what later ones undid"
    assert found == [("3", "1", str(last), told)]
    assert progress.counts["proven"] == MEMBERS - 1


@pytest.mark.parametrize("parts", [1, 3, 16])
@pytest.mark.parametrize("members", [1, 2, 1_000])
def test_the_outcome_does_not_depend_on_how_it_is_cut_up(books: Books, parts: int, members: int) -> None:
    books.remove(books.of(1, ENTRY(2)))
    books.remove(books.of(3, ENTRY(1)))
    expected, found = proven(books)
    operation_id = started(books, parts=parts, members=members)
    work(books)
    assert seen(books, operation_id).counts == expected.counts
    assert len(report(books, operation_id)) == len(found) == expected.counts["differences"]


def test_the_parts_go_through_every_shard_once(books: Books) -> None:
    for parts in range(1, DIRECTORY_SHARDS + 1):
        progress = start_proof(books.shop.rt, books.shop.caller, dry(), parts).answer
        shards = [shard for part in progress.parts for shard in shards_of(progress.operation, part)]
        assert shards == list(range(DIRECTORY_SHARDS))


@each_deal
def test_in_whatever_order_and_however_often_messages_come(
    books: Books, deal: Callable[[list[Waiting]], list[Waiting]]
) -> None:
    books.remove(books.of(1, ENTRY(2)))
    expected, found = proven(books)
    operation_id = started(books, members=1)
    work(books, deal)
    queues = cast(MemoryQueues, books.shop.rt.queues)
    queues.send("imports", list(queues.sent["imports"]))
    work(books)
    assert seen(books, operation_id).counts == expected.counts
    assert len(report(books, operation_id)) == len(found)


def test_its_progress_shows_while_it_runs(books: Books) -> None:
    operation_id = started(books, parts=1, members=2)
    shown = [(0, "running")]
    queues = cast(MemoryQueues, books.shop.rt.queues)
    while queues.waiting["imports"]:
        step(books)
        progress = seen(books, operation_id)
        shown.append((progress.counts["rows"], progress.operation.state))
    assert shown == [(0, "running"), (2, "running"), (4, "running"), (5, "running"), (5, "done")]


def test_it_stops_when_it_is_cancelled_and_tells_what_it_had_counted(books: Books) -> None:
    operation_id = started(books, parts=1, members=2)
    step(books)
    cancel_operation(books.shop.rt, books.shop.caller, fresh(), operation_id)
    work(books)
    progress = seen(books, operation_id)
    assert (progress.operation.state, progress.counts["rows"]) == ("cancelled", 2)
    assert f"results/shop/{operation_id}.csv" not in cast(MemoryFiles, books.shop.rt.files).objects


def test_the_same_key_is_the_same_proof_and_sends_again_what_it_waits_for(books: Books) -> None:
    queues = cast(MemoryQueues, books.shop.rt.queues)
    first = start_proof(books.shop.rt, books.shop.caller, keyed("k"))
    queues.waiting["imports"].clear()  # lost on their way
    books.shop.clock.at += 60_000
    again = start_proof(books.shop.rt, books.shop.caller, keyed("k"))
    assert (first.replayed, again.replayed) == (False, True)
    assert again.answer.operation == first.answer.operation
    work(books)
    done = start_proof(books.shop.rt, books.shop.caller, keyed("k")).answer
    assert (done.operation.state, queues.waiting["imports"]) == ("done", [])
    assert started(books, keyed("l")) != first.answer.operation.operation_id


def test_a_key_of_another_request_is_refused_and_one_of_a_proof_is_no_other_s(books: Books) -> None:
    books.shop.earn(books.members[0], 1, keyed("taken", "an earning"))
    with refused("idempotency_key_reused", "Idempotency-Key", Conflict):
        started(books, keyed("taken", "a proof"))
    started(books, keyed("ours", "a proof"))
    with refused("idempotency_key_reused", "Idempotency-Key", Conflict):
        books.shop.earn(books.members[0], 1, keyed("ours", "an earning"))


def test_a_dry_run_starts_nothing(books: Books) -> None:
    before = dict(books.table._items)
    progress = start_proof(books.shop.rt, books.shop.caller, dry()).answer
    assert (progress.operation.rows, progress.operation.parts) == (MEMBERS, PARTS)
    assert dict(books.table._items) == before
    assert cast(MemoryQueues, books.shop.rt.queues).sent["imports"] == []


def test_counts_that_cannot_be_read_keep_nobody_from_a_proof(books: Books) -> None:
    key = counts_key("shop", local_day(at(TODAY), "UTC"))
    books.table.batch_put([{**books.item(key), "body": {"B": b"?"}}])
    progress, _ = proven(books)
    assert (progress.operation.state, progress.operation.rows) == ("done", MEMBERS)


class SlowTable(MemoryTable):
    """Every query of a member's orders takes a second."""

    clock: StandingClock

    def query(self, query: Query) -> Page:
        if query.index == "gsi1" and query.pk.endswith("#O"):
            self.clock.elapsed += 1.0
        return super().query(query)


def test_a_chunk_ends_where_it_is_when_its_time_is_over(books: Books) -> None:
    """Twenty members are looked at together: so it may take as long as these more."""
    slow = SlowTable()
    slow._items, slow._order, slow.clock = books.table._items, books.table._order, books.shop.clock
    many = [books.shop.member(f"more-{number}") for number in range(60)]
    rt = replace(books.shop.rt, table=slow)
    operation_id = started(books, parts=1)
    before = books.shop.clock.elapsed
    step(books, rt)
    looked_at = seen(books, operation_id).counts["rows"]
    assert WORK_SECONDS < books.shop.clock.elapsed - before <= WORK_SECONDS + 20
    assert looked_at == 20
    work(books)
    assert seen(books, operation_id).counts["rows"] == len(many) + MEMBERS


def test_who_comes_while_it_runs_is_looked_at_or_not_and_is_no_difference(books: Books) -> None:
    operation_id = started(books, parts=1, members=2)
    queues = cast(MemoryQueues, books.shop.rt.queues)
    while queues.waiting["imports"]:
        step(books)
        books.shop.earn(books.shop.member(f"new-{books.shop.clock.at}"), 5)
        books.shop.earn(books.members[0], 5)
        books.shop.clock.at += 1
    progress = seen(books, operation_id)
    assert (progress.counts["differences"], progress.counts["proven"]) == (0, progress.counts["accounts"])


def test_given_up_it_says_so_and_what_it_had_found_may_be_gone(books: Books) -> None:
    first, second = started(books, parts=1), started(books, parts=1)
    assert give_up_operation(books.shop.rt, Step("chunk", "shop", first, job="proof"))
    assert seen(books, first).operation.failure == UNPROVEN
    step(books)
    files = cast(MemoryFiles, books.shop.rt.files)
    for key in [key for key in files.objects if key.startswith("work/")]:
        del files.objects[key]
    work(books)
    assert (seen(books, second).operation.state, seen(books, second).operation.failure) == ("failed", UNTOLD)


@pytest.mark.parametrize("body", [{"job": "proof", "do": "route"}, {"job": "other", "do": "join"}])
def test_a_message_that_no_proof_has_sent_is_refused(body: dict[str, str]) -> None:
    with refused("unknown_message", None, InvalidInput):
        step_of({"tenant": "shop", "operation": "opr_1"} | body)
