"""Nobody waits for an import for ever: what cannot go on ends as failed, with a code and a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

import pytest

from chalicelib.areas.jobs.model import Operation
from chalicelib.aws.memory_files import MemoryFiles
from chalicelib.aws.memory_queues import Waiting, failed_of, sqs_event
from chalicelib.aws.queues import Message
from chalicelib.events.imports import LAST_RECEIVE, imports
from chalicelib.flows.cancel_operation import cancel_operation
from chalicelib.flows.give_up_operation import GIVEN_UP, LOST
from chalicelib.flows.job_chunks import COMES_AGAIN_SECONDS
from chalicelib.flows.job_lease import LEASE_MS
from chalicelib.flows.join_import import join_import
from chalicelib.runtime import Runtime
from chalicelib.table.memory import MemoryTable
from tests.twins import fresh
from tests.twins.faulty import FaultyTable
from tests.unit.imports.drops import Importing, importing, sold
from tests.unit.orders_file.csv_file import file_of

FIVE = [sold(f"A-{number}", str(number)) for number in range(5)]


def waiting(shop: Importing) -> list[Waiting]:
    return shop.queues.waiting["imports"]


def take(shop: Importing, do: str) -> Waiting:
    """The first waiting message that asks for this; it waits no more."""
    one = next(known for known in waiting(shop) if known.message.body["do"] == do)
    waiting(shop).remove(one)
    return one


def work_up_to(shop: Importing, do: str) -> Waiting:
    """Everything is done until the first message that asks for this."""
    while not any(known.message.body["do"] == do for known in waiting(shop)):
        one = waiting(shop).pop(0)
        assert failed_of(shop.consume, sqs_event("imports", [one])) == set()
    return take(shop, do)


def lose(shop: Importing, kind: str) -> None:
    """Somebody deletes the work files of this kind."""
    lost = [key for key in shop.objects.objects if key.startswith("work/") and f"/{kind}" in key]
    assert lost
    shop.objects.delete(lost)


def deliver(shop: Importing, one: Waiting, received: int = 1) -> bool:
    """Whether it was done with."""
    known = Waiting(one.message_id, one.message, received - 1)
    return failed_of(shop.consume, sqs_event("imports", [known])) == set()


def ended(shop: Importing, operation: Operation) -> Operation:
    return shop.operation(operation.operation_id)


@pytest.mark.parametrize(("kind", "do"), [("part", "chunk"), ("config", "chunk"), ("result", "join")])
def test_an_import_whose_work_files_were_deleted_fails_and_says_so(kind: str, do: str) -> None:
    shop = importing()
    operation = shop.drop(*FIVE, parts=2, chunk_rows=2)
    first = work_up_to(shop, do)
    lose(shop, kind)
    assert deliver(shop, first)
    shop.work()
    assert (ended(shop, operation).state, ended(shop, operation).failure) == ("failed", LOST)
    assert shop.queues.dead["imports"] == []


def test_what_was_recorded_before_the_loss_is_counted_and_the_file_under_another_name_does_the_rest() -> None:
    shop = importing()
    operation = shop.drop(*FIVE, parts=1, chunk_rows=2)
    assert deliver(shop, work_up_to(shop, "chunk"))
    lose(shop, "part")
    shop.work()
    assert (ended(shop, operation).state, shop.progress(operation.operation_id).counts["sales"]) == ("failed", 2)
    again = shop.imported(*FIVE, key="imports/shop/orders/again.csv")
    assert (again.counts["repeated"], again.counts["sales"]) == (2, 3)


@dataclass
class Meanwhile(MemoryFiles):
    """A bucket in which something happens right before the first result is read."""

    happens: Any = None

    def __post_init__(self) -> None:
        super().__init__()

    @contextmanager
    def open(self, key: str, *, start: int = 0, etag: str | None = None) -> Iterator[BinaryIO]:
        happens, self.happens = (self.happens, None) if "/result-" in key else (None, self.happens)
        if happens is not None:
            happens()
        with super().open(key, start=start, etag=etag) as stream:
            yield stream


def test_a_join_that_comes_too_late_for_the_files_finds_the_import_done() -> None:
    files = Meanwhile()
    shop = importing(files=files)
    drop = shop.put(file_of(FIVE))
    files.put(drop.key, file_of(FIVE))
    operation = shop.start(drop, parts=2)
    join = work_up_to(shop, "join")
    files.happens = lambda: join_import(shop.rt, operation.tenant, operation.operation_id)
    assert deliver(shop, join)
    assert ended(shop, operation).state == "done"
    assert len(files.objects[ended(shop, operation).result].splitlines()) == 1 + len(FIVE)


@pytest.mark.parametrize("do", ["route", "chunk", "join"])
def test_a_step_whose_process_is_cut_off_every_time_is_given_up_and_its_message_is_kept(do: str) -> None:
    """Nobody tells it: such a process says nothing any more."""
    shop = importing()
    operation = shop.drop(*FIVE, parts=1)
    waiting(shop).insert(0, work_up_to(shop, do))

    def consume(event: dict[str, Any]) -> dict[str, Any]:
        if int(event["Records"][0]["attributes"]["ApproximateReceiveCount"]) < LAST_RECEIVE:
            raise RuntimeError("the function's time is over")
        return shop.consume(event)

    shop.queues.deliver("imports", consume, size=1)
    assert (ended(shop, operation).state, ended(shop, operation).failure) == ("failed", GIVEN_UP)
    assert [message.body["do"] for message in shop.queues.dead["imports"]] == [do]


def test_a_step_that_goes_well_at_its_fourth_try_is_not_given_up() -> None:
    shop = importing()
    operation = shop.drop(*FIVE)
    one = take(shop, "route")
    assert deliver(shop, one, received=LAST_RECEIVE - 1)
    shop.work()
    assert ended(shop, operation).state == "done"


@pytest.mark.parametrize("do", ["route", "chunk", "join"])
def test_a_copy_of_a_message_fails_nothing_once_its_step_is_done(do: str) -> None:
    shop = importing()
    operation = shop.drop(*FIVE, parts=1, chunk_rows=2)
    one = work_up_to(shop, do)
    assert deliver(shop, one)
    assert deliver(shop, one, received=LAST_RECEIVE)
    shop.work()
    assert ended(shop, operation).state == "done"
    assert shop.queues.dead["imports"] == []


def test_a_copy_of_a_message_fails_nothing_while_another_worker_is_at_its_chunk() -> None:
    shop = importing()
    operation = shop.drop(*FIVE, parts=1)
    one = work_up_to(shop, "chunk")
    shop.kills.at = shop.kills.writes + 3  # it is to come again, the lease and one document are written
    assert not deliver(shop, one)
    last = sqs_event("imports", [Waiting(one.message_id, one.message, LAST_RECEIVE - 1)])
    assert failed_of(lambda event: imports(shop.rt, event), last) == {one.message_id}
    assert ended(shop, operation).state == "running"


def test_a_cancelled_import_is_not_given_up() -> None:
    shop = importing()
    operation = shop.drop(*FIVE)
    one = take(shop, "route")
    cancel_operation(shop.rt, shop.shop.caller, fresh(), operation.operation_id)
    assert deliver(shop, one, received=LAST_RECEIVE)
    assert ended(shop, operation).state == "cancelled"


def test_a_chunk_that_meets_a_defect_keeps_nobody_waiting_for_its_lease() -> None:
    shop = importing()
    operation = shop.drop(*FIVE, parts=1)
    one = work_up_to(shop, "chunk")
    (key,) = [key for key in shop.objects.objects if "/part-" in key]
    sound = shop.objects.objects[key]
    shop.objects.put(key, b"[[[2,2]]")
    assert not deliver(shop, one)
    shop.objects.put(key, sound)
    assert _done_at_once(shop.rt, one)
    shop.work()
    assert ended(shop, operation).state == "done"


def _done_at_once(rt: Runtime, one: Waiting) -> bool:
    return failed_of(lambda event: imports(rt, event), sqs_event("imports", [one])) == set()


def test_a_chunk_whose_worker_died_comes_again_as_soon_as_its_lease_is_over() -> None:
    shop = importing()
    shop.imported(*FIVE, parts=1, chunk_rows=2)
    chunks = len({str(message.body) for message in shop.queues.sent["imports"] if message.body["do"] == "chunk"})
    assert list(shop.queues.returning.values()) == [COMES_AGAIN_SECONDS] * chunks
    assert COMES_AGAIN_SECONDS * 1000 > LEASE_MS


def test_a_chunk_that_meets_a_busy_moment_comes_again_soon_and_each_time_later() -> None:
    table = FaultyTable(MemoryTable())
    shop = importing(table)
    operation = shop.drop(*FIVE, parts=1)
    one = work_up_to(shop, "chunk")
    for received, seconds in ((1, 10), (2, 40), (3, 160), (4, COMES_AGAIN_SECONDS)):
        table.start(dict.fromkeys(range(400), "throttled"))
        assert not deliver(shop, one, received)
        assert shop.queues.returning[f"{one.message_id}-{received}"] == seconds
    table.start()
    assert _done_at_once(shop.rt, one)
    shop.work()
    assert ended(shop, operation).state == "done"


def test_a_copy_waits_for_the_lease_of_whoever_is_at_its_chunk() -> None:
    shop = importing()
    shop.drop(*FIVE, parts=1)
    one = work_up_to(shop, "chunk")
    shop.kills.at = shop.kills.writes + 3
    assert not deliver(shop, one)
    assert not _done_at_once(shop.rt, one)
    assert set(shop.queues.returning.values()) == {COMES_AGAIN_SECONDS}


def test_a_chunk_behind_the_end_of_its_part_changes_nothing() -> None:
    shop = importing()
    operation = shop.drop(*FIVE, parts=1, chunk_rows=100)
    last = work_up_to(shop, "chunk")
    assert deliver(shop, last)
    behind = Message({**last.message.body, "chunk": last.message.body["chunk"] + 1}, "")
    assert deliver(shop, Waiting("behind", behind))
    shop.work()
    told = ended(shop, operation)
    assert (told.state, told.parts_done, told.counts["documents"]) == ("done", 1, len(FIVE))
