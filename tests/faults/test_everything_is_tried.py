"""No operation and no flow is left out: each asks table or cloud for something in some case, and not just its callers."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType

import chalicelib
from chalicelib.runtime import Runtime
from chalicelib.table.protocol import Table
from tests.faults.test_every_call import CASES
from tests.faults.trying import FAULTS, PAIRED, course
from tests.twins.faulty import CallKind, Fault, Late

ROOT = Path(next(iter(chalicelib.__path__)))
PURE = {  # clock and ids
    "chalicelib.areas.members.operations.new_member",
    "chalicelib.areas.members.operations.linked",
    "chalicelib.flows.account_commit.header_for",
    "chalicelib.flows.account_commit.decided_plan",
    *(f"chalicelib.areas.groups.operations.{name}" for name in ("founded", "changed", "joined", "left")),
}
PLACES = ("flows/*.py", "areas/*/operations.py", "areas/*/operations/*.py")


def reaching(module: str) -> Iterator[tuple[str, CodeType]]:
    """The module's own functions whose first parameter is the table, and the public ones whose first is the Runtime."""
    for name, found in vars(import_module(module)).items():
        if isinstance(found, FunctionType) and found.__module__ == module:
            first = next(iter(inspect.signature(found, eval_str=True).parameters.values()), None)
            wanted = (Table,) if name.startswith("_") else (Table, Runtime)
            if first is not None and first.annotation in wanted:
                yield f"{module}.{name}", found.__code__


def every_operation() -> dict[str, CodeType]:
    modules = sorted(
        ".".join(("chalicelib", *path.relative_to(ROOT).with_suffix("").parts))
        for place in PLACES
        for path in ROOT.glob(place)
        if path.stem != "__init__"
    )
    return {name: code for module in modules for name, code in reaching(module)}


def test_every_operation_and_flow_is_run_by_a_case() -> None:
    operations = {name: code for name, code in every_operation().items() if name not in PURE}
    assert len(operations) > 60
    asking = frozenset[CodeType]().union(*(course(case).asking for case in CASES.values()))
    assert sorted(name for name, code in operations.items() if code not in asking) == []


def test_what_is_entered_and_asks_nothing_is_not_tried() -> None:
    """A repair of a feed without placeholders calls the mending with nothing to mend."""
    mending = every_operation()["chalicelib.flows.mend_placeholders.mend_placeholders"]
    tried = {name for name, case in CASES.items() if mending in course(case).asking}
    assert tried == {"repair_feed, of placeholders"}


def test_whatever_may_happen_to_a_call_is_among_what_is_tried() -> None:
    """Spelt here once more, for every other test draws its tries from that list: a fault that fell out of it would not be
    missed by any. Late is what is applied after its answer was given up; half, what a batch may come to. The same
    twice is no fault of a call: asked_twice and the engine's REPEATS."""
    late: tuple[Fault, ...] = (Late(1), Late(2), Late(3), Late(4), Late(5))
    asked: dict[CallKind, set[Fault]] = {
        "read": {"throttled", "lost_before"},
        "transaction": {"throttled", "lost_before", "lost_after", "conflict", *late},
        "stream": {"lost_before", "half"},
        "file": {"lost_before", "lost_after", Late(2)},
        "messages": {"lost_before", "half", "lost_after", Late(2)},
        "one message": {"lost_before", "lost_after", Late(2)},
    }
    assert {kind: set(faults) for kind, faults in FAULTS.items()} == asked
    paired: dict[CallKind, set[Fault]] = {
        "read": {"throttled"},
        "transaction": {"throttled", "lost_before", "lost_after", "conflict", Late(2)},
        "stream": {"half"},
        "file": {"lost_before", "lost_after"},
        "messages": {"half", "lost_after"},
        "one message": {"lost_before", "lost_after"},
    }
    assert {kind: set(faults) for kind, faults in PAIRED.items()} == paired


def test_every_kind_of_call_is_met_by_some_case() -> None:
    """So no kind of fault is one that never happens."""
    kinds = {kind for case in CASES.values() for kind in course(case).calls}
    assert kinds == {"read", "transaction", "stream", "file", "messages", "one message"}
