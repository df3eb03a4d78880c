"""A company at work, and what its functions log meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.logs.company import Company, founded
from tests.unit.logs.kept import Keeper, kept


@pytest.fixture
def company() -> Company:
    return founded()


@pytest.fixture
def log(company: Company) -> Iterator[Keeper]:
    assert company.api.key is not None
    with kept() as keeper:
        yield keeper
