"""The limits of an account, each reached by the operations that lead there: what happens then, and that no point is lost."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from chalicelib.areas.accounts.model.limits import (
    MAX_HOLDS,
    MAX_LOTS,
    MAX_LOTS_IN_ALL,
    MAX_PENDINGS,
    MAX_TAKEN_PIECES,
    MAX_WALLETS,
)
from chalicelib.areas.programs.model import ProgramDefinition
from chalicelib.kit.periods import Day
from tests.twins.bookshop import PROGRAM, BookShop, member, open_shop, refused, sale
from tests.twins.by_hand import activate, cancel, capture, deduct, grant, hold, holds, pending, promise, release
from tests.twins.filled import FIRST, fill, promise_each, scatter, take_every_other
from tests.unit.flows.seen import everything

BARE: dict[str, Any] = {"rules": (), "tiers": None}
MANY_YEARS = {"units": [{"code": "points", "name": "Points", "policies": [{"available_after": 3_000}]}]}


def wallet(shop: BookShop, member_id: str) -> Any:
    assert shop.proof(member_id).matches
    return shop.account(member_id).wallets[0]


def lasts(shop: BookShop, member_id: str) -> list[Day | None]:
    return [one.expires_on for one in wallet(shop, member_id).expiring]


def test_a_program_has_as_many_units_as_an_account_may_have_wallets() -> None:
    units = [{"code": f"unit-{number}", "name": "Unit"} for number in range(MAX_WALLETS + 1)]
    with pytest.raises(ValidationError, match="at most 32"):
        ProgramDefinition.model_validate(PROGRAM | {"units": units})
    shop = open_shop(program={"units": units[:-1]}, rules=(), tiers=None)
    ada = shop.member("1")
    for unit in units[:-1]:
        grant(shop, ada, 7, unit=unit["code"])
    assert [one.available for one in shop.account(ada).wallets] == [7] * MAX_WALLETS
    assert shop.proof(ada).matches


def test_where_there_are_too_many_last_days_some_last_longer() -> None:
    shop = open_shop()
    ada = shop.member("1")
    fill(shop, ada, MAX_LOTS)
    assert grant(shop, ada, 5, expires_on=FIRST - 10).answer.expires_on == FIRST
    assert len(lasts(shop, ada)) == MAX_LOTS
    assert wallet(shop, ada).available == MAX_LOTS + 5


def test_what_would_last_longer_than_any_lot_opens_one_until_there_are_far_too_many() -> None:
    shop = open_shop()
    ada = shop.member("1")
    fill(shop, ada, MAX_LOTS_IN_ALL - 1)
    last = FIRST + MAX_LOTS_IN_ALL
    grant(shop, ada, 1, expires_on=last)
    assert len(lasts(shop, ada)) == MAX_LOTS_IN_ALL
    with refused("too_many_lots"):
        grant(shop, ada, 1, expires_on=last + 1)
    with refused("too_many_lots"):
        promise(shop, ada, 1, event="e")
    assert grant(shop, ada, 1, expires_on=last - 1).answer.expires_on == last
    assert wallet(shop, ada).available == MAX_LOTS_IN_ALL + 1
    assert deduct(shop, ada, MAX_LOTS_IN_ALL + 1).answer.account.balances == {"points": 0}


def test_an_account_has_64_holds_and_each_ends_as_any() -> None:
    shop = open_shop()
    ada = shop.member("1")
    grant(shop, ada, 100)
    for _ in range(MAX_HOLDS):
        hold(shop, ada, 1)
    with refused("too_many_holds"):
        hold(shop, ada, 1)
    assert (len(holds(shop, ada)), wallet(shop, ada).available) == (MAX_HOLDS, 100 - MAX_HOLDS)
    release(shop, ada, 1)
    hold(shop, ada, 1)
    for one in holds(shop, ada):
        capture(shop, ada, one.hold_id)
    assert (wallet(shop, ada).available, wallet(shop, ada).spent) == (100 - MAX_HOLDS, MAX_HOLDS)


def test_an_account_has_400_pending_earnings_and_those_of_a_day_are_one() -> None:
    shop = open_shop()
    ada = shop.member("1")
    promise_each(shop, ada, [f"event {number}" for number in range(MAX_PENDINGS - 1)])
    promise(shop, ada, 1, available_after_days=3)
    for waits in ({"event": "another"}, {"available_after_days": 4}):
        with refused("too_many_pending"):
            promise(shop, ada, 1, **waits)
    promise(shop, ada, 10, available_after_days=3)
    assert (len(pending(shop, ada)), wallet(shop, ada).pending) == (MAX_PENDINGS, MAX_PENDINGS + 10)
    cancel(shop, ada, event="event 0")
    promise(shop, ada, 1, event="event 1")
    activate(shop, ada, event="event 1")
    assert (wallet(shop, ada).available, wallet(shop, ada).pending) == (2, MAX_PENDINGS - 2 + 10)


def test_one_event_may_bring_all_that_may_be_pending() -> None:
    shop = open_shop()
    ada = shop.member("1")
    promise_each(shop, ada, ["one for all"] * MAX_PENDINGS)
    done = activate(shop, ada, event="one for all").answer
    assert (len(done.activated), done.account.balances) == (MAX_PENDINGS, {"points": MAX_PENDINGS})
    assert shop.proof(ada).matches


def test_a_purchase_too_many_that_would_be_pending_is_refused_whole() -> None:
    shop = open_shop(program=MANY_YEARS)
    ada = shop.member("1")
    promise_each(shop, ada, [f"event {number}" for number in range(MAX_PENDINGS)])
    with refused("too_many_pending"):
        shop.buy(member(ada), sale("A1"))
    cancel(shop, ada, event="event 7")
    [earning] = shop.buy(member(ada), sale("A1")).answer.earned
    assert (earning.amount, earning.pending) == (100, True)


@pytest.mark.parametrize("act", [deduct, hold, BookShop.spend])
def test_one_operation_takes_only_so_many_pieces(act: Any) -> None:
    shop = open_shop()
    ada = shop.member("1")
    take_every_other(shop, ada, MAX_TAKEN_PIECES + 1)
    with refused("too_many_pieces", "amount"):
        act(shop, ada, MAX_TAKEN_PIECES + 1)
    act(shop, ada, MAX_TAKEN_PIECES)
    assert wallet(shop, ada).available == 1
    act(shop, ada, 1)
    assert wallet(shop, ada).available == 0


def test_an_account_that_has_grown_too_large_refuses_and_keeps_every_point() -> None:
    """Nothing of it can be said shorter. What it has is spent as ever, and when all of it passes at once, one entry tells it."""
    shop = open_shop(program={"units": [{"code": "points", "name": "Points"}, {"code": "bits", "name": "Bits"}]})
    ada = shop.member("1")
    left = scatter(shop, ada, 20_000, unit="bits")
    fill(shop, ada, MAX_LOTS_IN_ALL - 10, much=10**9)
    there = everything(shop)
    with refused("too_large"):
        scatter(shop, ada, 9_000, unit="points")
    assert everything(shop) == there
    points = wallet(shop, ada).available
    assert shop.spend(ada, points - 1).answer.account.balances == {"points": 1, "bits": left}
    shop.clock.move_to("2035-01-01")
    assert deduct(shop, ada, left // 20, unit="bits").answer.account.balances == {
        "points": 0,
        "bits": left - left // 20,
    }
    assert shop.proof(ada).matches


def test_an_account_is_never_so_large_that_what_passes_at_once_cannot_be_told() -> None:
    """Lots are what an entry tells at most length: some twenty bytes each, of which the account keeps nine."""
    shop = open_shop(program={"units": [{"code": f"unit-{at}", "name": "Unit"} for at in range(MAX_WALLETS)]}, **BARE)
    ada = shop.member("1")
    wallets = 0
    with refused("too_large"):
        for at in range(MAX_WALLETS):
            fill(shop, ada, MAX_LOTS_IN_ALL, unit=f"unit-{at}", much=10**9)
            wallets += 1
    assert wallets >= 12
    shop.clock.move_to("2035-01-01")
    assert set(grant(shop, ada, 1, unit="unit-0").answer.account.balances.values()) == {0, 1}
