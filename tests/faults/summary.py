"""At the end of a run: how many calls there were, and how many faults were tried at them, whichever processes tried them.

tests/conftest.py makes a plugin of it, since the process that tells the end of `make test` runs no test and does not
come by this folder.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

TALLIES = pytest.StashKey[dict[str, Counter[str]]]()
COLUMNS = ("calls", "faults", "repeats", "pairs", "storms")
_SENT_AS = "faults_tried"


def pytest_configure(config: pytest.Config) -> None:
    config.stash[TALLIES] = {}


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of xdist's hands over what it has tried."""
    sent: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if sent is not None:
        sent[_SENT_AS] = {name: dict(tally) for name, tally in session.config.stash[TALLIES].items()}


@pytest.hookimpl(optionalhook=True)  # not there when one process runs them all
def pytest_testnodedown(node: Any, error: object) -> None:
    """One that fell has handed over nothing: what it had tried is not told, nor is the run green."""
    handed: Mapping[str, Mapping[str, int]] = getattr(node, "workeroutput", {}).get(_SENT_AS, {})
    for name, tally in handed.items():
        node.config.stash[TALLIES].setdefault(name, Counter()).update(tally)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if tallies := config.stash[TALLIES]:
        terminalreporter.section("faults at every call")
        for line in told(tallies):
            terminalreporter.write_line(line)


def told(tallies: Mapping[str, Counter[str]]) -> Iterator[str]:
    """A line for each case, and one for all of them."""
    yield "".join(f"{column:>9}" for column in COLUMNS)
    total: Counter[str] = Counter()
    for name, tally in sorted(tallies.items()):
        total += tally
        yield _line(tally, name)
    yield _line(total, f"{len(tallies)} cases, {total.total() - total['calls']} tries")


def _line(tally: Counter[str], name: str) -> str:
    return "".join(f"{tally[column]:9}" for column in COLUMNS) + f"  {name}"
