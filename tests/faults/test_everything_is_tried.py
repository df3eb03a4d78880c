"""No operation and no flow is left out: each public function that reaches for the Runtime is run by some case."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType

import chalicelib
from chalicelib.runtime import Runtime
from tests.faults.test_every_call import CASES
from tests.faults.trying import course

ROOT = Path(next(iter(chalicelib.__path__)))
PLACES = ("flows/*.py", "areas/*/operations.py", "areas/*/operations/*.py")


def reaching(module: str) -> Iterator[tuple[str, CodeType]]:
    """The module's own public functions whose first parameter is the Runtime."""
    for name, found in vars(import_module(module)).items():
        if isinstance(found, FunctionType) and found.__module__ == module and not name.startswith("_"):
            first = next(iter(inspect.signature(found, eval_str=True).parameters.values()), None)
            if first is not None and first.annotation is Runtime:
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
    operations = every_operation()
    assert len(operations) > 60
    entered = frozenset[CodeType]().union(*(course(case).entered for case in CASES.values()))
    assert sorted(name for name, code in operations.items() if code not in entered) == []


def test_every_kind_of_call_is_met_by_some_case() -> None:
    """So no kind of fault is one that never happens."""
    kinds = {kind for case in CASES.values() for kind in course(case).calls}
    assert kinds == {"read", "transaction", "stream", "file", "messages", "one message"}
