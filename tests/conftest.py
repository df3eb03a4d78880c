"""Which tests stay together when they are spread over the machine's cores, and what is told at the end.

What speaks HTTP is one group, because its last test asks what the others have reached; so are the faults, which share the
course of each case, and what looks at the one stack that is deployed for all who only look. Everything else stays with its
file. What takes longest begins first, so that at the end no core waits for another.
"""

from __future__ import annotations

import gc
from pathlib import PurePosixPath
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.faults import summary
from tests.twins import drawn

TOGETHER = {"http": "http", "scenarios": "http", "faults": "faults"}
ONE_STACK = "one stack"
LONGEST = (
    *("faults", "simulation", "http", "scenarios", "unit/imports", "unit/demo", "unit/recovery", "events"),
    *(ONE_STACK, "tests/e2e/test_run.py", "tests/e2e/test_demo.py", "tests/e2e/test_deploy_guide.py"),
    *("tests/engine/test_repair.py", "tests/engine/test_storm.py"),
)
OF_ONE_STACK = ("deployed", "import_guide", "logs", "permissions", "rolled_back", "schedule")


class ByGroup(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return _group(nodeid)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(summary, "faults-summary")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In this order groups are handed out (`--no-loadscope-reorder`): else by their number of tests, and twenty long ones come last."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(_group(item.nodeid), places.get(_folder(item.nodeid), len(places))))


def pytest_collection_finish() -> None:
    """What is imported and collected is here to stay: the collector need not go through all of it again and again."""
    gc.collect()
    gc.freeze()


def _group(nodeid: str) -> str:
    """The group of `tests/<folder>/test_file.py::test_name`: most often the file."""
    file = nodeid.split("::", 1)[0]
    folder, name = PurePosixPath(file).parts[1], PurePosixPath(file).stem
    if folder == "e2e" and name.removeprefix("test_") in OF_ONE_STACK:
        return ONE_STACK
    return TOGETHER.get(folder, file)


def _folder(nodeid: str) -> str:
    """`unit/imports` of `tests/unit/imports/test_file.py::test_name`, `http` of what lies anywhere below that."""
    _, folder, below, *_ = (*PurePosixPath(nodeid.split("::", 1)[0]).parts, "", "")
    return f"{folder}/{below}" if folder == "unit" else folder


def pytest_runtest_setup(item: pytest.Item) -> None:
    drawn.begin(item.nodeid)


@pytest.hookimpl(optionalhook=True)  # not asked for when one process runs them all
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByGroup:
    return ByGroup(config, log)
