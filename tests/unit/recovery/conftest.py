"""The books that every test here may spoil."""

from __future__ import annotations

import pytest

from tests.unit.recovery.books import Books, opened_books


@pytest.fixture
def books() -> Books:
    return opened_books()
