"""What checkouts cost: a version of 2 units and a place in the member's list beside what is judged, set apart, recorded or brought back anyway."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.areas.rules.model import RuleLimits
from chalicelib.flows.list_checkouts import list_checkouts
from chalicelib.flows.read_checkout import read_checkout
from tests.twins import kept, tills
from tests.twins.bookshop import keyed
from tests.unit.budgets.priced import Till, till

POINTS = 5


def paid_with_points(at: Till) -> str:
    checkout_id = tills.begun(at.shop, at.ada, points=POINTS)
    tills.paid(at.shop, checkout_id, "C-1")
    return checkout_id


def paid_by_nobody(at: Till) -> str:
    checkout_id = tills.begun(kept.keeping(at.shop), None)
    tills.paid(at.shop, checkout_id, "C-1")
    return checkout_id


PRICES: dict[str, tuple[Callable[[Till], Callable[[], object]], tuple[int, int]]] = {
    "open": (lambda at: lambda: tills.begun(at.shop, at.ada), (2, 4)),
    "open, with a key": (lambda at: lambda: tills.begun(at.shop, at.ada, command=keyed("o")), (2, 6)),
    "open, nobody known": (lambda at: lambda: tills.begun(at.shop, None), (1, 2)),
    "open, enrolling": (lambda at: lambda: tills.begun_by(at.shop, "newest"), (2, 10)),
    "open, with points": (lambda at: lambda: tills.begun(at.shop, at.ada, points=POINTS), (2, 8)),
    "get": (
        lambda at: of(tills.begun(at.shop, at.ada), lambda one: read_checkout(at.shop.rt, at.shop.caller, one)),
        (1, 0),
    ),
    "get, paid for": (
        lambda at: of(paid_with_points(at), lambda one: read_checkout(at.shop.rt, at.shop.caller, one)),
        (1, 0),
    ),
    "get, of nobody": (
        lambda at: of(paid_by_nobody(at), lambda one: read_checkout(at.shop.rt, at.shop.caller, one)),
        (2, 0),
    ),
    "list": (
        lambda at: of(
            tills.begun(at.shop, at.ada), lambda _: list_checkouts(at.shop.rt, at.shop.caller, at.ada, 25, None)
        ),
        (1, 0),
    ),
    "list, of nothing": (lambda at: lambda: list_checkouts(at.shop.rt, at.shop.caller, at.ada, 25, None), (2, 0)),
    "change": (lambda at: of(tills.begun(at.shop, at.ada), lambda one: tills.updated(at.shop, one, 5_00)), (3, 4)),
    "change, later": (lambda at: of(tills.begun(at.shop, at.ada), lambda one: changed_later(at, one)), (3, 6)),
    "commit": (lambda at: of(tills.begun(at.shop, at.ada), lambda one: tills.paid(at.shop, one)), (3, 12)),
    "commit, with points": (
        lambda at: of(tills.begun(at.shop, at.ada, points=POINTS), lambda one: tills.paid(at.shop, one)),
        (3, 12),
    ),
    "cancel": (lambda at: of(tills.begun(at.shop, at.ada), lambda one: tills.called_off(at.shop, one)), (2, 6)),
    "cancel, with points": (
        lambda at: of(tills.begun(at.shop, at.ada, points=POINTS), lambda one: tills.called_off(at.shop, one)),
        (3, 10),
    ),
    "cancel what was paid for": (
        lambda at: of(paid_with_points(at), lambda one: tills.called_off(at.shop, one)),
        (5, 14),
    ),
}
"""Where a member is known, it is in their list: 2 units, and 2 for where it was before."""


LIMITED: dict[str, tuple[Callable[[Till], Callable[[], object]], tuple[int, int]]] = {
    "open": (lambda at: lambda: tills.begun(at.shop, at.ada), (2, 4 + 4)),
    "change": (lambda at: of(tills.begun(at.shop, at.ada), lambda one: tills.updated(at.shop, one, 5_00)), (3, 4 + 2)),
    "commit": (lambda at: of(tills.begun(at.shop, at.ada), lambda one: tills.paid(at.shop, one)), (3, 12 + 2)),
    "cancel": (lambda at: of(tills.begun(at.shop, at.ada), lambda one: tills.called_off(at.shop, one)), (2, 6 + 4)),
}
"""Where a discount takes of a limit for all: its slice, and what is held of it."""


def changed_later(at: Till, checkout_id: str) -> object:
    at.shop.clock.at += 1_000
    return tills.updated(at.shop, checkout_id, 5_00)


def of(checkout_id: str, act: Callable[[str], object]) -> Callable[[], object]:
    return lambda: act(checkout_id)


@pytest.mark.parametrize("what", PRICES)
def test_requests_and_units(what: str) -> None:
    at = till()
    at.shop.define(tills.PENNIES)
    prepared, price = PRICES[what]
    cost = at.price(prepared(at))
    assert (cost.requests, cost.write_units) == price


@pytest.mark.parametrize("what", LIMITED)
def test_a_limit_for_all_costs_no_request(what: str) -> None:
    at = till()
    at.shop.define(tills.TENTH.model_copy(update={"limits": RuleLimits(in_all=1_000)}))
    prepared, price = LIMITED[what]
    cost = at.price(prepared(at))
    assert (cost.requests, cost.write_units) == price


def test_no_request_more_with_what_there_is() -> None:
    at = till()
    at.shop.define(tills.PENNIES)
    first = tills.begun(at.shop, at.ada, points=POINTS)
    before = at.price(lambda: tills.updated(at.shop, first, points=POINTS)).requests
    for number in range(20):
        tills.updated(at.shop, first, 5_00 + number, points=POINTS)
        tills.begun(at.shop, at.ada, points=1)
    assert at.price(lambda: tills.updated(at.shop, first, points=POINTS)).requests == before
