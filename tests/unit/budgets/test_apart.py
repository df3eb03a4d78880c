"""DESIGN section 10: what limits for all, joining a segment and a push cost, exactly."""

from __future__ import annotations

import pytest

from chalicelib.aws.memory_senders import MemorySenders
from chalicelib.table.meter import Cost
from tests.unit.budgets.apart import APART, MANY, pushed
from tests.unit.budgets.priced import PRICED, till
from tests.unit.budgets.test_budgets import BUDGETS, without_reading

ORDER = BUDGETS["record an order by id"]
SLICE = Cost(write_units=2)
MANY_OF_A_FILE = Cost(query=1, batch_get=6, transact=6, write_units=738, index_units=200)
"""As by hand with a key for every 25, and what a chunk of any file asks: the configuration, its lease, how far it has come."""
OF_THEIR_OWN = {
    "record an order, limited for all": ORDER + SLICE,
    "record an order, under a budget": ORDER + SLICE,
    "record an order, limited for all, under a budget": ORDER + SLICE + SLICE,
    "join a segment by hand": Cost(batch_get=1, transact=1, write_units=8, index_units=2),
    "join a segment by hand, 100 members": Cost(batch_get=4, transact=4, write_units=724, index_units=200),
    "join a segment by a file, 100 members": MANY_OF_A_FILE,
    "join a segment by criteria": Cost(query=1, transact=1, write_units=10, index_units=2),
    "join a segment by a rule, recording an order": ORDER + Cost(write_units=4, index_units=1),
    "push to 100 members": Cost(batch_get=4, batch_put=4, write_units=100, index_units=100),
}


def test_each_has_its_figure_and_is_priced_once() -> None:
    assert OF_THEIR_OWN.keys() == APART.keys()
    assert not APART.keys() & set(PRICED)


@pytest.mark.parametrize("name", APART)
def test_what_is_apart_costs_its_figure(name: str) -> None:
    at = till()
    assert without_reading(at.price(APART[name](at))) == OF_THEIR_OWN[name]


def test_a_push_is_published_once_to_each_phone() -> None:
    at = till()
    push = pushed(at)
    push()
    senders = at.shop.rt.senders
    assert isinstance(senders, MemorySenders)
    assert len(senders.pushed) == MANY
