"""The faults themselves: what each leaves at the port behind, what it raises, and when what is late arrives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from chalicelib.aws.errors import CloudError
from chalicelib.aws.memory_files import MemoryFiles
from chalicelib.aws.memory_queues import MemoryQueues
from chalicelib.aws.memory_topic import MemoryTopic
from chalicelib.aws.queues import Message
from chalicelib.aws.topic import Published
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import (
    Absent,
    Attrs,
    Key,
    OutcomeUnknown,
    Prefix,
    Put,
    Query,
    Throttled,
    TransactionCancelled,
)
from tests.twins.faulty import CallKind, Fault, FaultyTable, Late
from tests.twins.faulty_cloud import FaultyFiles, FaultyQueues, FaultyTopic

KEY = Key("shop", "a")


def item(name: str) -> Attrs:
    return {"pk": {"S": "shop"}, "sk": {"S": name}, "kind": {"S": "thing"}, "v": {"N": "1"}}


def put(*names: str) -> list[Put]:
    return [Put(item(name), Absent()) for name in names]


def with_fault(fault: Fault | None) -> FaultyTable:
    """Its first call goes wrong."""
    table = FaultyTable(MemoryTable())
    table.start({} if fault is None else {0: fault})
    return table


def behind(table: FaultyTable) -> list[str]:
    assert isinstance(table.table, MemoryTable)
    return sorted(key.sk for key in table.table._items)


def more_calls(table: FaultyTable, number: int) -> None:
    for _ in range(number):
        table.get(KEY)


# --- the table -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "raised", "applied"),
    [
        ("throttled", Throttled, False),
        ("lost_before", OutcomeUnknown, False),
        ("lost_after", OutcomeUnknown, True),
        ("conflict", TransactionCancelled, False),
        (Late(1), OutcomeUnknown, False),
    ],
    ids=str,
)
def test_a_transaction_goes_wrong_as_it_is_told_and_the_next_one_does_not(
    fault: Fault, raised: type[Exception], applied: bool
) -> None:
    table = with_fault(fault)
    with pytest.raises(raised) as why:
        table.transact(put("a", "b"), "token")
    assert behind(table) == (["a", "b"] if applied else [])
    if isinstance(why.value, TransactionCancelled):
        assert why.value.reasons == ("TransactionConflict",) * 2
    table.transact(put("c"), "another")
    assert "c" in behind(table)
    assert table.kinds == ["transaction", "transaction"]


@pytest.mark.parametrize(("fault", "raised"), [("throttled", Throttled), ("lost_before", OutcomeUnknown)])
@pytest.mark.parametrize("read", ["get", "batch_get", "query"])
def test_a_read_that_goes_wrong_answers_nothing(read: str, fault: Fault, raised: type[Exception]) -> None:
    table = with_fault(fault)
    table.table.batch_put([item("a")])
    reads: dict[str, Callable[[], Any]] = {
        "get": lambda: table.get(KEY),
        "batch_get": lambda: table.batch_get([KEY]),
        "query": lambda: table.query(Query("shop", Prefix("a"))),
    }
    with pytest.raises(raised):
        reads[read]()
    assert reads[read]()
    assert table.kinds == ["read", "read"]


def test_what_cannot_happen_to_a_call_leaves_it_alone() -> None:
    table = with_fault("conflict")
    assert table.get(KEY) is None
    table.start({0: "half"})
    table.transact(put("a"), "token")
    assert behind(table) == ["a"]


@pytest.mark.parametrize("calls", [1, 2, 5])
def test_what_is_late_arrives_when_so_many_more_calls_were_made_and_once(calls: int) -> None:
    table = with_fault(Late(calls))
    with pytest.raises(OutcomeUnknown):
        table.transact(put("a"), "token")
    more_calls(table, calls)
    assert behind(table) == []
    assert table.get(KEY) == item("a")
    table.table.batch_put([{**item("a"), "since": {"N": "1"}}])
    more_calls(table, 10)
    table.settle()
    assert table.get(KEY) == {**item("a"), "since": {"N": "1"}}


def test_what_is_late_falls_by_its_conditions_and_nobody_is_told() -> None:
    table = with_fault(Late(1))
    with pytest.raises(OutcomeUnknown):
        table.transact(put("a", "b"), "token")
    table.transact(put("a"), "another")
    more_calls(table, 2)
    assert behind(table) == ["a"]


def test_what_is_under_way_arrives_when_all_settles_each_in_its_turn() -> None:
    table = FaultyTable(MemoryTable())
    table.start({0: Late(7), 1: Late(3)})
    for names in ("a", "b"), ("b", "c"):
        with pytest.raises(OutcomeUnknown):
            table.transact(put(*names), names[0])
    table.settle()
    assert behind(table) == ["a", "b"]


def test_what_is_late_is_given_up_when_the_calls_are_counted_anew() -> None:
    table = with_fault(Late(1))
    with pytest.raises(OutcomeUnknown):
        table.transact(put("a"), "token")
    table.start()
    more_calls(table, 5)
    table.settle()
    assert (behind(table), table.calls) == ([], 5)


def test_another_process_comes_before_each_call_and_before_each_transaction() -> None:
    came: list[tuple[str, int]] = []
    table = FaultyTable(
        MemoryTable(),
        meanwhile=lambda done: came.append(("transaction", done)),
        interrupt=lambda number: came.append(("call", number)),
    )
    more_calls(table, 1)
    table.transact(put("a"), "token")
    table.transact(put("b"), "another")
    assert came == [("call", 0), ("call", 1), ("transaction", 0), ("call", 2), ("transaction", 1)]
    assert table.transactions == [1, 2]


# --- queues and topic ------------------------------------------------------------------------------------------------


@dataclass
class Senders:
    """Queue and topic behind one trouble."""

    trouble: FaultyTable
    queues: MemoryQueues = field(default_factory=MemoryQueues)
    topic: MemoryTopic = field(default_factory=MemoryTopic)

    def send(self, to: str, number: int) -> None:
        if to == "queue":
            messages = [Message({"number": one}, "req") for one in range(number)]
            FaultyQueues(self.queues, self.trouble).send("due", messages)
        else:
            published = [Published("shop", ("points.earned",), {"number": one}) for one in range(number)]
            FaultyTopic(self.topic, self.trouble).publish(published)

    def arrived(self, at: str) -> list[int]:
        bodies = self.queues.bodies("due") if at == "queue" else [message.body for message in self.topic.published]
        return [body["number"] for body in bodies]


@pytest.mark.parametrize("to", ["queue", "topic"])
@pytest.mark.parametrize(
    ("number", "fault", "taken"),
    [
        (5, "lost_before", 0),
        (5, "half", 2),
        (2, "half", 1),
        (5, "lost_after", 5),
        (5, Late(2), 0),
        (1, "lost_before", 0),
        (1, "lost_after", 1),
        (1, Late(2), 0),
    ],
)
def test_of_a_batch_so_many_are_taken_the_first_of_them_and_the_call_fails(
    to: str, number: int, fault: Fault, taken: int
) -> None:
    senders = Senders(with_fault(fault))
    with pytest.raises(CloudError):
        senders.send(to, number)
    assert senders.arrived(to) == list(range(taken))
    more_calls(senders.trouble, 3)
    senders.trouble.settle()
    assert senders.arrived(to) == list(range(number if isinstance(fault, Late) else taken))
    kinds: dict[bool, CallKind] = {True: "one message", False: "messages"}
    assert senders.trouble.kinds == [kinds[number == 1], "read", "read", "read"]


@pytest.mark.parametrize("to", ["queue", "topic"])
def test_nothing_to_send_is_no_request_and_what_does_not_go_wrong_arrives(to: str) -> None:
    senders = Senders(FaultyTable(MemoryTable()))
    senders.trouble.start({1: "lost_before"})
    senders.send(to, 0)
    assert senders.trouble.calls == 0
    senders.send(to, 3)
    assert senders.arrived(to) == [0, 1, 2]


@pytest.mark.parametrize(("fault", "applied"), [("lost_before", False), ("lost_after", True), (Late(1), False)])
def test_a_message_that_is_to_come_again_is_told_or_is_not(fault: Fault, applied: bool) -> None:
    trouble, queues = with_fault(fault), MemoryQueues()
    with pytest.raises(CloudError):
        FaultyQueues(queues, trouble).come_again("due", "receipt", 30)
    assert queues.returning == ({"receipt": 30} if applied else {})
    trouble.settle()
    assert queues.returning == ({} if fault == "lost_before" else {"receipt": 30})


# --- the bucket ------------------------------------------------------------------------------------------------------


def written(files: FaultyFiles) -> None:
    with files.writer("new") as sink:
        sink.write(b"a")
        sink.write(b"b")


CHANGES: dict[str, tuple[Callable[[FaultyFiles], object], dict[str, bytes]]] = {
    "put": (lambda files: files.put("new", b"ab"), {"there": b"0123456789", "new": b"ab"}),
    "writer": (written, {"there": b"0123456789", "new": b"ab"}),
    "delete": (lambda files: files.delete(iter(["there"])), {}),
}


def bucket(fault: Fault | None) -> tuple[FaultyFiles, MemoryFiles, FaultyTable]:
    objects, trouble = MemoryFiles(), with_fault(fault)
    objects.put("there", b"0123456789")
    return FaultyFiles(objects, trouble), objects, trouble


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(("fault", "applied"), [("lost_before", False), ("lost_after", True), (Late(1), False)])
def test_an_object_changes_or_does_not_and_the_call_fails(change: str, fault: Fault, applied: bool) -> None:
    files, objects, trouble = bucket(fault)
    act, changed = CHANGES[change]
    before = dict(objects.objects)
    with pytest.raises(CloudError):
        act(files)
    assert objects.objects == (changed if applied else before)
    trouble.settle()
    assert objects.objects == (before if fault == "lost_before" else changed)
    assert trouble.kinds == ["file"]


def test_a_bucket_that_does_not_answer_tells_nothing_of_an_object() -> None:
    files, _, trouble = bucket("lost_before")
    with pytest.raises(CloudError):
        files.head("there")
    trouble.start({0: "lost_before"})
    with pytest.raises(CloudError), files.open("there"):
        pass
    with files.open("there") as stream:
        assert stream.read() == b"0123456789"
    assert trouble.kinds == ["stream", "stream"]


def test_a_connection_breaks_off_in_the_middle_of_what_is_read() -> None:
    files, _, _ = bucket("half")
    with files.open("there", start=2) as stream:
        assert stream.read(4) == b"2345"
        with pytest.raises(CloudError):
            stream.read(1)
