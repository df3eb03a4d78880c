"""What is tried of a case is counted, for the summary at the end of the run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from tests.faults.case import Case
from tests.faults.summary import TALLIES

Counted = Callable[[Case, str, int], None]


@pytest.fixture
def counted(request: pytest.FixtureRequest) -> Counted:
    """Puts down what was tried of a case."""

    def count(case: Case, column: str, number: int) -> None:
        assert number > 0, f"{case.name}: nothing was tried"
        request.config.stash[TALLIES].setdefault(case.name, Counter())[column] += number

    return count
