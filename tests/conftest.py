"""Which tests stay together when they are spread over the machine's cores, and what is told at the end.

What speaks HTTP is one group, because its last test asks what the others have reached; so are the faults, which share the
course of each case, and what looks at the one stack that is deployed for all who only look. Everything else stays with its
file.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.faults import summary
from tests.twins import drawn

TOGETHER = {"http": "http", "scenarios": "http", "faults": "faults"}
OF_ONE_STACK = ("deployed", "import_guide", "logs", "permissions", "rolled_back", "schedule")


class ByGroup(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        """The group of `tests/<folder>/test_file.py::test_name`."""
        file = nodeid.split("::", 1)[0]
        folder, name = PurePosixPath(file).parts[1], PurePosixPath(file).stem
        if folder == "e2e" and name.removeprefix("test_") in OF_ONE_STACK:
            return "one stack"
        return TOGETHER.get(folder, file)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(summary, "faults-summary")


def pytest_runtest_setup(item: pytest.Item) -> None:
    drawn.begin(item.nodeid)


@pytest.hookimpl(optionalhook=True)  # not asked for when one process runs them all
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByGroup:
    return ByGroup(config, log)
