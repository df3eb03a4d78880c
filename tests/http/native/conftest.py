"""An open bookshop for every test that asks for one."""

from __future__ import annotations

import pytest

from chalicelib.runtime import Runtime
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Table
from tests.http.client import Api
from tests.http.full_shop import FullShop, full_shop
from tests.http.native.bookshop import Shop, open_shop
from tests.http.world import HandClock, key_for, twin_runtime


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def table() -> Table:
    """Whoever follows what is recorded has one of their own, with a stream."""
    return MemoryTable()


@pytest.fixture
def rt(clock: HandClock, table: Table) -> Runtime:
    return twin_runtime(clock, table)


@pytest.fixture
def shop(api: Api, clock: HandClock) -> Shop:
    return open_shop(api, clock)


@pytest.fixture
def full() -> FullShop:
    """A tenant that has one of everything, beside the others."""
    return full_shop()


@pytest.fixture
def memory(full: FullShop) -> MemoryTable:
    """The table of `full`."""
    return full.memory


@pytest.fixture
def ada(shop: Shop) -> str:
    """The id of a first member, whose card is 1."""
    return shop.enrol("1")


@pytest.fixture
def other(rt: Runtime, clock: HandClock) -> Shop:
    """The shop across the street: another tenant with the same program."""
    return open_shop(Api(rt, key_for(rt, "theirs")), clock)
