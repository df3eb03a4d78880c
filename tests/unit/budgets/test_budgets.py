"""DESIGN section 10: what each operation may cost, exactly. A number that changes is a decision, not an accident."""

from __future__ import annotations

import pytest

from chalicelib.table.meter import Cost
from tests.twins.bookshop import card, dry, keyed, member, sale
from tests.unit.budgets.priced import PRICED, prepared, settle_today, till

BUDGETS = {
    "evaluate by id": Cost(query=1),
    "evaluate by identifier": Cost(get=1, query=1),
    "evaluate a cart by id": Cost(query=1),
    "evaluate a cart by identifier": Cost(get=1, query=1),
    "evaluate a cart of nobody known": Cost(),
    "evaluate, without an account": Cost(get=1, query=1),
    "record an order by id": Cost(query=1, transact=1, write_units=6, index_units=2),
    "record an order by identifier": Cost(get=1, query=1, transact=1, write_units=6, index_units=2),
    "record a first order, enrolling": Cost(get=1, transact=1, write_units=12, index_units=6),
    "record an order of nobody": Cost(transact=1, write_units=4, index_units=2),
    "assign an order": Cost(get=1, query=1, transact=1, write_units=8, index_units=4),
    "record an event": Cost(query=1, transact=1, write_units=4, index_units=1),
    "record an event with a key": Cost(query=1, transact=1, write_units=6, index_units=1),
    "return": Cost(get=1, query=1, transact=1, write_units=8, index_units=2),
    "earn": Cost(batch_get=1, transact=1, write_units=4, index_units=1),
    "earn with a key": Cost(batch_get=1, transact=1, write_units=6, index_units=1),
    "spend": Cost(batch_get=1, transact=1, write_units=4, index_units=1),
    "spend with a key": Cost(batch_get=1, transact=1, write_units=6, index_units=1),
    "spend by a PIN": Cost(batch_get=1, transact=1, write_units=6, index_units=1),
    "spend by a code": Cost(batch_get=1, transact=1, write_units=6, index_units=1),
    "redeem an award by a PIN": Cost(get=1, query=1, transact=1, write_units=8, index_units=1),
    "redeem a reward by a PIN": Cost(batch_get=1, transact=1, write_units=20, index_units=2),
    "set a PIN": Cost(batch_get=1, transact=1, write_units=2),
    "set a PIN with a key": Cost(get=1, batch_get=1, transact=1, write_units=4),
    "issue a code to prove by": Cost(batch_get=1, transact=1, write_units=2),
    "refund": Cost(batch_get=1, transact=1, write_units=6, index_units=1),
    "refund with a key": Cost(batch_get=1, transact=1, write_units=8, index_units=1),
    "undo a spend": Cost(batch_get=1, transact=1, write_units=6, index_units=1),
    "undo an earning": Cost(batch_get=1, transact=1, write_units=6, index_units=1),
    "cancel an earning": Cost(batch_get=1, transact=1, write_units=6, index_units=1),
    "expire an earning": Cost(batch_get=1, transact=1, write_units=4, index_units=1),
    "trace of a spend": Cost(batch_get=1, query=1),
    "trace of an earning": Cost(batch_get=1, query=1),
    "pin a tier for good": Cost(batch_get=1, transact=1, write_units=4, index_units=1),
    "pin a tier until a day": Cost(batch_get=1, transact=1, write_units=4, index_units=3),  # it falls due another day
    "recalculate a tier": Cost(batch_get=1, transact=1, write_units=4, index_units=1),
    "unpin a tier": Cost(batch_get=1, transact=1, write_units=4, index_units=1),
    "earn, pending": Cost(batch_get=1, transact=1, write_units=4, index_units=1),
    "earn, waiting for an order": Cost(batch_get=1, transact=1, write_units=4, index_units=1),
    "grant": Cost(batch_get=1, transact=1, write_units=4, index_units=1),
    "grant with a key": Cost(batch_get=1, transact=1, write_units=6, index_units=1),
    "deduct": Cost(batch_get=1, transact=1, write_units=4, index_units=1),
    "hold": Cost(batch_get=1, transact=1, write_units=4, index_units=1),
    "hold with a key": Cost(batch_get=1, transact=1, write_units=6, index_units=1),
    "capture": Cost(batch_get=1, transact=1, write_units=4, index_units=1),
    "capture a part": Cost(batch_get=1, transact=1, write_units=4, index_units=1),
    "release": Cost(batch_get=1, transact=1, write_units=4, index_units=1),
    "activate by event": Cost(batch_get=1, transact=1, write_units=4, index_units=1),
    "activate an earning": Cost(batch_get=1, transact=1, write_units=4, index_units=3),
    "cancel by event": Cost(batch_get=1, transact=1, write_units=4, index_units=1),
    "cancel a promise": Cost(batch_get=1, transact=1, write_units=6, index_units=3),
    "cancel an earning of an order": Cost(get=1, batch_get=1, transact=1, write_units=8, index_units=1),
    "transfer": Cost(batch_get=1, transact=1, write_units=8, index_units=2),
    "transfer with a key": Cost(batch_get=1, transact=1, write_units=10, index_units=2),
    "undo a transfer": Cost(get=1, batch_get=1, transact=1, write_units=12, index_units=2),
    "convert": Cost(batch_get=1, transact=1, write_units=4, index_units=1),
    "grant a perk": Cost(query=1, transact=1, write_units=6, index_units=1),
    "grant a perk that ends": Cost(query=1, transact=1, write_units=6, index_units=2),  # it falls due one day
    "stamp a card": Cost(query=1, transact=1, write_units=4, index_units=1),
    "stamp a card that gives": Cost(query=1, transact=1, write_units=8, index_units=1),
    "redeem an award": Cost(query=1, transact=1, write_units=6, index_units=1),
    "redeem an award with a key": Cost(query=1, transact=1, write_units=8, index_units=1),
    "redeem by a code": Cost(get=1, query=1, transact=1, write_units=8, index_units=1),
    "refund an award": Cost(batch_get=2, transact=1, write_units=8, index_units=1),
    "revoke an award": Cost(query=1, transact=1, write_units=6, index_units=1),
    "issue a code": Cost(get=1, query=1, transact=1, write_units=2),
    "awards": Cost(query=1),
    "redeem a reward with code and stock": Cost(batch_get=1, transact=1, write_units=18, index_units=2),
    "redeem a reward, limited for a member": Cost(batch_get=1, transact=1, write_units=20, index_units=2),
    "redeem a reward with a key": Cost(batch_get=1, transact=1, write_units=20, index_units=2),
    "refund a redemption": Cost(batch_get=2, transact=1, write_units=20, index_units=3),
    "change a delivery": Cost(batch_get=2, transact=1, write_units=6, index_units=1),
    "rewards of a member": Cost(batch_get=1, query=1),
    "basket of rewards": Cost(batch_get=1, query=1),
    "redemptions of a member": Cost(query=1),
    "refold an account": Cost(get=2, query=1, transact=1, write_units=2),
    "evaluate, in a group": Cost(query=1, batch_get=1),
    "evaluate a cart, in a group": Cost(query=1, batch_get=1),
    "record an order, in a group": Cost(query=1, batch_get=1, transact=1, write_units=6, index_units=3),  # in two lists
    "earn, in a group": Cost(batch_get=2, transact=1, write_units=4, index_units=1),
    "spend, in a group": Cost(batch_get=2, transact=1, write_units=4, index_units=1),
    "holds": Cost(batch_get=1),
    "pending": Cost(batch_get=1),
    "expiries": Cost(batch_get=1),
    "balance": Cost(batch_get=1),
    "statement page": Cost(query=1),
    "statement page by state": Cost(batch_get=1, query=1),
    "enrol": Cost(get=1, transact=1, write_units=6, index_units=3),
    "config change": Cost(query=1, transact=1, write_units=6, index_units=1),
    "one due account": Cost(get=1, transact=1, write_units=4, index_units=2),
}


def without_reading(cost: Cost) -> Cost:
    """Reads are counted as requests: their units follow from what is read."""
    return cost - Cost(read_units=cost.read_units)


def test_every_operation_has_a_budget() -> None:
    assert set(BUDGETS) == set(PRICED)


@pytest.mark.parametrize("name", BUDGETS)
def test_an_operation_costs_its_budget(name: str) -> None:
    at = till()
    assert without_reading(at.price(prepared(name, at))) == BUDGETS[name]


@pytest.mark.parametrize("name", BUDGETS)
def test_a_process_that_has_not_asked_for_five_seconds_pays_one_get_more(name: str) -> None:
    at = till()
    act = prepared(name, at)
    at.shop.rt.config.load(at.table, "shop")
    at.shop.clock.elapsed += 6
    before = at.table.meter.cost
    act()
    asking_no_terms = (
        "trace of a spend",
        "refold an account",
        "set a PIN",
        "set a PIN with a key",
        "issue a code to prove by",
    )
    more = 0 if name in ("config change", *asking_no_terms) else 1  # all of it anyway, nothing of it
    assert without_reading(at.table.meter.cost - before) == BUDGETS[name] + Cost(get=more)


def test_the_first_order_of_a_member_lists_it_among_what_is_due() -> None:
    at = till()
    bob = at.shop.member("bob")
    cost = at.price(lambda: at.shop.buy(card("bob"), sale("B1")))
    assert (cost.requests, cost.write_units, cost.index_units) == (3, 6, 3)
    assert at.shop.balance(bob) == 100


def test_whoever_has_no_account_pays_one_get_more_where_nothing_is_written() -> None:
    """Of the entry that there would be if it were lost."""
    at = till()
    bob = at.shop.member("bob")
    tried = at.price(lambda: at.shop.buy(member(bob), sale("B1"), dry()))
    assert without_reading(tried) == Cost(query=1, get=2)  # and whether the number is taken, as every try does
    sent = at.price(lambda: at.shop.send(at.ada, bob, 1, dry()))
    assert without_reading(sent) == Cost(batch_get=1, get=1)
    unknown = at.price(lambda: at.shop.simulate(card("nobody"), sale("B1")))
    assert without_reading(unknown) == Cost(get=1)


def test_an_account_with_nothing_due_costs_one_get() -> None:
    at = till()
    cost = at.price(lambda: settle_today(at))
    assert without_reading(cost) == Cost(get=1)


@pytest.mark.parametrize("name", ["earn with a key", "spend with a key", "grant with a key", "hold with a key"])
def test_a_repeat_with_its_key_costs_the_attempt_and_two_gets(name: str) -> None:
    at = till()
    act = prepared(name, at)
    act()
    assert without_reading(at.price(act)) == Cost(batch_get=1, transact=1, get=2, write_units=3)


def test_a_refused_spend_costs_no_write() -> None:
    at = till()
    at.shop.spend(at.ada, 100)

    def overspend() -> None:
        with pytest.raises(Exception, match="insufficient_balance"):
            at.shop.spend(at.ada, 1, keyed("k"))

    assert without_reading(at.price(overspend)) == Cost(batch_get=1, get=1)
