"""Carriers, servers outside and items put together that go wrong: what reaches somebody nevertheless, what is raised, and that they count as all ports do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from chalicelib.aws.errors import CloudError
from chalicelib.aws.memory_outside import MemoryOutside
from chalicelib.aws.memory_senders import MemorySenders
from chalicelib.aws.outside import Reply, UnreachableError, target_of
from chalicelib.aws.senders import DeadEndpointError, Pushed
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import OutcomeUnknown, Throttled
from tests.faults.test_faulty_ports import behind, item, more_calls, with_fault
from tests.twins.faulty import Fault, FaultyTable, Late
from tests.twins.faulty_cloud import FaultyOutside, FaultySenders

HOST = "hooks.example.com"
PHONE = "arn:twin:endpoint/apple/a-token"
WAYS: dict[str, tuple[Callable[[FaultySenders], object], Callable[[MemorySenders], int]]] = {
    "endpoint": (lambda senders: senders.endpoint("apple", "another"), lambda twin: len(twin.endpoints) - 1),
    "forget": (lambda senders: senders.forget(PHONE), lambda twin: 1 - len(twin.endpoints)),
    "push": (lambda senders: senders.push(PHONE, Pushed("Hello", "You", "ntc_1")), lambda twin: len(twin.pushed)),
    "text": (lambda senders: senders.text("+491700000001", "Hello"), lambda twin: len(twin.texted)),
    "mail": (lambda senders: senders.mail("ada@example.com", "Hello", "You"), lambda twin: len(twin.mailed)),
}


def nobody(whom: str, what: str) -> None:
    """Looks at what is sent."""


def carriers(fault: Fault | None) -> tuple[FaultySenders, MemorySenders, FaultyTable]:
    twin, trouble = MemorySenders(endpoints={PHONE}), with_fault(fault)
    return FaultySenders(twin, trouble, nobody), twin, trouble


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("fault", "carried"), [("lost_before", 0), ("lost_after", 1), (Late(1), 0)], ids=str)
def test_a_carrier_does_it_or_does_not_and_the_call_fails(way: str, fault: Fault, carried: int) -> None:
    senders, twin, trouble = carriers(fault)
    act, done = WAYS[way]
    with pytest.raises(CloudError):
        act(senders)
    assert done(twin) == carried
    trouble.settle()
    assert done(twin) == (0 if fault == "lost_before" else 1)
    assert trouble.kinds == ["carrier"]


@pytest.mark.parametrize("way", WAYS)
def test_a_carrier_that_nothing_is_wrong_with_does_it(way: str) -> None:
    senders, twin, _ = carriers(None)
    act, done = WAYS[way]
    act(senders)
    assert done(twin) == 1


def test_of_what_comes_late_to_a_phone_that_takes_nothing_nobody_is_told() -> None:
    senders, twin, trouble = carriers(Late(1))
    twin.dead.add(PHONE)
    with pytest.raises(CloudError):
        senders.push(PHONE, Pushed("Hello", "You", "ntc_1"))
    more_calls(trouble, 2)
    assert twin.pushed == []
    with pytest.raises(DeadEndpointError):
        senders.push(PHONE, Pushed("Hello", "You", "ntc_1"))


@pytest.mark.parametrize(
    ("fault", "raised", "kept"),
    [
        ("throttled", Throttled, []),
        ("lost_before", OutcomeUnknown, []),
        ("half", Throttled, ["a"]),
        ("lost_after", OutcomeUnknown, ["a", "b"]),
        (Late(1), OutcomeUnknown, []),
    ],
    ids=str,
)
def test_of_items_put_together_some_are_kept_and_the_call_fails(
    fault: Fault, raised: type[Exception], kept: list[str]
) -> None:
    table = with_fault(fault)
    with pytest.raises(raised):
        table.batch_put([item("a"), item("b")])
    assert behind(table) == kept
    table.settle()
    assert behind(table) == (["a", "b"] if isinstance(fault, Late) else kept)
    table.batch_put([item("c")])
    assert "c" in behind(table)
    assert table.kinds == ["puts", "puts"]


def server(fault: Fault | None) -> tuple[Callable[[], Reply], MemoryOutside, FaultyTable]:
    twin, trouble = MemoryOutside(servers={HOST: lambda _: Reply(200, "thanks")}), with_fault(fault)
    outside = FaultyOutside(twin, trouble, nobody)
    target = target_of(f"https://{HOST}/", local=outside.local)
    return partial(outside.post, target, {"webhook-id": "msg_1"}, b"{}"), twin, trouble


@pytest.mark.parametrize(("fault", "calls"), [("lost_before", 0), ("lost_after", 1), (Late(1), 0)], ids=str)
def test_a_server_is_called_or_is_not_and_nobody_knows(fault: Fault, calls: int) -> None:
    post, twin, trouble = server(fault)
    with pytest.raises(UnreachableError, match="timed_out"):
        post()
    assert len(twin.sent) == calls
    trouble.settle()
    assert len(twin.sent) == (0 if fault == "lost_before" else 1)
    assert trouble.kinds == ["outside"]


def test_a_busy_server_says_so_and_takes_nothing() -> None:
    post, twin, _ = server("throttled")
    assert post().status == 429
    assert twin.sent == []
    assert post() == Reply(200, "thanks")


def test_whoever_looks_is_told_what_is_to_go_to_whom_before_it_goes() -> None:
    seen: list[tuple[str, str]] = []
    trouble = FaultyTable(MemoryTable())
    trouble.start({0: "lost_before"})
    senders = FaultySenders(MemorySenders(), trouble, lambda *asked: seen.append(asked))
    with pytest.raises(CloudError):
        senders.mail("ada@example.com", "Hello", "You")
    senders.text("+491700000001", "Hello")
    assert seen == [("ada@example.com", "You"), ("+491700000001", "Hello")]
