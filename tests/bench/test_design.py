"""DESIGN section 10: what operations and routes are judged by is this, and nothing that was raised above it."""

from __future__ import annotations

import pytest

from tests.bench import cold, cpu
from tests.bench.budgets import DESIGN, Budget
from tests.bench.cases import PLANNED
from tests.bench.design_rows import ROWS
from tests.bench.routes_judged import JUDGED_AS, ROUTES_JUDGED, WITHOUT_A_ROW
from tests.bench.routes_priced import KEYED, name_of

Said = tuple[int, int, tuple[int, ...]]
TABLE: dict[str, Said] = {  # requests, units of items up to 1 KB, with indexes
    "evaluate a cart": (1, 0, (0,)),
    "record an order": (2, 6, (8, 10)),
    "earn, spend, hold, release": (2, 4, (5, 6)),
    "undo, capture": (2, 6, (7, 8)),
    "transfer between members": (2, 8, (10,)),
    "return": (3, 8, (10,)),
    "redeem reward with code and stock": (4, 10, (12,)),
    "balance, statement page": (1, 0, (0,)),
    "a rule with a limit for all or a budget": (0, 2, (2,)),
    "one due account": (2, 4, (6,)),
    "join a segment, per member": (1, 1, (2,)),
    "push to N members": (1, 1, ()),
}
MORE: dict[str, dict[str, tuple[int, int]]] = {  # requests, units
    "record an order": {" by identifier": (1, 0)},
    "earn, spend, hold, release": {" with a key": (0, 2)},
}
"""What the table itself adds, in the row where it does: nothing is added to another."""
NO_ROW = {
    "pin a tier for good",
    "pin a tier until a day",
    "recalculate a tier",
    "unpin a tier",
    "redeem a reward, limited for a member",
    "redeem a reward with a key",
    "refund a redemption",
    "change a delivery",
    "rewards of a member",
    "basket of rewards",
    "redemptions of a member",
    "trace of a spend",
    "trace of an earning",
    "enrol",
    "config change",
    "refold an account",
    "grant a perk",
    "grant a perk that ends",
    "stamp a card",
    "stamp a card that gives",
    "redeem an award",
    "redeem an award with a key",
    "redeem by a code",
    "refund an award",
    "revoke an award",
    "issue a code",
    "spend by a PIN",
    "spend by a code",
    "redeem an award by a PIN",
    "redeem a reward by a PIN",
    "set a PIN",
    "set a PIN with a key",
    "issue a code to prove by",
    "awards",
}


ON_AN_ORDER = {
    "record an order, limited for all": 1,
    "record an order, under a budget": 1,
    "record an order, limited for all, under a budget": 2,
    "join a segment by a rule, recording an order": 1,
}
"""How often the row comes on top of an order's."""


def said_of(row: str, operation: str) -> Budget:
    if times := ON_AN_ORDER.get(operation):
        return on_top(TABLE["record an order"], TABLE[row], times)
    requests, units, indexed = TABLE[row]
    if operation.endswith(" 100 members"):  # a batch has 25 of them
        return Budget(4 * requests, 100 * units, tuple(100 * one for one in indexed))
    for ending, (more_requests, more_units) in MORE.get(row, {}).items():
        if operation.endswith(ending):
            requests, units = requests + more_requests, units + more_units
            indexed = tuple(one + more_units for one in indexed)
    return Budget(requests, units, indexed)


def on_top(of: Said, more: Said, times: int) -> Budget:
    (requests, units, indexed), (more_requests, more_units, [with_indexes]) = of, more
    all_of_it = tuple(one + times * with_indexes for one in indexed)
    return Budget(requests + times * more_requests, units + times * more_units, all_of_it)


@pytest.mark.parametrize(("row", "operation"), [(row, one) for row, names in ROWS.items() for one in names])
def test_an_operation_is_judged_by_its_row(row: str, operation: str) -> None:
    assert DESIGN[operation] == said_of(row, operation)


def test_without_a_budget_is_only_what_the_table_does_not_name() -> None:
    assert {name for name, budget in DESIGN.items() if budget is None} == NO_ROW
    assert ROWS.keys() == TABLE.keys()
    assert {name for names in ROWS.values() for name in names} | NO_ROW == set(DESIGN)


def test_every_route_is_judged_by_a_row_or_is_one_that_the_table_does_not_name() -> None:
    """A new one? tests/bench/routes_judged.py."""
    known = {route.same_as or route.operation for route in KEYED}
    assert known == JUDGED_AS.keys() | WITHOUT_A_ROW
    assert not JUDGED_AS.keys() & WITHOUT_A_ROW
    assert set(JUDGED_AS.values()) <= set(DESIGN) - NO_ROW


def test_a_route_on_groups_is_judged_as_the_one_on_members() -> None:
    on_groups = {name_of(route): route for route in KEYED if route.same_as in JUDGED_AS}
    assert on_groups
    for name, route in on_groups.items():
        assert ROUTES_JUDGED[name] == JUDGED_AS[route.same_as]


def test_a_handler_may_cost_half_as_much_again_as_its_requests_and_twice_as_much_at_the_limits_of_lots() -> None:
    assert {(lots, cpu.asked_for(f"{name}, {lots} lots")) for name, lots in PLANNED} == {
        (1, 1.5),
        (37, 1.5),
        (366, 2.0),
    }


def test_the_http_function_may_take_little_longer_to_import_than_its_libraries() -> None:
    asked = {f"import of {function}": cold.asked_for(f"import of {function}") for function in cold.FIRST_EVENTS}
    assert {name: most for name, most in asked.items() if most is not None} == {"import of api_handler": 1.3}
