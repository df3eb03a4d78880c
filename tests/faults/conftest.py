"""At the end of a run: how many calls there were, and how many faults were tried at them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from tests.faults.case import Case

Counted = Callable[[Case, str, int], None]
_TALLIES = pytest.StashKey[dict[str, Counter[str]]]()
COLUMNS = ("calls", "faults", "repeats", "pairs", "storms")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_TALLIES] = {}


@pytest.fixture
def counted(request: pytest.FixtureRequest) -> Counted:
    """Puts down what was tried of a case."""

    def count(case: Case, column: str, number: int) -> None:
        assert number > 0, f"{case.name}: nothing was tried"
        request.config.stash[_TALLIES].setdefault(case.name, Counter())[column] += number

    return count


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    tallies = config.stash.get(_TALLIES, {})
    if not tallies:
        return
    terminalreporter.section("faults at every call")
    terminalreporter.write_line("".join(f"{column:>9}" for column in COLUMNS))
    total: Counter[str] = Counter()
    for name, tally in sorted(tallies.items()):
        total += tally
        terminalreporter.write_line(_line(tally, name))
    terminalreporter.write_line(_line(total, f"{len(tallies)} cases, {total.total() - total['calls']} tries"))


def _line(tally: Counter[str], name: str) -> str:
    return "".join(f"{tally[column]:9}" for column in COLUMNS) + f"  {name}"
