"""How a balance came about, line by line, and the proof that it did."""

from __future__ import annotations

import pytest

from chalicelib.api.routes import ROUTES
from chalicelib.flows.statement_lines import TYPES
from chalicelib.flows.statement_states import STATES
from chalicelib.table.memory import MemoryTable
from tests.http.client import Api
from tests.http.native.bookshop import NOBODY, PROGRAM, Json, Shop, answer, book, open_shop, refusal
from tests.http.world import HandClock, key_for, twin_runtime
from tests.twins.faulty import FaultyTable

MONTH = 31 * 24 * 3600


def at(member_id: str, what: str = "account") -> str:
    return f"/v1/members/{member_id}/{what}"


# --- the statement -------------------------------------------------------------------------------------------------------


def test_a_statement_tells_what_happened_newest_first(shop: Shop, ada: str) -> None:
    order = shop.buy(ada, "S1", book(199_99), book(50_00, sku="LAMP"))
    shop.clock.pass_by(60)
    shop.bring_back(order["order_id"], "B1", book(50_00, sku="LAMP"), purchased_at="2026-01-15T12:01:00Z")
    entries = answer(shop.api.get(at(ada, "statement")))["items"]
    bare = {"unit": None, "amount": None, "balance": None, "order_id": None, "rule_id": None, "expires_on": None}
    bare |= {"tier": None, "reason": None, "hold_id": None, "now": None, "id": None, "unmoved": None, "cap": None}
    bare |= {"by": None, "peer_id": None, "transfer_id": None, "undoes_id": None, "reward_id": None}
    of_order = {"order_id": order["order_id"]}
    bought, returned = bare | {"value_day": "2026-01-14"}, bare | {"value_day": "2026-01-15"}
    sale, back = entries[1], entries[0]
    assert {name: sale[name] for name in sale if name not in ("entry_id", "lines")} == {
        "sequence": 1,
        "operation": "record_order",
        "recorded_at": "2026-01-15T12:00:00Z",
        "effective_at": "2026-01-14T10:00:00Z",
        "comment": None,
        "actor": {"kind": "api_key", "id": (shop.api.key or "").partition(".")[0], "name": "ours till"},
    }
    assert sale["entry_id"] == order["entry_id"]
    assert sale["lines"] == [
        bought | of_order | {"type": "order.recorded", "unit": "EUR", "amount": 249_99},
        bought
        | of_order
        | {"type": "points.earned", "unit": "points", "amount": 249, "balance": 249}
        | {"rule_id": "base", "expires_on": "2027-01-31", "id": order["earned"][0]["earning_id"]},
        bought | {"type": "tier.changed", "tier": "silver", "reason": "joined"},
    ]
    assert (back["sequence"], back["operation"], back["effective_at"]) == (2, "return_order", "2026-01-15T12:01:00Z")
    assert back["lines"] == [
        returned | of_order | {"type": "order.returned", "unit": "EUR", "amount": 50_00},
        returned
        | of_order
        | {"type": "points.cancelled", "unit": "points", "amount": -50, "balance": 199, "rule_id": "base"}
        | {"id": back["lines"][1]["id"]},
        returned | {"type": "tier.changed", "tier": "bronze", "reason": "below"},
    ]


def test_a_statement_adds_up_to_the_balance(shop: Shop, ada: str) -> None:
    """Through every kind of line there is, walked page by page."""
    orders = []
    for number in range(7):
        orders.append(shop.buy(ada, f"S{number}", book(10_99 * (number + 1), quantity="0.5")))
        shop.spend(ada, 3)
        shop.earn(ada, 1_50, unit="cashback")
    shop.bring_back(orders[-1]["order_id"], "B1", book(5_00, quantity="0.25"))
    shop.clock.pass_by(13 * MONTH)
    shop.earn(ada, 4)
    for limit in (1, 4, 100):
        entries = [entry for page in shop.pages(at(ada, "statement"), limit) for entry in page]
        assert [entry["sequence"] for entry in entries] == list(range(23, 0, -1))
        lines_in_time = [line for entry in reversed(entries) for line in entry["lines"]]
        moved = [line for line in lines_in_time if line["type"].startswith("points.")]
        assert {line["type"] for line in moved} == {
            "points.earned",
            "points.spent",
            "points.cancelled",
            "points.expired",
        }
        for wallet in shop.account(ada)["wallets"]:
            lines = [line for line in moved if line["unit"] == wallet["unit"]]
            assert sum(line["amount"] for line in lines) == wallet["available"]
            assert lines[-1]["balance"] == wallet["available"]


def test_a_member_without_any_entry_has_an_empty_statement(shop: Shop, ada: str) -> None:
    assert answer(shop.api.get(at(ada, "statement"))) == {"looked_back_to": None, "items": [], "next_cursor": None}


def test_a_cursor_is_good_for_its_own_statement_only(shop: Shop, other: Shop, ada: str) -> None:
    bob, theirs = shop.enrol("2"), other.enrol("1")
    for number in range(3):
        shop.earn(ada, 1)
        shop.earn(bob, 1)
        other.earn(theirs, 1)
        shop.buy(ada, f"S{number}")
    foreign = [
        answer(shop.api.get(f"{at(bob, 'statement')}?limit=1"))["next_cursor"],
        answer(other.api.get(f"{at(theirs, 'statement')}?limit=1"))["next_cursor"],
        answer(shop.api.get(f"{at(ada, 'orders')}?limit=1"))["next_cursor"],
    ]
    assert None not in foreign
    for cursor in (*foreign, "nonsense", ""):
        refused = shop.api.get(f"{at(ada, 'statement')}?cursor={cursor}")
        assert refusal(refused) == (400, "invalid_cursor", "cursor")


def test_a_statement_by_state_tells_what_became_of_the_points(shop: Shop, ada: str) -> None:
    shop.earn(ada, 10)
    shop.earn(ada, 30)
    shop.spend(ada, 15)
    answer(shop.api.post(at(ada, "earnings"), {"unit": "points", "amount": 8, "event": "later"}))

    def of(state: str, more: str = "") -> list[tuple[int, Json]]:
        page = answer(shop.api.get(f"{at(ada, 'statement')}?state={state}{more}"))
        assert page["next_cursor"] is None
        return [(entry["sequence"], line["now"]) for entry in page["items"] for line in entry["lines"]]

    here = {"available": 0, "held": 0, "pending": 0}
    gone = (1, here | {"state": "gone", "amount": 10})
    left = (2, here | {"state": "available", "amount": 30, "available": 25})
    later = (4, here | {"state": "pending", "amount": 8, "pending": 8})
    assert (of("gone"), of("available"), of("pending")) == ([gone], [left], [later])
    assert of("any") == [later, left, gone]
    assert (of("held"), of("expired"), of("cancelled")) == ([], [], [])
    assert (of("any", "&unit=cashback"), of("any", "&type=points.earned")) == ([], [left, gone])
    assert [
        line["now"] for entry in answer(shop.api.get(at(ada, "statement")))["items"] for line in entry["lines"]
    ] == [
        None,
        None,
        None,
        None,
        None,
    ]


def test_a_state_that_there_is_not_is_refused_and_a_cursor_is_of_one_state(shop: Shop, ada: str) -> None:
    for number in range(1, 5):
        shop.earn(ada, number)
    for state in ("spent", "ACTIVE", ""):
        reply = shop.api.get(f"{at(ada, 'statement')}?state={state}")
        assert refusal(reply) == (400, "invalid_parameter", "state")
    cursor = answer(shop.api.get(f"{at(ada, 'statement')}?state=available&limit=1"))["next_cursor"]
    for query in ("?", "?state=gone&"):
        reply = shop.api.get(f"{at(ada, 'statement')}{query}cursor={cursor}")
        assert refusal(reply) == (400, "invalid_cursor", "cursor")
    assert refusal(shop.api.get(f"{at(NOBODY, 'statement')}?state=any")) == (404, "member_not_found", "member_id")
    rest = answer(shop.api.get(f"{at(ada, 'statement')}?state=available&limit=3&cursor={cursor}"))
    assert ([entry["sequence"] for entry in rest["items"]], rest["next_cursor"]) == ([3, 2, 1], None)
    assert rest["looked_back_to"] == "2026-01-15T12:00:00Z"


@pytest.mark.parametrize(
    ("query", "refused"),
    [
        ("unit=stars", (422, "unknown_unit", "unit")),
        ("unit=eur", (422, "unknown_unit", "unit")),
        ("unit=", (400, "invalid_parameter", "unit")),
        ("type=points.lost", (400, "invalid_parameter", "type")),
        ("type=account.advanced", (400, "invalid_parameter", "type")),
        ("type=", (400, "invalid_parameter", "type")),
        ("from=2026-01-16&until=2026-01-15", (400, "invalid_span", "until")),
        ("state=any&unit=stars", (422, "unknown_unit", "unit")),
    ],
)
def test_what_can_be_in_no_statement_is_refused(
    shop: Shop, ada: str, query: str, refused: tuple[int, str, str]
) -> None:
    """An empty page would say that there was nothing."""
    shop.earn(ada, 1)
    home = answer(shop.api.post("/v1/groups", {"name": "Ours", "primary_member_id": ada}))["group_id"]
    for owner in (f"members/{ada}", f"groups/{home}"):
        assert refusal(shop.api.get(f"/v1/{owner}/statement?{query}")) == refused


def test_what_may_be_in_a_statement_and_is_not_is_an_empty_page(shop: Shop, ada: str) -> None:
    shop.earn(ada, 1)
    for query in ("unit=cashback", "unit=EUR", "type=tier.pinned", "from=2026-01-16&until=2026-01-16"):
        assert answer(shop.api.get(f"{at(ada, 'statement')}?{query}"))["items"] == []


def test_the_states_and_types_that_can_be_asked_for_are_those_that_there_are() -> None:
    [route] = [route for route in ROUTES if route.operation == "read_statement"]
    choices = {param.name: param.choices for param in route.query}
    assert (choices["state"], choices["type"]) == (STATES, TYPES)


# --- the proof -----------------------------------------------------------------------------------------------------------


def test_an_account_is_proved_from_its_journal(shop: Shop, ada: str) -> None:
    order = shop.buy(ada, "S1")
    shop.earn(ada, 5)
    shop.spend(ada, 30)
    shop.bring_back(order["order_id"], "B1", book(33_00, quantity="0.33"))
    shop.clock.pass_by(13 * MONTH)
    shop.earn(ada, 1)
    assert answer(shop.api.get(at(ada, "account/proof"))) == {
        "member_id": ada,
        "group_id": None,
        "program_id": 1,
        "version": 5,
        "entries": 5,
        "matches": True,
        "broken_at": None,
        "differences": [],
    }


def test_where_nothing_happened_nothing_can_be_proved(shop: Shop, ada: str) -> None:
    assert refusal(shop.api.get(at(ada, "account/proof"))) == (404, "account_not_found", "member_id")
    shop.earn(ada, 1)
    answer(shop.api.post("/v1/programs", PROGRAM))
    assert refusal(shop.api.get(f"{at(ada, 'account/proof')}?program_id=2"))[1] == "account_not_found"


def test_asking_whether_there_is_such_a_member_costs_only_those_who_have_nothing() -> None:
    """In requests to the table: a member with orders and an account is never looked up beside them."""
    clock, table = HandClock(), FaultyTable(MemoryTable())
    rt = twin_runtime(clock, table)
    shop = open_shop(Api(rt, key_for(rt, "ours")), clock)
    ada, bob = shop.enrol("1"), shop.enrol("2")
    shop.buy(ada, "S1")
    assert shop.points(ada) == 100  # the key and the configuration are known from here on
    calls = {}
    for what in ("orders", "account/proof", "statement"):
        for member_id in (ada, bob):
            table.start()
            shop.api.get(at(member_id, what))
            calls[what, member_id] = table.calls
    assert calls == {
        ("orders", ada): 1,
        ("orders", bob): 2,
        ("account/proof", ada): 2,
        ("account/proof", bob): 2,
        ("statement", ada): 1,
        ("statement", bob): 2,
    }
