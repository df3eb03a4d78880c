"""Fixtures of the HTTP tests, and the order of the last one: what nobody reached is known when all have run."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from chalicelib.runtime import Runtime
from tests.http.client import Api
from tests.http.world import key_for, twin_runtime

LAST = "test_coverage.py"
REACHING = ("http", "scenarios")  # folders under tests/ whose tests speak HTTP

_left_out = pytest.StashKey[bool]()


@pytest.fixture
def rt() -> Runtime:
    return twin_runtime()


@pytest.fixture
def api(rt: Runtime) -> Api:
    """The native API, with a key that may do everything for the tenant `ours`."""
    return Api(rt, key_for(rt, "ours"))


@pytest.fixture
def full_run(request: pytest.FixtureRequest) -> bool:
    """Whether every test that speaks HTTP is part of this run."""
    ran = {item.path for item in request.session.items}
    return not request.config.stash.get(_left_out, False) and _speaking_http() <= ran


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name == LAST)


def pytest_deselected(items: Iterable[pytest.Item]) -> None:
    for item in items:
        if item.path in _speaking_http():
            item.config.stash[_left_out] = True


def _speaking_http() -> set[Path]:
    tests = Path(__file__).parents[1]
    return {path for folder in REACHING for path in (tests / folder).rglob("test_*.py")}
