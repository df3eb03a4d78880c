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
from tests.engine.test_faults import REPEATS
from tests.engine.wishes import WISHES
from tests.faults.case import EVERYTHING, TABLE
from tests.faults.test_every_call import CASES, MESSAGES, REPEATABLE, WRITES
from tests.faults.trying import FAULTS, PAIRED, course, singles
from tests.twins.faulty import CallKind, Fault, Late

ROOT = Path(next(iter(chalicelib.__path__)))
PURE = {  # clock and ids, and what was read before
    "chalicelib.flows.coupon_commit.doing_for",
    "chalicelib.flows.reward_codes.withdrawn",
    "chalicelib.areas.members.operations.new_member",
    "chalicelib.areas.members.operations.linked",
    "chalicelib.areas.members.operations.noted",
    "chalicelib.areas.members.operations.celebrated",
    "chalicelib.areas.members.operations.sharing",
    "chalicelib.flows.account_commit.header_for",
    "chalicelib.flows.account_commit.decided_plan",
    *(f"chalicelib.flows.checkout_coupons.{name}" for name in ("keep_writes", "promised_by", "used_with")),
    *(f"chalicelib.flows.checkout_promise.{name}" for name in ("promise", "whose_of")),
    *(f"chalicelib.areas.groups.operations.{name}" for name in ("founded", "changed", "joined", "left")),
}
LATE: frozenset[Fault] = frozenset({Late(1), Late(2), Late(3), Late(4), Late(5)})
# Spelt here once more, for every other test draws its tries from that list: what fell out of it would be missed by none.
MAY_HAPPEN: dict[CallKind, set[Fault]] = {
    "read": {"throttled", "lost_before"},
    "transaction": {"throttled", "lost_before", "lost_after", "conflict", *LATE},
    "puts": {"throttled", "lost_before", "half", "lost_after", Late(2)},
    "stream": {"lost_before", "half"},
    "file": {"lost_before", "lost_after", Late(2)},
    "messages": {"lost_before", "half", "lost_after", Late(2)},
    "one message": {"lost_before", "lost_after", Late(2)},
    "carrier": {"lost_before", "lost_after", Late(2)},
    "outside": {"throttled", "lost_before", "lost_after", Late(2)},
}
MAY_HAPPEN_TWICE: dict[CallKind, set[Fault]] = {
    "read": {"throttled"},
    "transaction": {"throttled", "lost_before", "lost_after", "conflict", Late(2)},
    "puts": {"half", "lost_after"},
    "stream": {"half"},
    "file": {"lost_before", "lost_after"},
    "messages": {"half", "lost_after"},
    "one message": {"lost_before", "lost_after"},
    "carrier": {"lost_before", "lost_after"},
    "outside": {"lost_before", "lost_after"},
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
    """Late is what is applied after its answer was given up; half, what a batch may come to."""
    assert {kind: set(faults) for kind, faults in FAULTS.items()} == MAY_HAPPEN
    assert {kind: set(faults) for kind, faults in PAIRED.items()} == MAY_HAPPEN_TWICE


def test_every_call_of_every_case_is_tried_with_whatever_may_happen_to_it() -> None:
    """Of what comes late in the long course of messages, or without a key, all that is not left out there on purpose."""
    for case in CASES.values():
        calls = enumerate(course(case).calls)
        wanted = {(number, fault) for number, kind in calls for fault in MAY_HAPPEN[kind]}
        left_out = wanted - set(singles(case))
        assert set(singles(case)) <= wanted
        seldom = case.way == "messages" or case.without_key
        assert {fault for _, fault in left_out} <= ({Late(2), Late(4), Late(5)} if seldom else set())
        assert {course(case).calls[number] for number, _ in left_out} <= {"transaction"}


def test_whatever_may_come_twice_is_asked_twice_on_twin_and_engine() -> None:
    """Without its key a command that comes again is another one; and each key issued is a new one."""
    asked_once = {case.name for case in (*WRITES, *MESSAGES)} - set(REPEATABLE)
    keyed = {name.removesuffix(", without a key") for name in asked_once if not name.startswith("issue_api_key")}
    assert keyed.isdisjoint(asked_once)
    assert sorted(name for name in keyed if not any(other.startswith(name) for other in REPEATABLE)) == []
    assert set(REPEATS) == {"again", "at once"}
    assert set(WISHES) == {"record_order", "return_order", "spend_points", "enrol_member", "settle_due"}


def test_whatever_changes_something_mends_all_faults_or_says_of_which_calls_not_and_why() -> None:
    """Of the table's each does, but for one; and what mends all faults of the calls that it makes says nothing else."""
    impatient = [case for case in (*WRITES, *MESSAGES) if case.mends != EVERYTHING]
    assert [case.name for case in impatient if not case.why or case.mends.issuperset(course(case).calls)] == []
    assert [case.name for case in impatient if not case.mends.issuperset(TABLE)] == ["refold_account"]


def test_every_kind_of_call_is_met_by_some_case() -> None:
    """So no kind of fault is one that never happens."""
    kinds = {kind for case in CASES.values() for kind in course(case).calls}
    assert kinds == set(MAY_HAPPEN)
